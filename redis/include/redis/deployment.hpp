#pragma once
// One Redis, however it is run: a single server, a master that Sentinels watch, or a Cluster. Commands on one
// side, messages (pub/sub) on the other; what was subscribed to is subscribed to again after every loss, failover
// or move of a slot. Lives on the thread of its io_context: every call is made there and every callback comes
// there, never from inside the call that asked for it.
// Sources: https://redis.io/docs/latest/develop/reference/sentinel-clients/ and .../reference/cluster-spec/

#include <redis/connection.hpp>
#include <redis/options.hpp>
#include <redis/subscriber.hpp>

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

class Deployment {
public:
    /// `options` say which kind it is: Options::kind.
    Deployment(boost::asio::io_context& io, Options options);
    /// As stop(), but pending callbacks are dropped uncalled.
    ~Deployment();
    Deployment(const Deployment&) = delete;
    Deployment& operator=(const Deployment&) = delete;

    // ---- Set before start() ---------------------------------------------------------------------
    /// Of any of its connections; StateChange::text names the server.
    void on_state(OnState callback);
    void on_message(std::function<void(const Message&)> callback);
    /// As Subscriber::on_ready(), of all subscriptions together.
    void on_ready(std::function<void()> callback);
    void on_refused(std::function<void(std::string_view name, const std::string& text)> callback);

    void start();
    /// Ends all connections for good. Commands still pending fail with errc::stopped, but those that
    /// are not sent yet still leave where a server is connected, if it takes them within a second.
    void stop();

    /// Commands reach a server now: of a Cluster, every master that is known.
    [[nodiscard]] bool connected() const noexcept;
    /// Connected, and all current subscriptions are confirmed.
    [[nodiscard]] bool ready() const noexcept;
    [[nodiscard]] const Options& options() const noexcept;
    /// Commands without an answer yet.
    [[nodiscard]] std::size_t pending() const noexcept;

    /// As Connection::command(). `key` says where in a Cluster it goes: the key or sharded channel that the
    /// command is about; redirections (MOVED, ASK) are followed. Elsewhere it means nothing. PUBLISH may go
    /// anywhere: it, and other commands without a key, with an empty one.
    void command(std::string_view key, std::span<const std::string_view> arguments,
                 OnReply callback = {});
    void command(std::string_view key, std::initializer_list<std::string_view> arguments,
                 OnReply callback = {});
    /// To the one server, or to every master of a Cluster, as PUBSUB NUMSUB wants. The replies of those that
    /// answered; `ec` when one of them did not.
    using OnReplies =
        std::function<void(boost::system::error_code ec, const std::vector<Reply>& replies)>;
    void command_each(std::initializer_list<std::string_view> arguments, OnReplies callback);
    /// A command that waits at the server, as XREAD BLOCK: on a connection of its own, so that others do not
    /// wait behind it. One at a time; the server must not block for longer than Options::keep_alive_interval.
    void blocking_command(std::string_view key, std::initializer_list<std::string_view> arguments,
                          OnReply callback);

    // ---- Subscriptions: as Subscriber's ---------------------------------------------------------
    boost::system::error_code subscribe(std::string_view channel);
    boost::system::error_code psubscribe(std::string_view pattern);
    /// On the server that has the channel's slot.
    boost::system::error_code ssubscribe(std::string_view channel);
    void unsubscribe(std::string_view channel);
    void punsubscribe(std::string_view pattern);
    void sunsubscribe(std::string_view channel);

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace redis
