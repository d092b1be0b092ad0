#pragma once
// The answer to an event that asked for one, in both directions. Lives on the socket's shard.

#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

/// Called once with what the client answered, or with errc::ack_timeout ("operation has timed out", as in
/// Node) or errc::disconnected. An answer that comes later is dropped.
using AckHandler = std::function<void(boost::system::error_code, const Args&)>;

/// The same, for who waits with co_await.
struct AckAnswer {
    boost::system::error_code ec;
    Args args;
};

/// What all sockets of an audience answered.
struct BroadcastAnswers {
    /// errc::too_large when other servers answered more than Options::cluster_answer_bytes_max; else
    /// errc::ack_timeout when somebody did not answer in time, else errc::disconnected when somebody left
    /// instead, else what the adapter says when other servers could not be asked.
    boost::system::error_code ec;
    /// The first argument of each answer, or null, in the order in which they came on each shard and server.
    std::vector<Value> values;
    /// Other servers of the cluster that went without their clients' answers, or had not all of them in time:
    /// their names, or an empty text for each that is not known by name.
    std::vector<std::string> missing;
};

using BroadcastAckHandler = std::function<void(const BroadcastAnswers&)>;

}  // namespace socketio
