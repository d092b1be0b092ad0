// See cluster_subscriptions.hpp.
#include "client/cluster_subscriptions.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace redis {

using boost::system::error_code;

ClusterSubscriptions::ClusterSubscriptions(boost::asio::io_context& io, Options options)
    : io_(io), options_(std::move(options)), home_(io, options_) {}

void ClusterSubscriptions::start(Ears ears) {
    ears_ = std::move(ears);
    listen(home_);
}

void ClusterSubscriptions::stop() {
    stopped_ = true;
    home_.stop();
    for (auto& [address, server] : servers_) server.subscriber->stop();
}

/// The ears live as long as this object, which each callback keeps while it runs.
void ClusterSubscriptions::listen(Subscriber& subscriber) {
    const auto weak = weak_from_this();
    subscriber.on_state([weak, &subscriber](const StateChange& change) {
        const auto self = weak.lock();
        if (!self || self->stopped_) return;
        const Options& options = subscriber.options();
        self->ears_.on_state(Seed{options.host, options.port}, change);
    });
    subscriber.on_message([weak](const Message& message) {
        const auto self = weak.lock();
        if (self && !self->stopped_) self->ears_.on_message(message);
    });
    subscriber.on_ready([weak] {
        const auto self = weak.lock();
        if (self && !self->stopped_) self->ears_.on_ready();
    });
    subscriber.on_refused([weak](std::string_view name, const std::string& text) {
        const auto self = weak.lock();
        if (self && !self->stopped_) self->ears_.on_refused(name, text);
    });
    subscriber.on_redirected([weak, &subscriber](std::string_view channel, std::string_view error) {
        const auto self = weak.lock();
        if (!self || self->stopped_) return;
        const Options& options = subscriber.options();
        Redirection redirection = read_redirection(error, Seed{options.host, options.port});
        redirection.slot = hash_slot(channel);
        self->ears_.on_redirected(redirection);
    });
}

error_code ClusterSubscriptions::subscribe(Backend::Kind kind, std::string_view name) {
    return kind == Backend::Kind::shard_channel ? subscribe_sharded(name)
                                                : subscribe_on(home_, kind, name);
}

void ClusterSubscriptions::unsubscribe(Backend::Kind kind, std::string_view name) {
    if (kind == Backend::Kind::shard_channel) {
        unsubscribe_sharded(name);
    } else {
        unsubscribe_on(home_, kind, name);
    }
}

error_code ClusterSubscriptions::subscribe_sharded(std::string_view name) {
    const std::uint16_t number = hash_slot(name);
    Slot& slot = slots_[number];
    if (slot.names.find(name) != slot.names.end()) return {};
    if (sharded_count_ >= options_.subscriptions_max) {
        if (slot.names.empty()) slots_.erase(number);
        return errc::too_many_subscriptions;
    }
    if (slot.names.empty()) place(number, slot);
    slot.names.emplace(name);
    ++sharded_count_;
    const auto server = servers_.find(slot.server);
    return server == servers_.end() ? error_code() : server->second.subscriber->ssubscribe(name);
}

void ClusterSubscriptions::unsubscribe_sharded(std::string_view name) {
    const auto found = slots_.find(hash_slot(name));
    if (found == slots_.end()) return;
    Slot& slot = found->second;
    const auto known = slot.names.find(name);
    if (known == slot.names.end()) return;
    slot.names.erase(known);
    --sharded_count_;
    if (const auto server = servers_.find(slot.server); server != servers_.end()) {
        server->second.subscriber->sunsubscribe(name);
    }
    if (slot.names.empty()) {
        leave_server(slot);
        slots_.erase(found);
    }
}

void ClusterSubscriptions::set_home(const Seed& server) {
    const Options& options = home_.options();
    const bool stays = has_home_ && options.host == server.host && options.port == server.port;
    if (stays || stopped_) return;
    home_.move_to(server);
    if (!std::exchange(has_home_, true)) home_.start();
}

void ClusterSubscriptions::follow(const SlotMap& map) {
    map_ = &map;
    if (stopped_) return;
    for (auto& [number, slot] : slots_) place(number, slot);
}

void ClusterSubscriptions::place(std::uint16_t number, Slot& slot) {
    const Seed* const master = map_ != nullptr ? map_->master_of(number) : nullptr;
    const std::string address = master != nullptr ? address_of(*master) : std::string();
    if (slot.server == address) return;
    leave_server(slot);
    if (master == nullptr) return;
    slot.server = address;
    Server& server = server_at(*master);
    ++server.slots;
    ++placed_;
    for (const std::string& name : slot.names) {
        // The bound of all is that of each.
        (void)server.subscriber->ssubscribe(name);
    }
}

void ClusterSubscriptions::leave_server(Slot& slot) {
    const auto found = servers_.find(std::exchange(slot.server, std::string()));
    if (found == servers_.end()) return;
    Server& server = found->second;
    --placed_;
    for (const std::string& name : slot.names) server.subscriber->sunsubscribe(name);
    if (--server.slots == 0) {
        retire(std::move(server.subscriber));
        servers_.erase(found);
    }
}

ClusterSubscriptions::Server& ClusterSubscriptions::server_at(const Seed& seed) {
    Server& server = servers_[address_of(seed)];
    if (!server.subscriber) {
        Options options = options_;
        options.host = seed.host;
        options.port = seed.port;
        server.subscriber = std::make_unique<Subscriber>(io_, std::move(options));
        listen(*server.subscriber);
        server.subscriber->start();
    }
    return server;
}

void ClusterSubscriptions::retire(std::unique_ptr<Subscriber> subscriber) {
    subscriber->stop();
    // It may be one of its callbacks that led here.
    std::shared_ptr<Subscriber> retired = std::move(subscriber);
    boost::asio::post(io_, [weak = weak_from_this(), retired = std::move(retired)]() mutable {
        retired.reset();
        // It may have been the last that others waited for.
        const auto self = weak.lock();
        if (self && !self->stopped_) self->ears_.on_ready();
    });
}

bool ClusterSubscriptions::ready() const noexcept {
    return home_.ready() && placed_ == slots_.size() &&
           std::all_of(servers_.begin(), servers_.end(),
                       [](const auto& entry) { return entry.second.subscriber->ready(); });
}

}  // namespace redis
