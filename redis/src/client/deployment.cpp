// See redis/deployment.hpp.
#include "client/backend.hpp"
#include "client/cluster_backend.hpp"
#include "client/sentinel_backend.hpp"
#include "client/single_backend.hpp"

#include <boost/asio/io_context.hpp>

#include <utility>

namespace redis {
namespace {

std::shared_ptr<Backend> make_backend(boost::asio::io_context& io, const Options& options,
                                      const std::shared_ptr<Listeners>& listeners) {
    switch (options.kind) {
        case Kind::single: return std::make_shared<SingleBackend>(io, options, listeners);
        case Kind::sentinel: return std::make_shared<SentinelBackend>(io, options, listeners);
        case Kind::cluster: break;
    }
    return std::make_shared<ClusterBackend>(io, options, listeners);
}

}  // namespace

class Deployment::Impl {
public:
    Impl(boost::asio::io_context& io, Options settings)
        : options(std::move(settings)),
          listeners(std::make_shared<Listeners>()),
          backend(make_backend(io, options, listeners)) {}

    const Options options;
    /// Shared, since a callback that runs may end the Deployment.
    const std::shared_ptr<Listeners> listeners;
    const std::shared_ptr<Backend> backend;
};

Deployment::Deployment(boost::asio::io_context& io, Options options)
    : impl_(std::make_shared<Impl>(io, std::move(options))) {}

Deployment::~Deployment() {
    impl_->backend->discard();
}

void Deployment::on_state(OnState callback) {
    impl_->listeners->on_state = std::move(callback);
}

void Deployment::on_message(std::function<void(const Message&)> callback) {
    impl_->listeners->on_message = std::move(callback);
}

void Deployment::on_ready(std::function<void()> callback) {
    impl_->listeners->on_ready = std::move(callback);
}

void Deployment::on_refused(std::function<void(std::string_view, const std::string&)> callback) {
    impl_->listeners->on_refused = std::move(callback);
}

void Deployment::start() {
    impl_->backend->start();
}

void Deployment::stop() {
    impl_->backend->stop();
}

bool Deployment::connected() const noexcept {
    return impl_->backend->connected();
}

bool Deployment::ready() const noexcept {
    return impl_->backend->ready();
}

const Options& Deployment::options() const noexcept {
    return impl_->options;
}

std::size_t Deployment::pending() const noexcept {
    return impl_->backend->pending();
}

void Deployment::command(std::string_view key, std::span<const std::string_view> arguments,
                         OnReply callback) {
    impl_->backend->command(key, arguments, std::move(callback));
}

void Deployment::command(std::string_view key, std::initializer_list<std::string_view> arguments,
                         OnReply callback) {
    command(key, std::span(arguments.begin(), arguments.size()), std::move(callback));
}

void Deployment::command_each(std::initializer_list<std::string_view> arguments,
                              OnReplies callback) {
    impl_->backend->command_each(std::span(arguments.begin(), arguments.size()),
                                 std::move(callback));
}

void Deployment::blocking_command(std::string_view key,
                                  std::initializer_list<std::string_view> arguments,
                                  OnReply callback) {
    impl_->backend->blocking_command(key, std::span(arguments.begin(), arguments.size()),
                                     std::move(callback));
}

boost::system::error_code Deployment::subscribe(std::string_view channel) {
    return impl_->backend->subscribe(Backend::Kind::channel, channel);
}

boost::system::error_code Deployment::psubscribe(std::string_view pattern) {
    return impl_->backend->subscribe(Backend::Kind::pattern, pattern);
}

boost::system::error_code Deployment::ssubscribe(std::string_view channel) {
    return impl_->backend->subscribe(Backend::Kind::shard_channel, channel);
}

void Deployment::unsubscribe(std::string_view channel) {
    impl_->backend->unsubscribe(Backend::Kind::channel, channel);
}

void Deployment::punsubscribe(std::string_view pattern) {
    impl_->backend->unsubscribe(Backend::Kind::pattern, pattern);
}

void Deployment::sunsubscribe(std::string_view channel) {
    impl_->backend->unsubscribe(Backend::Kind::shard_channel, channel);
}

}  // namespace redis
