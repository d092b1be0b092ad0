#pragma once
// What a Deployment is made of: one implementation for each way to run Redis. Lives on the thread of its
// io_context. redis/deployment.hpp says what each call means.

#include "protocol/subscription_table.hpp"
#include <redis/deployment.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace redis {

/// The callbacks of a Deployment; set before start(), and not changed after it.
struct Listeners {
    OnState on_state;
    std::function<void(const Message&)> on_message;
    std::function<void()> on_ready;
    std::function<void(std::string_view name, const std::string& text)> on_refused;
};

class Backend {
public:
    using Kind = SubscriptionTable::Kind;
    using Arguments = std::span<const std::string_view>;

    Backend() = default;
    virtual ~Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    virtual void start() = 0;
    virtual void stop() = 0;
    /// As stop(), and from now on no callback is called, not even from the one that runs at the moment.
    virtual void discard() = 0;

    [[nodiscard]] virtual bool connected() const noexcept = 0;
    [[nodiscard]] virtual bool ready() const noexcept = 0;
    [[nodiscard]] virtual std::size_t pending() const noexcept = 0;

    virtual void command(std::string_view key, Arguments arguments, OnReply callback) = 0;
    virtual void command_each(Arguments arguments, Deployment::OnReplies callback) = 0;
    virtual void blocking_command(std::string_view key, Arguments arguments, OnReply callback) = 0;

    virtual boost::system::error_code subscribe(Kind kind, std::string_view name) = 0;
    virtual void unsubscribe(Kind kind, std::string_view name) = 0;
};

[[nodiscard]] boost::system::error_code subscribe_on(Subscriber& subscriber, Backend::Kind kind,
                                                     std::string_view name);
void unsubscribe_on(Subscriber& subscriber, Backend::Kind kind, std::string_view name);

}  // namespace redis
