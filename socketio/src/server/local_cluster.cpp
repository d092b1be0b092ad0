// The promise of socketio/local_cluster.hpp. What one server tells another is posted to the other's event loop,
// in order. Who is there, and what is kept of sockets that left, is known to all, behind a lock: a server that
// stops has left before its loop may go.
#include "socketio/local_cluster.hpp"

#include "base/assert.hpp"
#include "server/local_sessions.hpp"
#include "shard/one_at_a_time.hpp"
#include "socketio/adapter.hpp"
#include "socketio/error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio {

struct LocalCluster::Members : std::enable_shared_from_this<Members> {
    /// Of one server.
    struct Seat {
        using Work = std::function<void(Seat&)>;
        // ---- Touched on its server's shard 0 alone ---------------------------------------------
        /// Null before start() and after stop().
        AdapterHost* host = nullptr;
        ClusterStatus status = {};
        /// What it asked the others, and who may still wait.
        std::vector<std::weak_ptr<ClusterQuestion>> asked = {};
        // ---- The rest under the lock -----------------------------------------------------------
        std::string name = {};  ///< Does not change once it is seated.
        boost::asio::io_context* context = nullptr;
        std::set<std::string, std::less<>> namespaces = {};
        /// For its shard 0. The event loop's own queue is not in one order: what its thread posts to itself may
        /// come behind what others posted later.
        std::vector<Work> inbox = {};
    };

    /// Runs `work` on the shard 0 of that one, unless it has left. Under the lock.
    void post_to(const std::shared_ptr<Seat>& to, Seat::Work work) {
        to->inbox.push_back(std::move(work));
        if (to->inbox.size() > 1) return;
        boost::asio::post(*to->context, [members = shared_from_this(), to] {
            for (Seat::Work& next : members->take_inbox(*to)) {
                if (to->host != nullptr) next(*to);
            }
        });
    }
    /// The same from anywhere.
    void post(const std::shared_ptr<Seat>& to, Seat::Work work) {
        turn.run([&] {
            if (std::find(seats.begin(), seats.end(), to) == seats.end()) return;
            post_to(to, std::move(work));
        });
    }
    std::vector<Seat::Work> take_inbox(Seat& seat) {
        std::vector<Seat::Work> taken;
        turn.run([&] { taken.swap(seat.inbox); });
        return taken;
    }

    shard::OneAtATime turn;
    std::vector<std::shared_ptr<Seat>> seats;
    std::size_t seated = 0;  ///< So far: names.
    std::optional<LocalSessions> sessions;
    std::chrono::milliseconds sessions_time{0};
};

namespace {

using Seat = LocalCluster::Members::Seat;

/// Brings answers from another server's thread back to the one that asked.
class WayBack {
public:
    WayBack(std::shared_ptr<LocalCluster::Members> members, std::shared_ptr<Seat> asker) noexcept
        : members_(std::move(members)), asker_(std::move(asker)) {}

    template <class Work>
    void operator()(Work work) const {
        members_->post(asker_, [work = std::move(work)](Seat&) mutable { work(); });
    }

private:
    std::shared_ptr<LocalCluster::Members> members_;
    std::shared_ptr<Seat> asker_;
};

class LocalAdapter final : public Adapter {
public:
    LocalAdapter(std::shared_ptr<LocalCluster::Members> members, bool keeps_sessions) noexcept
        : members_(std::move(members)), keeps_sessions_(keeps_sessions) {}

    void start(AdapterHost& host) override {
        SOCKETIO_ASSERT(seat_->host == nullptr);  // join() is for one server.
        const auto names = host.namespaces();
        seat_->host = &host;
        members_->turn.run([&] {
            seat_->name = "local-" + std::to_string(++members_->seated);
            seat_->context = &host.context();
            seat_->namespaces.insert(names.begin(), names.end());
            members_->seats.push_back(seat_);
        });
        host.on_cluster_state(true, "joined the servers of this process");
    }

    void stop() override {
        seat_->host = nullptr;
        seat_->asked.clear();
        members_->turn.run([&] {
            std::erase(members_->seats, seat_);
            for (const auto& other : members_->seats) {
                members_->post_to(other,
                                  [name = seat_->name](Seat& asker) { tell_gone(asker, name); });
            }
        });
    }

    void on_namespace_opened(const std::string& nsp) override {
        members_->turn.run([&] { seat_->namespaces.insert(nsp); });
    }

    void on_namespace_closed(const std::string& nsp) override {
        members_->turn.run([&] { seat_->namespaces.erase(nsp); });
    }

    // ---- Broadcasts ----------------------------------------------------------------------------

    [[nodiscard]] bool delivers_own() const noexcept override { return keeps_sessions_; }
    /// Behind what was published before.
    [[nodiscard]] bool executes_own() const noexcept override { return keeps_sessions_; }

    void publish(const ClusterBroadcast& broadcast) override {
        if (seat_->host == nullptr) return;
        const auto shared = std::make_shared<ClusterBroadcast>(broadcast);
        bool is_alone = true;
        members_->turn.run([&] {
            // In one order for all: that of the offsets.
            if (members_->sessions) members_->sessions->note(*shared, milliseconds_since_1970());
            is_alone = members_->seats.size() == 1;
            for (const auto& seat : members_->seats) {
                const bool is_own = seat == seat_;
                if (is_own && !delivers_own()) continue;
                members_->post_to(seat, [shared, is_own](Seat& there) {
                    ++(is_own ? there.status.own : there.status.received);
                    auto given = *shared;
                    given.is_own = is_own;
                    there.host->deliver(std::move(given));
                });
            }
        });
        ++(is_alone ? seat_->status.spared : seat_->status.published);
    }

