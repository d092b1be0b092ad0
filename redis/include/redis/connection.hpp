#pragma once
// A connection for commands. Lives on the thread of its io_context: every call is made there and
// every callback comes there, never from inside the call that asked for it. It connects, logs in,
// and after a loss connects again by itself. Commands go out in the order given.

#include <redis/error.hpp>
#include <redis/options.hpp>
#include <redis/reply.hpp>

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace redis {

enum class State {
    connected,     ///< Logged in.
    disconnected,  ///< Trying again by itself.
    auth_failed,   ///< Trying again, seldom: an operator has to mend a password or an ACL.
};

/// Reported when the state or its cause changes, not once for each of many equal attempts.
struct StateChange {
    State state = State::disconnected;
    boost::system::error_code error;
    /// For operators: address, user, database, cause and what to do, as in "Redis at 127.0.0.1:6379
    /// refused the password (WRONGPASS): ...". Never the password.
    std::string text;
};

using OnState = std::function<void(const StateChange&)>;

/// `ec` is unset only if Redis has executed the command. On errc::server_error, and errc::read_only_replica
/// (READONLY), the reply is Redis's error.
using OnReply = std::function<void(boost::system::error_code ec, Reply reply)>;

class Connection {
public:
    Connection(boost::asio::io_context& io, Options options);
    /// As stop(), but pending callbacks are dropped uncalled.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Set before start().
    void on_state(OnState callback);

    void start();
    /// Ends the connection for good. Commands still pending fail with errc::stopped, but those that
    /// are not sent yet still leave where a server is connected, if it takes them within a second.
    void stop();
    /// Connects to another server, or anew to the same one. Commands that wait go there; those that were sent
    /// fail with errc::connection_lost. Before start(): where it will connect to.
    void move_to(const Seed& server);

    [[nodiscard]] bool connected() const noexcept;
    [[nodiscard]] const Options& options() const noexcept;
    /// Commands without an answer yet.
    [[nodiscard]] std::size_t pending() const noexcept;

    /// Sends at once, or once there is a connection: commands wait within the bounds of Options. A
    /// command that was handed to the socket when the connection broke fails with
    /// errc::connection_lost and is never sent twice. Not for SUBSCRIBE and its kin (see
    /// Subscriber), nor for AUTH, SELECT and MULTI, which change the connection for the commands of
    /// others.
    void command(std::span<const std::string_view> arguments, OnReply callback = {});
    void command(std::initializer_list<std::string_view> arguments, OnReply callback = {});

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace redis
