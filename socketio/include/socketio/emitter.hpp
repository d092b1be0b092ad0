#pragma once
// Emits to the clients of all servers of a cluster from a process that is no server: a cron job, a
// worker. Speaks as @socket.io/redis-emitter 5, so the servers may be Node's.
// Lives on the thread of its io_context.

#include "socketio/broadcast.hpp"
#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace socketio {

struct EmitterOptions {
    /// As in RedisAdapterOptions.
    std::string url = "redis://127.0.0.1:6379";
    std::string key = "socket.io";
    /// Called when the connection's state changes: whether it is connected, and a sentence for
    /// operators that names the server and the cause, never the password.
    std::function<void(bool connected, const std::string& text)> on_state;
};

/// A value: each operator returns a changed copy, and all copies share one connection, which the
/// last one closes.
class Emitter {
public:
    /// `ec` is unset once Redis has the event; `servers` is how many servers (and monitors) heard
    /// it.
    using OnSent = std::function<void(boost::system::error_code ec, std::size_t servers)>;

    /// Connects at once. Throws std::invalid_argument naming what is wrong with the URL.
    explicit Emitter(boost::asio::io_context& io, EmitterOptions options = {});

    /// Another namespace, to everybody in it. A missing leading slash is added.
    [[nodiscard]] Emitter of(std::string_view nsp) const;
    [[nodiscard]] Emitter to(std::string_view room) const;
    [[nodiscard]] Emitter to(const std::vector<std::string>& rooms) const;
    [[nodiscard]] Emitter in(std::string_view room) const { return to(room); }
    [[nodiscard]] Emitter except(std::string_view room) const;
    [[nodiscard]] Emitter except(const std::vector<std::string>& rooms) const;
    /// `volatile` is a word of C++.
    [[nodiscard]] Emitter as_volatile() const;
    [[nodiscard]] Emitter compress(bool on) const;

    /// Throws std::invalid_argument when the event's name is reserved.
    template <class... Values>
    void emit(std::string_view event, Values&&... values) const {
        send(event, Args{Value(std::forward<Values>(values))...});
    }
    void send(std::string_view event, Args args, OnSent on_sent = {}) const;

    /// Lets io_context::run() return as soon as everything emitted so far is sent or has failed.
    /// What is emitted later fails.
    void finish() const;

private:
    struct Link;

    std::shared_ptr<Link> link_;
    std::string nsp_ = "/";
    Audience audience_;
    EmitFlags flags_;
};

}  // namespace socketio
