#pragma once
// What may look at a client's events before their handlers do. Lives on the socket's shard.

#include "socketio/value.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

namespace hub {
class EventPassage;
}

class Socket;

/// An event of a client on its way to its handler. A middleware may change both.
struct IncomingEvent {
    std::string name;
    Args args;
};

/// Lets an event go on or stops it, now or later on the socket's shard. Copies decide the same event; only
/// the first decision counts, and none once the socket has left. When the last copy goes without one, the
/// event is dropped and nobody is told, as in Node. Events that wait do not hold up those behind them.
class NextEvent {
public:
    NextEvent(std::shared_ptr<hub::EventPassage> passage, std::size_t step) noexcept
        : passage_(std::move(passage)), step_(step) {}

    /// To the next middleware, or to the handler.
    void operator()() const;
    /// The handler is not called; Socket::on_error() handlers are. The client sees nothing.
    void refuse(std::string message, Value data = nullptr) const;

private:
    std::shared_ptr<hub::EventPassage> passage_;
    std::size_t step_;
};

/// Why a middleware stopped an event. Valid during the call.
struct EventRefusal {
    std::string_view event;
    std::string_view message;
    const Value& data;
};

using EventMiddleware = std::function<void(Socket&, IncomingEvent&, const NextEvent&)>;
using ErrorHandler = std::function<void(Socket&, const EventRefusal&)>;

}  // namespace socketio
