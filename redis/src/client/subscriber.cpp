// See redis/subscriber.hpp.
#include "client/link.hpp"
#include "protocol/subscription_table.hpp"
#include <redis/subscriber.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace redis {

using boost::system::error_code;

class Subscriber::Impl final : public LinkOwner,
                               public std::enable_shared_from_this<Subscriber::Impl> {
public:
    using Kind = SubscriptionTable::Kind;

    Impl(boost::asio::io_context& io, Options options)
        : link_(std::make_shared<Link>(io, std::move(options))),
          table_(link_->options().subscriptions_max),
          retry_(io) {}

    void start() { link_->start(weak_from_this()); }
    void move_to(const Seed& server) { link_->move_to(server); }
    void stop();
    [[nodiscard]] error_code subscribe(Kind kind, std::string_view name);
    void unsubscribe(Kind kind, std::string_view name);

    void on_link_up() override;
    void on_link_down() override;
    error_code on_link_reply(Reply reply) override;
    void on_link_state(const StateChange& change) override {
        if (on_state_) {
            on_state_(change);
        }
    }
    std::string take_link_output(std::size_t bytes_max) override;
    void send_link_ping() override { table_.send_ping(); }

    [[nodiscard]] const Link& link() const noexcept { return *link_; }
    [[nodiscard]] bool ready() const noexcept { return table_.ready(); }

    OnState on_state_;
    std::function<void(const Message&)> on_message_;
    std::function<void()> on_ready_;
    std::function<void(std::string_view, const std::string&)> on_refused_;
    std::function<void(std::string_view, std::string_view)> on_redirected_;

private:
    void changed();
    void announce_ready();
    void on_refusal(std::string_view name, std::string_view reason);

    std::shared_ptr<Link> link_;
    SubscriptionTable table_;
    boost::asio::steady_timer retry_;
    bool retry_armed_ = false;
    /// on_ready is due once the table is ready.
    bool announcement_due_ = true;
};

error_code Subscriber::Impl::subscribe(Kind kind, std::string_view name) {
    const error_code ec = table_.subscribe(kind, name);
    changed();
    return ec;
}

void Subscriber::Impl::unsubscribe(Kind kind, std::string_view name) {
    table_.unsubscribe(kind, name);
    changed();
}

void Subscriber::Impl::changed() {
    if (!table_.ready()) {
        announcement_due_ = true;
    }
    if (table_.has_output()) {
        link_->wake_writer();
    }
}

void Subscriber::Impl::on_link_up() {
    table_.on_connected();
    announcement_due_ = true;
    announce_ready();
}

void Subscriber::Impl::on_link_down() {
    table_.on_disconnected();
    retry_.cancel();
}

error_code Subscriber::Impl::on_link_reply(Reply reply) {
    const Result<SubscriptionTable::Event> event = table_.on_reply(reply);
    if (event.has_error()) {
        return event.error();
    }
    if (table_.has_output()) {
        link_->wake_writer();
    }
    switch (event->kind) {
        case SubscriptionTable::Event::Kind::message:
            if (on_message_) {
                on_message_(
                    Message{event->channel, event->pattern, event->payload, event->sharded});
            }
            break;
        case SubscriptionTable::Event::Kind::refused:
            on_refusal(event->channel, event->payload);
            break;
        case SubscriptionTable::Event::Kind::none: announce_ready(); break;
    }
    return {};
}

std::string Subscriber::Impl::take_link_output(std::size_t bytes_max) {
    std::string out = table_.take_output(bytes_max);
    if (announcement_due_ && table_.ready()) {
        // Changes that cancel each other out need no answer from Redis.
        boost::asio::post(link_->io(), [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->announce_ready();
            }
        });
    }
    return out;
}

void Subscriber::Impl::announce_ready() {
    if (announcement_due_ && table_.ready()) {
        announcement_due_ = false;
        if (on_ready_) {
            on_ready_();
        }
    }
}

void Subscriber::Impl::on_refusal(std::string_view name, std::string_view reason) {
    announcement_due_ = true;
    if (!retry_armed_) {
        retry_armed_ = true;
        retry_.expires_after(link_->options().reconnect_delay_max);
        retry_.async_wait([weak = weak_from_this()](error_code ec) {
            const auto self = weak.lock();
            if (!self) {
                return;
            }
            self->retry_armed_ = false;
            if (!ec) {
                self->table_.retry_refused();
                self->changed();
            }
        });
    }
    // The callbacks may end the subscription, to which the name belongs.
    const std::string copy(name);
    if (on_redirected_ && (reason.starts_with("MOVED ") || reason.starts_with("CLUSTERDOWN"))) {
        on_redirected_(copy, reason);
    } else if (on_refused_) {
        const bool forbidden = reason.starts_with("NOPERM");
        on_refused_(copy, "Redis at " + address_of(link_->options()) +
                              " refused to subscribe to \"" + copy + "\" (" + std::string(reason) +
                              (forbidden ? "): permit the channel in the user's ACL"
                                         : "): it is tried again"));
    }
}

void Subscriber::Impl::stop() {
    link_->stop();
    retry_.cancel();
    table_.on_disconnected();
}

Subscriber::Subscriber(boost::asio::io_context& io, Options options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

Subscriber::~Subscriber() {
    impl_->stop();
}

void Subscriber::on_state(OnState callback) {
    impl_->on_state_ = std::move(callback);
}

void Subscriber::on_message(std::function<void(const Message&)> callback) {
    impl_->on_message_ = std::move(callback);
}

void Subscriber::on_ready(std::function<void()> callback) {
    impl_->on_ready_ = std::move(callback);
}

void Subscriber::on_refused(std::function<void(std::string_view, const std::string&)> callback) {
    impl_->on_refused_ = std::move(callback);
}

void Subscriber::start() {
    impl_->start();
}

void Subscriber::stop() {
    impl_->stop();
}

void Subscriber::on_redirected(std::function<void(std::string_view, std::string_view)> callback) {
    impl_->on_redirected_ = std::move(callback);
}

void Subscriber::move_to(const Seed& server) {
    impl_->move_to(server);
}

bool Subscriber::connected() const noexcept {
    return impl_->link().up();
}

bool Subscriber::ready() const noexcept {
    return impl_->ready();
}

const Options& Subscriber::options() const noexcept {
    return impl_->link().options();
}

error_code Subscriber::subscribe(std::string_view channel) {
    return impl_->subscribe(Impl::Kind::channel, channel);
}

error_code Subscriber::psubscribe(std::string_view pattern) {
    return impl_->subscribe(Impl::Kind::pattern, pattern);
}

error_code Subscriber::ssubscribe(std::string_view channel) {
    return impl_->subscribe(Impl::Kind::shard_channel, channel);
}

void Subscriber::unsubscribe(std::string_view channel) {
    impl_->unsubscribe(Impl::Kind::channel, channel);
}

void Subscriber::punsubscribe(std::string_view pattern) {
    impl_->unsubscribe(Impl::Kind::pattern, pattern);
}

void Subscriber::sunsubscribe(std::string_view channel) {
    impl_->unsubscribe(Impl::Kind::shard_channel, channel);
}

}  // namespace redis
