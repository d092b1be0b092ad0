#pragma once
// Events between the servers of a cluster: Namespace::server_side_emit() and on_server_side(). They go by way of
// Options::adapter, to the other servers and never back. docs/library.md.

#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

/// Names that Node keeps for itself here: connect, connection, new_namespace. Clients' events have others.
[[nodiscard]] bool is_reserved_server_side(std::string_view event) noexcept;

/// An event on its way between servers.
struct ServerSideEvent {
    std::string nsp;
    /// The event's name first.
    Args data;
};

/// Given to a handler; answers the server that asked. Copies answer the same question, only the first answer
/// counts, and one that nobody waits for does nothing. May be kept and used later, on shard 0.
class ServerSideReply {
public:
    using Send = std::function<void(Value)>;

    ServerSideReply() = default;
    explicit ServerSideReply(Send send) : send_(std::make_shared<Send>(std::move(send))) {}

    /// The other server waits for an answer and has none from here.
    [[nodiscard]] bool wanted() const noexcept { return send_ && *send_; }
    explicit operator bool() const noexcept { return wanted(); }
    /// One value, as in Node.
    void reply(Value value = nullptr) const {
        if (wanted()) std::exchange(*send_, nullptr)(std::move(value));
    }

private:
    std::shared_ptr<Send> send_;
};

/// Runs on shard 0 of a server that receives the event.
using ServerSideHandler = std::function<void(const Args&, const ServerSideReply&)>;

/// What the other servers answered.
struct ServerSideAnswers {
    /// errc::ack_timeout when not all of them had answered in time; errc::too_large when what they answered is more
    /// than Options::cluster_answer_bytes_max; what the adapter says when they could not be asked.
    boost::system::error_code ec;
    /// In the order in which they came; with an error, those that had come by then.
    std::vector<Value> values;
    /// How many servers were asked. None: there is no other that has the namespace.
    std::size_t expected = 0;
    /// Servers that went without an answer, or had none in time: their names, or an empty text for each that is
    /// not known by name.
    std::vector<std::string> missing;

    /// Of an error, for a log; for a timeout as in Node: "timeout reached: only 1 responses received out of 2".
    [[nodiscard]] std::string message() const;
};

using ServerSideAnswersHandler = std::function<void(const ServerSideAnswers&)>;

}  // namespace socketio
