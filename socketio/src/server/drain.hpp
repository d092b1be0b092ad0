#pragma once
// How a shard ends: its clients leave, over a window; connections are served as long as a polling client
// needs them to hear of it; then they have their last words, and the shard stops. Lives on one shard.

#include "base/deadline_queue.hpp"
#include "shard/shard.hpp"
#include "transport/transport_shard.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace socketio {

class Drain {
public:
    enum class Milestone : std::uint8_t {
        no_polling_clients,  ///< No client needs a new connection any more.
        no_clients,  ///< All have left, and have heard of it or had their time. Comes after the other.
    };

    /// `reached` is called on this shard, once for each milestone.
    Drain(shard::Shard& shard, transport::TransportShard& network,
          std::function<void(Milestone)> reached)
        : shard_(shard), network_(network), reached_(std::move(reached)) {}

    /// Nobody new comes in, and clients leave evenly over that time.
    void begin(base::Milliseconds window);
    /// Those who are still there leave now.
    void hurry();
    /// Every shard has reached the last milestone: connections end, and then the shard.
    void end();

private:
    void look(base::TimePoint now);
    void look_at_clients(base::TimePoint now);
    void look_at_connections(base::TimePoint now);
    void let_clients_go(base::TimePoint now);
    void pass(Milestone milestone);

    shard::Shard& shard_;
    transport::TransportShard& network_;
    std::function<void(Milestone)> reached_;
    std::vector<transport::SessionName> clients_;
    std::size_t left_ = 0;  ///< Of the clients, from the first on.
    base::Milliseconds window_{0};
    base::TimePoint began_{};
    /// How long those who have left may take to hear of it; after end(), connections to end.
    base::TimePoint until_ = base::TimePoint::max();
    std::size_t passed_ = 0;  ///< Milestones.
    bool ending_ = false;
    base::MemberDeadline<Drain, &Drain::look> look_again_{*this};
};

}  // namespace socketio
