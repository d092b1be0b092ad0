#pragma once
// The answer to an event that asked for one, in both directions. Lives on the socket's shard.

#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace socketio {

namespace hub {
class AckReply;
}

/// Given to a handler. Copies answer the same event; only the first reply is sent. Answering an event
/// that asked for nothing, or one whose socket has left, does nothing. May be kept and used later, on
/// the same shard.
class Ack {
public:
    Ack() = default;
    explicit Ack(std::shared_ptr<hub::AckReply> reply) noexcept : reply_(std::move(reply)) {}

    /// The client waits for an answer.
    [[nodiscard]] bool wanted() const noexcept;
    explicit operator bool() const noexcept { return wanted(); }

    template <class... Values>
    void reply(Values&&... values) const {
        send(Args{Value(std::forward<Values>(values))...});
    }
    void send(Args args) const;

private:
    std::shared_ptr<hub::AckReply> reply_;
};

/// Called once with what the client answered, or with errc::ack_timeout or errc::disconnected.
using AckHandler = std::function<void(boost::system::error_code, const Args&)>;

}  // namespace socketio
