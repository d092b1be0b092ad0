#pragma once
// A connection for messages (pub/sub). Lives on the thread of its io_context: every call is made
// there and every callback comes there, never from inside the call that asked for it. Its
// subscriptions outlive the connection: after a loss they are made again.

#include <redis/connection.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace redis {

/// The views live as long as the callback runs.
struct Message {
    std::string_view channel;
    /// The pattern that matched; empty when the channel itself is subscribed to.
    std::string_view pattern;
    std::string_view payload;
    /// Came by SPUBLISH.
    bool sharded = false;
};

class Subscriber {
public:
    Subscriber(boost::asio::io_context& io, Options options);
    ~Subscriber();
    Subscriber(const Subscriber&) = delete;
    Subscriber& operator=(const Subscriber&) = delete;

    /// Set these before start().
    void on_state(OnState callback);
    void on_message(std::function<void(const Message&)> callback);
    /// Each time when Redis has confirmed all current subscriptions: once after start(), after each
    /// burst of (un)subscriptions, and after each reconnect. What was published before this call
    /// may have been missed; nothing that is published after it will be, until the state changes.
    void on_ready(std::function<void()> callback);
    /// Redis refused one (an ACL, as a rule). It is tried again every reconnect_delay_max and at
    /// each reconnect; until then on_ready does not come. The text is for operators.
    void on_refused(std::function<void(std::string_view name, const std::string& text)> callback);
    /// A node of a Cluster does not serve a sharded channel, or no longer: `error` is its MOVED or CLUSTERDOWN.
    /// Who knows where the channel is now ends this subscription. Without this callback it is a refusal.
    void on_redirected(
        std::function<void(std::string_view channel, std::string_view error)> callback);

    void start();
    void stop();
    /// As Connection::move_to(); what is subscribed to is subscribed to there.
    void move_to(const Seed& server);

    [[nodiscard]] bool connected() const noexcept;
    /// Connected, and all current subscriptions are confirmed.
    [[nodiscard]] bool ready() const noexcept;
    [[nodiscard]] const Options& options() const noexcept;

    /// Subscribing twice is the same as once. errc::too_many_subscriptions is the only error.
    boost::system::error_code subscribe(std::string_view channel);
    boost::system::error_code psubscribe(std::string_view pattern);
    /// Redis 7, SPUBLISH.
    boost::system::error_code ssubscribe(std::string_view channel);
    /// After this call no message of that subscription is delivered.
    void unsubscribe(std::string_view channel);
    void punsubscribe(std::string_view pattern);
    void sunsubscribe(std::string_view channel);

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace redis
