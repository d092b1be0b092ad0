// See single_backend.hpp.
#include "client/single_backend.hpp"

#include <utility>

namespace redis {

using boost::system::error_code;

error_code subscribe_on(Subscriber& subscriber, Backend::Kind kind, std::string_view name) {
    switch (kind) {
        case Backend::Kind::channel: return subscriber.subscribe(name);
        case Backend::Kind::pattern: return subscriber.psubscribe(name);
        case Backend::Kind::shard_channel: break;
    }
    return subscriber.ssubscribe(name);
}

void unsubscribe_on(Subscriber& subscriber, Backend::Kind kind, std::string_view name) {
    switch (kind) {
        case Backend::Kind::channel: subscriber.unsubscribe(name); return;
        case Backend::Kind::pattern: subscriber.punsubscribe(name); return;
        case Backend::Kind::shard_channel: subscriber.sunsubscribe(name); return;
    }
}

SingleBackend::SingleBackend(boost::asio::io_context& io, Options options,
                             std::shared_ptr<Listeners> listeners)
    : io_(io),
      listeners_(std::move(listeners)),
      connection_(io, options),
      subscriber_(io, std::move(options)) {}

void SingleBackend::start() {
    listen();
    start_connections();
}

void SingleBackend::listen() {
    const auto weak = weak_from_this();
    const auto on_change = [weak](const StateChange& change) {
        if (const auto self = weak.lock()) self->on_state(change);
    };
    connection_.on_state(on_change);
    subscriber_.on_state(on_change);
    subscriber_.on_message([weak](const Message& message) {
        const auto self = weak.lock();
        if (self && !self->stopped_ && self->listeners_->on_message) {
            self->listeners_->on_message(message);
        }
    });
    subscriber_.on_ready([weak] {
        if (const auto self = weak.lock()) {
            self->announcement_due_ = true;
            self->announce();
        }
    });
    subscriber_.on_refused([weak](std::string_view name, const std::string& text) {
        const auto self = weak.lock();
        if (self && !self->stopped_ && self->listeners_->on_refused) {
            self->listeners_->on_refused(name, text);
        }
    });
}

void SingleBackend::start_connections() {
    if (std::exchange(started_, true) || stopped_) return;
    connection_.start();
    subscriber_.start();
    if (blocking_) blocking_->start();
}

void SingleBackend::stop() {
    stopped_ = true;
    connection_.stop();
    subscriber_.stop();
    if (blocking_) blocking_->stop();
}

void SingleBackend::discard() {
    // The connections go with this object, and with them the callbacks that wait.
    stopped_ = true;
    subscriber_.stop();
}

std::size_t SingleBackend::pending() const noexcept {
    return connection_.pending() + (blocking_ ? blocking_->pending() : 0);
}

void SingleBackend::command(std::string_view /*key*/, Arguments arguments, OnReply callback) {
    connection_.command(arguments, std::move(callback));
}

void SingleBackend::command_each(Arguments arguments, Deployment::OnReplies callback) {
    command({}, arguments, [callback = std::move(callback)](error_code ec, Reply reply) {
        std::vector<Reply> replies;
        if (!ec) replies.push_back(std::move(reply));
        if (callback) callback(ec, replies);
    });
}

void SingleBackend::blocking_command(std::string_view /*key*/, Arguments arguments,
                                     OnReply callback) {
    if (!blocking_) {
        blocking_ = std::make_unique<Connection>(io_, connection_.options());
        if (stopped_) {
            blocking_->stop();
        } else if (started_) {
            blocking_->start();
        }
    }
    blocking_->command(arguments, std::move(callback));
}

error_code SingleBackend::subscribe(Kind kind, std::string_view name) {
    return subscribe_on(subscriber_, kind, name);
}

void SingleBackend::unsubscribe(Kind kind, std::string_view name) {
    unsubscribe_on(subscriber_, kind, name);
}

bool SingleBackend::is_at(const Seed& server) const noexcept {
    const Options& options = connection_.options();
    return options.host == server.host && options.port == server.port;
}

void SingleBackend::move_to(const Seed& server) {
    if (is_at(server)) return;
    connection_.move_to(server);
    subscriber_.move_to(server);
    if (blocking_) blocking_->move_to(server);
}

void SingleBackend::log_in_again() {
    if (!connection_.connected()) return;
    const Seed server{connection_.options().host, connection_.options().port};
    connection_.move_to(server);
    subscriber_.move_to(server);
    if (blocking_) blocking_->move_to(server);
}

void SingleBackend::on_state(const StateChange& change) {
    if (stopped_) return;
    if (change.state != State::connected) announcement_due_ = true;
    on_server_state();
    report(change);
    announce();
}

void SingleBackend::report(const StateChange& change) {
    if (stopped_ || (reported_.state == change.state && reported_.text == change.text)) return;
    reported_ = change;
    if (listeners_->on_state) listeners_->on_state(change);
}

void SingleBackend::announce() {
    if (stopped_ || !announcement_due_ || !ready()) return;
    announcement_due_ = false;
    if (listeners_->on_ready) listeners_->on_ready();
}

}  // namespace redis