    void operate(const ClusterSurgery& surgery) override {
        const auto shared = std::make_shared<const ClusterSurgery>(surgery);
        members_->turn.run([&] {
            for (const auto& seat : members_->seats) {
                if (seat == seat_ && !executes_own()) continue;
                members_->post_to(seat, [shared](Seat& there) { there.host->operate(*shared); });
            }
        });
    }

    // ---- Questions -----------------------------------------------------------------------------

    [[nodiscard]] bool has_requests() const noexcept override { return true; }

    void ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
             const std::shared_ptr<BroadcastQuestion>& question) override {
        const auto shared = std::make_shared<const ClusterBroadcast>(broadcast);
        const auto ask_there = [shared, timeout, question, back = way_back()](Seat& there) {
            there.host->ask(
                *shared, timeout,
                [question, back, name = there.name](std::size_t clients) {
                    back([question, name, clients] { question->add_count(name, clients); });
                },
                [question, back, name = there.name](Value answer) {
                    back([question, name, answer = std::move(answer)] {
                        question->add(name, answer);
                    });
                });
        };
        ask_others(broadcast.nsp, question, ask_there);
    }

    void fetch(const std::string& nsp, const Audience& audience,
               const std::shared_ptr<FetchQuestion>& question) override {
        ask_others(nsp, question, [nsp, audience, question, back = way_back()](Seat& there) {
            there.host->fetch(
                nsp, audience,
                [question, back, name = there.name](std::vector<SocketDetails> sockets) {
                    back([question, name, sockets = std::move(sockets)] {
                        question->add(name, sockets);
                    });
                });
        });
    }

    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question) override {
        const auto shared = std::make_shared<const ServerSideEvent>(event);
        ask_others(event.nsp, question, [shared, question, back = way_back()](Seat& there) {
            if (!question) return there.host->deliver_server_side(*shared, {});
            const ServerSideReply reply([question, back, name = there.name](Value answer) {
                back([question, name, answer = std::move(answer)] { question->add(name, answer); });
            });
            there.host->deliver_server_side(*shared, reply);
        });
    }

    // ---- Sockets that come back ----------------------------------------------------------------

    [[nodiscard]] bool keeps_sessions() const noexcept override { return keeps_sessions_; }

    void keep_session(const StoredSession& session, std::chrono::milliseconds duration) override {
        const auto now = std::chrono::steady_clock::now();
        const auto until = now + std::min(duration, members_->sessions_time);
        members_->turn.run([&] {
            if (members_->sessions) members_->sessions->keep(session, until, now);
        });
    }

    void restore_session(const std::string& nsp, const std::string& pid, const std::string& offset,
                         RestoreHandler done) override {
        const auto restored = std::make_shared<std::unique_ptr<RestoredSession>>();
        members_->turn.run([&] {
            if (!members_->sessions) return;
            *restored =
                members_->sessions->restore(nsp, pid, offset, std::chrono::steady_clock::now());
        });
        members_->post(seat_,
                       [done = std::move(done), restored](Seat&) { done(std::move(*restored)); });
    }

    [[nodiscard]] ClusterStatus status() const override {
        auto status = seat_->status;
        status.adapter = "local";
        members_->turn.run([&] {
            status.name = seat_->name;
            status.servers = members_->seats.size();
        });
        status.is_reached = seat_->host != nullptr;
        if (status.is_reached) --status.servers;
        return status;
    }

private:
    /// Of the clock on the wall, which may be set: offsets grow all the same.
    [[nodiscard]] static std::uint64_t milliseconds_since_1970() {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    }

    static void tell_gone(Seat& asker, const std::string& name) {
        // Whom it ends may ask anew.
        for (const auto& known : std::exchange(asker.asked, {})) {
            const auto question = known.lock();
            if (!question || !question->is_open()) continue;
            question->gone(name);
            if (question->is_open()) asker.asked.push_back(known);
        }
    }

    /// Calls `work` on shard 0 of each other server that has the namespace. `question` may be null.
    template <class Question, class Work>
    void ask_others(const std::string& nsp, const std::shared_ptr<Question>& question, Work work) {
        if (seat_->host == nullptr) {
            if (question) question->fail(errc::disconnected);
            return;
        }
        std::vector<std::string> names;
        members_->turn.run([&] {
            for (const auto& other : members_->seats) {
                if (other == seat_ || !other->namespaces.contains(nsp)) continue;
                names.push_back(other->name);
                members_->post_to(other, [work](Seat& there) {
                    ++there.status.received;
                    work(there);
                });
            }
        });
        if (!question) return;
        std::erase_if(seat_->asked, [](const auto& known) { return known.expired(); });
        seat_->asked.push_back(question);
        const auto servers = names.size();
        question->expect(servers, std::move(names));
    }

    [[nodiscard]] WayBack way_back() const { return {members_, seat_}; }

    const std::shared_ptr<LocalCluster::Members> members_;
    const bool keeps_sessions_;
    const std::shared_ptr<Seat> seat_ = std::make_shared<Seat>();
};

}  // namespace

LocalCluster::LocalCluster() : members_(std::make_shared<Members>()) {}

LocalCluster::LocalCluster(const RecoveryOptions& kept) : LocalCluster() {
    members_->sessions.emplace(kept);
    members_->sessions_time = kept.max_disconnection_duration;
}

LocalCluster::~LocalCluster() = default;

std::shared_ptr<Adapter> LocalCluster::join() {
    return std::make_shared<LocalAdapter>(members_, members_->sessions.has_value());
}

std::size_t LocalCluster::servers() const {
    std::size_t count = 0;
    members_->turn.run([&] { count = members_->seats.size(); });
    return count;
}

}  // namespace socketio
