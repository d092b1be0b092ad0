#pragma once
// A client's event on its way through the middlewares of its socket, each of which decides at once or later.
// Shared by the copies of a NextEvent, which may outlive the socket. Lives on the socket's shard.
//
//   event  --any handlers-->  middleware 1  --next()-->  ...  -->  handler
//                                           --refuse()-->  error handlers

#include "hub/handler_list.hpp"
#include "socketio/ack.hpp"
#include "socketio/event_middleware.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace socketio::hub {

class SocketState;

/// Those of one socket, as part of it.
class EventMiddlewares {
public:
    explicit EventMiddlewares(SocketState& socket)
        : socket_(std::make_shared<SocketState*>(&socket)) {}
    EventMiddlewares(const EventMiddlewares&) = delete;
    EventMiddlewares& operator=(const EventMiddlewares&) = delete;
    ~EventMiddlewares() { close(); }

    void add(EventMiddleware middleware) { list_.add(HandlerId{}, std::move(middleware)); }
    /// To the handler, unless a middleware stops it or keeps it waiting.
    void pass(IncomingEvent event, Ack ack) const;
    /// The socket has left: no event that waits is decided any more.
    void close() noexcept { *socket_ = nullptr; }

private:
    HandlerList<EventMiddleware> list_;
    /// Shared with the events that wait.
    std::shared_ptr<SocketState*> socket_;
};

class EventPassage : public std::enable_shared_from_this<EventPassage> {
public:
    using Middlewares = std::shared_ptr<const HandlerList<EventMiddleware>::Entries>;

    EventPassage(std::shared_ptr<SocketState*> socket, Middlewares middlewares, IncomingEvent event,
                 Ack ack)
        : socket_(std::move(socket)),
          middlewares_(std::move(middlewares)),
          event_(std::move(event)),
          ack_(std::move(ack)) {}

    void run();

    // ---- Decisions of the middleware at that step -----------------------------------------------
    void go_on(std::size_t step);
    void refuse(std::size_t step, std::string message, Value data);

private:
    enum class Decision : std::uint8_t { waiting, passed, refused };

    void call_middleware(SocketState& socket);
    /// True for the first decision of the middleware that is asked now.
    [[nodiscard]] bool decide(std::size_t step, Decision decision) noexcept;
    void tell_refused();

    /// Points to null once the socket has left.
    std::shared_ptr<SocketState*> socket_;
    Middlewares middlewares_;
    IncomingEvent event_;
    Ack ack_;
    std::size_t position_ = 0;
    std::string message_;
    Value data_;
    Decision decision_ = Decision::waiting;
    bool running_ = false;
};

}  // namespace socketio::hub
