#pragma once
// What a viewer's shard and the owner tell each other about one chart of one viewer.

#include "auth/identity.hpp"
#include "viewers/hello/hello.hpp"
#include "viewers/room.hpp"
#include <socketio/adapter.hpp>
#include <socketio/encoded_event.hpp>
#include <socketio/namespace.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::viewers {

enum class Code : std::uint8_t { ok, forbidden, unknown_chart, expired, limit, malformed };
[[nodiscard]] constexpr std::string_view to_string(Code code) noexcept {
    switch (code) {
        case Code::ok: return "ok";
        case Code::forbidden: return "forbidden";
        case Code::unknown_chart: return "unknown_chart";
        case Code::expired: return "expired";
        case Code::limit: return "limit";
        case Code::malformed: return "malformed";
    }
    return "unknown";
}

struct SubscribeAnswer {
    std::uint64_t viewer = 0;
    std::uint64_t request = 0;
    std::string chart;
    Code code = Code::ok;
    /// The viewer joins them in the turn in which it is sent `first`; each is given back in the end.
    std::vector<RoomLease> leases;
    /// Nothing when the viewer has it: see SubscribeRequest::seen.
    std::optional<socketio::EncodedEvent> first;
    /// The same text for equal first frames that are not resumes.
    std::string shows;
};

struct SubscribeRequest {
    /// The viewer, on its shard, and which of its requests this is.
    std::uint64_t viewer = 0;
    std::uint64_t request = 0;
    const socketio::Namespace* nsp = nullptr;
    std::string chart;
    std::shared_ptr<const auth::Identity> who;
    bool delta = false;
    /// It was too slow or hidden: a plain client gets the option as an update.
    bool again = false;
    std::string locale;
    std::optional<double> max_rate;
    std::optional<Since> since;
    /// What SubscribeAnswer::shows said when everything since then was sent, too; empty: nothing is sure.
    std::string seen;
    /// Called once, on shard 0; its way to the viewer's shard keeps the order with what is emitted.
    std::function<void(SubscribeAnswer)> reply;
};

/// The owner, as viewers' shards see it. Lives on shard 0.
class SubscriptionPort {
public:
    virtual ~SubscriptionPort() = default;
    virtual void subscribe(SubscribeRequest request) = 0;
    virtual void leave(const std::vector<std::uint64_t>& leases) = 0;
    /// What an emitter elsewhere sent to our clients; false: it has been taken care of.
    [[nodiscard]] virtual bool on_remote_broadcast(const socketio::ClusterBroadcast&) {
        return true;
    }
};

}  // namespace chartcast::viewers
