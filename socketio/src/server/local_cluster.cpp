// The promise of socketio/local_cluster.hpp. What one server tells another is posted to the other's event loop,
// in order. Who is there is known to all, behind a lock: a server that stops has left before its loop may go.
#include "socketio/local_cluster.hpp"

#include "base/assert.hpp"
#include "shard/one_at_a_time.hpp"
#include "socketio/adapter.hpp"
#include "socketio/error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace socketio {

struct LocalCluster::Members {
    /// Of one server.
    struct Seat {
        /// Touched on its server's shard 0 alone; null before start() and after stop().
        AdapterHost* host = nullptr;
        // The rest under the lock.
        boost::asio::io_context* context = nullptr;
        std::set<std::string, std::less<>> namespaces = {};
    };

    /// Runs `work` on the shard 0 of that one, unless it has left.
    template <class Work>
    void post(const std::shared_ptr<Seat>& to, Work work) {
        turn.run([&] {
            if (std::find(seats.begin(), seats.end(), to) == seats.end()) return;
            boost::asio::post(*to->context, std::move(work));
        });
    }

    shard::OneAtATime turn;
    std::vector<std::shared_ptr<Seat>> seats;
};

namespace {

using Seat = LocalCluster::Members::Seat;

class LocalAdapter final : public Adapter {
public:
    explicit LocalAdapter(std::shared_ptr<LocalCluster::Members> members) noexcept
        : members_(std::move(members)) {}

    void start(AdapterHost& host) override {
        SOCKETIO_ASSERT(seat_->host == nullptr);  // join() is for one server.
        const auto names = host.namespaces();
        seat_->host = &host;
        members_->turn.run([&] {
            seat_->context = &host.context();
            seat_->namespaces.insert(names.begin(), names.end());
            members_->seats.push_back(seat_);
        });
    }

    void stop() override {
        seat_->host = nullptr;
        members_->turn.run([&] { std::erase(members_->seats, seat_); });
    }

    void publish(const ClusterBroadcast& broadcast) override {
        if (seat_->host == nullptr) return;
        const auto shared = std::make_shared<const ClusterBroadcast>(broadcast);
        for_each_other([&](const std::shared_ptr<Seat>& other) {
            boost::asio::post(*other->context, [other, shared] {
                if (other->host != nullptr) other->host->deliver(*shared);
            });
        });
    }

    void on_namespace_opened(const std::string& nsp) override {
        members_->turn.run([&] { seat_->namespaces.insert(nsp); });
    }

    void on_namespace_closed(const std::string& nsp) override {
        members_->turn.run([&] { seat_->namespaces.erase(nsp); });
    }

    [[nodiscard]] bool has_server_side() const noexcept override { return true; }

    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question) override {
        if (seat_->host == nullptr) {
            if (question) question->fail(errc::disconnected);
            return;
        }
        const auto shared = std::make_shared<const ServerSideEvent>(event);
        std::size_t asked = 0;
        for_each_other([&](const std::shared_ptr<Seat>& other) {
            if (!other->namespaces.contains(event.nsp)) return;
            ++asked;
            boost::asio::post(*other->context, [other, shared, reply = reply_to(question)] {
                if (other->host != nullptr) other->host->deliver_server_side(*shared, reply);
            });
        });
        if (question) question->expect(asked);
    }

private:
    template <class Visit>
    void for_each_other(Visit visit) {
        members_->turn.run([&] {
            for (const auto& seat : members_->seats) {
                if (seat != seat_) visit(seat);
            }
        });
    }

    /// For one of the others, whose thread will use it.
    [[nodiscard]] ServerSideReply reply_to(
        const std::shared_ptr<ServerSideQuestion>& question) const {
        if (!question) return {};
        return ServerSideReply([members = members_, asker = seat_, question](Value answer) {
            members->post(asker, [asker, question, answer = std::move(answer)] {
                if (asker->host != nullptr) question->add(answer);
            });
        });
    }

    const std::shared_ptr<LocalCluster::Members> members_;
    const std::shared_ptr<Seat> seat_ = std::make_shared<Seat>();
};

}  // namespace

LocalCluster::LocalCluster() : members_(std::make_shared<Members>()) {}

LocalCluster::~LocalCluster() = default;

std::shared_ptr<Adapter> LocalCluster::join() {
    return std::make_shared<LocalAdapter>(members_);
}

std::size_t LocalCluster::servers() const {
    std::size_t count = 0;
    members_->turn.run([&] { count = members_->seats.size(); });
    return count;
}

}  // namespace socketio
