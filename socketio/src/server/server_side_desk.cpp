#include "server/server_side_desk.hpp"

#include "base/deadline_queue.hpp"
#include "hub/namespace_port.hpp"
#include "socketio/error.hpp"

#include <stdexcept>
#include <utility>

namespace socketio {

/// Known to the desk as long as it is open, and to the adapter.
class ServerSideDesk::Question final : public ServerSideQuestion {
public:
    Question(ServerSideDesk& desk, std::uint64_t number, ServerSideAnswersHandler done)
        : desk_(desk), number_(number), done_(std::move(done)) {}

    void start(base::DeadlineQueue& deadlines, std::chrono::milliseconds timeout) {
        deadlines.arm_after(deadline_, timeout);
    }
    void expect(std::size_t servers) override {
        if (!is_open()) return;
        is_asked_ = true;
        answers_.expected = servers;
        settle();
    }
    void add(Value answer) override {
        if (!is_open()) return;
        answers_.values.push_back(std::move(answer));
        settle();
    }
    void fail(boost::system::error_code ec) override {
        if (!is_open()) return;
        answers_.ec = ec;
        deadline_.cancel();
        const auto done = std::exchange(done_, nullptr);
        const auto answers = std::move(answers_);
        desk_.questions_.erase(number_);  // That may have been the last that knew it.
        done(answers);
    }
    [[nodiscard]] bool is_open() const noexcept override { return done_ != nullptr; }
    /// Nobody waits any more, and nobody is told.
    void abandon() noexcept {
        deadline_.cancel();
        done_ = nullptr;
    }

private:
    void settle() {
        if (is_asked_ && answers_.values.size() >= answers_.expected) fail({});
    }
    void on_deadline(base::TimePoint) { fail(errc::ack_timeout); }

    ServerSideDesk& desk_;
    const std::uint64_t number_;
    ServerSideAnswersHandler done_;
    ServerSideAnswers answers_;
    bool is_asked_ = false;  ///< How many are to answer is known.
    base::MemberDeadline<Question, &Question::on_deadline> deadline_{*this};
};

ServerSideDesk::ServerSideDesk(shard::ShardGroup& shards, Adapter* adapter,
                               std::size_t questions_max)
    : shards_(shards), adapter_(adapter), questions_max_(questions_max) {}

ServerSideDesk::~ServerSideDesk() {
    // The adapter may keep them.
    for (const auto& [number, question] : questions_) question->abandon();
}

void ServerSideDesk::emit(ServerSideEvent event) {
    require_adapter();
    shards_.on_shard(
        0, [this, event = std::move(event)] { adapter_->server_side_emit(event, nullptr); });
}

void ServerSideDesk::ask(ServerSideEvent event, std::chrono::milliseconds timeout,
                         ServerSideAnswersHandler handler) {
    require_adapter();
    const auto* current = shards_.current();
    const auto home = current != nullptr ? current->index() : 0;
    auto done = [this, home, nsp = event.nsp,
                 handler = std::move(handler)](const ServerSideAnswers& answers) {
        shards_.post(home, [this, home, nsp, handler, answers] {
            (void)shards_[home].hub().guarded(nsp, "server_side_emit", [&] { handler(answers); });
        });
    };
    shards_.on_shard(0, [this, timeout, event = std::move(event), done = std::move(done)] {
        adapter_->server_side_emit(event, open(timeout, done));
    });
}

void ServerSideDesk::require_adapter() const {
    if (adapter_ != nullptr && adapter_->has_server_side()) return;
    throw std::logic_error("this adapter does not support server_side_emit(): Options::adapter");
}

std::shared_ptr<ServerSideDesk::Question> ServerSideDesk::open(std::chrono::milliseconds timeout,
                                                               ServerSideAnswersHandler done) {
    if (questions_.size() >= questions_max_) {
        const auto oldest = questions_.begin()->second;
        oldest->fail(errc::ack_timeout);
    }
    const auto number = next_number_++;
    auto question = std::make_shared<Question>(*this, number, std::move(done));
    question->start(shards_[0].deadlines(), timeout);
    questions_.emplace(number, question);
    return question;
}

void ServerSideDesk::deliver(const Namespace& nsp, const ServerSideEvent& event,
                             const ServerSideReply& reply) {
    const auto* name = event.data.empty() ? nullptr : event.data.front().if_string();
    if (name == nullptr || is_reserved_server_side(*name)) return;
    const auto& all = nsp.setup().server_side_handlers;
    const auto found = all.find(*name);
    if (found == all.end()) return;
    const Args args(event.data.begin() + 1, event.data.end());
    for (const auto& handler : found->second) {
        (void)shards_[0].hub().guarded(nsp.name(), *name, [&] { handler(args, reply); });
    }
}

}  // namespace socketio
