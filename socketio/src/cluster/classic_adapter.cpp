// See classic_adapter.hpp.
#include "cluster/classic_adapter.hpp"

#include "base/assert.hpp"
#include "cluster/codec/cluster_codec.hpp"
#include "cluster/redis_options.hpp"

#include <boost/asio/io_context.hpp>
#include <openssl/rand.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <utility>

namespace socketio {
namespace cluster {
namespace {

using boost::system::error_code;

redis::Options redis_options(const RedisAdapterOptions& options) {
    redis::Options redis = checked_redis_options(options.url);
    redis.pending_commands_max = options.pending_broadcasts_max;
    redis.pending_bytes_max = options.pending_bytes_max;
    return redis;
}

LogLevel level_of(redis::State state) {
    switch (state) {
        case redis::State::connected: return LogLevel::info;
        case redis::State::disconnected: return LogLevel::warn;
        case redis::State::auth_failed: break;
    }
    return LogLevel::error;
}

std::string_view event_of(redis::State state) {
    switch (state) {
        case redis::State::connected: return "redis connected";
        case redis::State::disconnected: return "redis disconnected";
        case redis::State::auth_failed: break;
    }
    return "redis login refused";
}

/// 36 bits, as Node's uid2(6): enough that two of a thousand nodes meet once in 130,000 clusters.
std::string random_uid() {
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 6> bytes{};
    SOCKETIO_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    std::string uid;
    for (const unsigned char byte : bytes) {
        uid += alphabet[byte & 63];
    }
    return uid;
}

}  // namespace

ClassicAdapter::ClassicAdapter(RedisAdapterOptions options, std::string uid)
    : options_(std::move(options)), redis_(redis_options(options_)), uid_(std::move(uid)) {}

void ClassicAdapter::start(AdapterHost& host) {
    SOCKETIO_ASSERT(host_ == nullptr);
    host_ = &host;
    publisher_.emplace(host.context(), redis_);
    publisher_->on_state(
        [this](const redis::StateChange& change) { on_state("publisher", change); });
    redis::Options receiving = redis_;
    // A message comes wrapped in a reply with pattern and channel.
    receiving.reply_bytes_max = options_.message_bytes_max * 2 + 64 * 1024;
    subscriber_.emplace(host.context(), receiving);
    subscriber_->on_state(
        [this](const redis::StateChange& change) { on_state("subscriber", change); });
    subscriber_->on_message([this](const redis::Message& message) { on_message(message); });
    subscriber_->on_ready([this] { log(LogLevel::info, "redis adapter ready", uid_); });
    subscriber_->on_refused([this](std::string_view, const std::string& text) {
        log(LogLevel::error, "redis subscription refused", text);
    });
    hears_every_namespace_ = host.wants_every_namespace();
    if (hears_every_namespace_) {
        hear(every_broadcast_pattern(options_.key));
    }
    for (const std::string& nsp : host.namespaces()) {
        on_namespace_opened(nsp);
    }
    publisher_->start();
    subscriber_->start();
}

void ClassicAdapter::on_namespace_opened(const std::string& nsp) {
    if (hears_every_namespace_) {
        return;
    }
    std::string pattern = broadcast_pattern(options_.key, nsp);
    hear(pattern);
    namespace_of_pattern_.emplace(std::move(pattern), nsp);
}

void ClassicAdapter::hear(const std::string& pattern) {
    if (const error_code ec = subscriber_->psubscribe(pattern); ec) {
        log(LogLevel::error, "redis subscription refused", ec.message() + ": " + pattern);
    }
}

void ClassicAdapter::on_namespace_closed(const std::string& nsp) {
    if (hears_every_namespace_) {
        return;
    }
    const std::string pattern = broadcast_pattern(options_.key, nsp);
    subscriber_->punsubscribe(pattern);
    namespace_of_pattern_.erase(pattern);
}

void ClassicAdapter::publish(const ClusterBroadcast& broadcast) {
    if (!publisher_) {
        return;
    }
    const std::string message = encode_broadcast(uid_, broadcast);
    if (message.size() > options_.message_bytes_max) {
        // The others would refuse it, and our own echo could break the subscription.
        on_published(make_error_code(errc::too_large), {});
        return;
    }
    const std::string channel =
        broadcast_channel(options_.key, broadcast.nsp, broadcast.audience.rooms);
    publisher_->command(
        {"PUBLISH", channel, message},
        [this](error_code ec, const redis::Reply& reply) { on_published(ec, reply); });
}

void ClassicAdapter::stop() {
    publisher_.reset();
    subscriber_.reset();
    host_ = nullptr;
}

void ClassicAdapter::on_published(error_code ec, const redis::Reply& reply) {
    if (!ec) {
        ++counts_.published;
        if (lost_in_a_row_ > 0) {
            log(LogLevel::warn, "broadcasts reach other processes again",
                std::to_string(std::exchange(lost_in_a_row_, 0)) + " were lost");
        }
        return;
    }
    ++counts_.lost;
    // One line for the first of many; their number comes with the line that ends them.
    if (lost_in_a_row_++ == 0) {
        log(LogLevel::warn, "broadcasts do not reach other processes",
            ec == redis::errc::server_error ? std::string(reply.text()) : ec.message());
    }
}

void ClassicAdapter::on_state(std::string_view connection, const redis::StateChange& change) {
    host_->log(LogEvent{level_of(change.state),
                        event_of(change.state),
                        {{"connection", std::string(connection)}, {"text", change.text}}});
}

void ClassicAdapter::on_message(const redis::Message& message) {
    if (has_uid(message.payload, uid_)) {
        ++counts_.own;
        return;
    }
    // Before it is decoded, where the pattern says enough.
    const auto known = namespace_of_pattern_.find(message.pattern);
    if (!hears_every_namespace_ &&
        (known == namespace_of_pattern_.end() ||
         !room_of_channel(message.channel, options_.key, known->second))) {
        ++counts_.misdirected;
        return;
    }
    if (message.payload.size() > options_.message_bytes_max) {
        refuse(message, make_error_code(errc::too_large).message());
        return;
    }
    Result<BroadcastMessage> decoded = decode_broadcast(message.payload);
    if (decoded.has_error()) {
        refuse(message, decoded.error().message());
        return;
    }
    const std::string& nsp = decoded->broadcast.nsp;
    // "/a" hears "/a#b" too, since '#' ends a namespace in a channel but may stand in one.
    const bool misdirected = hears_every_namespace_
                                 ? !room_of_channel(message.channel, options_.key, nsp)
                                 : nsp != known->second;
    if (misdirected) {
        ++counts_.misdirected;
        return;
    }
    ++counts_.delivered;
    host_->deliver(std::move(decoded->broadcast));
}

void ClassicAdapter::refuse(const redis::Message& message, std::string reason) {
    ++counts_.malformed;
    // The 1st, 2nd, 4th, 8th, ... are logged: a foreign program may publish thousands.
    if (std::has_single_bit(counts_.malformed)) {
        host_->log(LogEvent{LogLevel::warn,
                            "foreign message ignored",
                            {{"channel", std::string(message.channel)},
                             {"reason", std::move(reason)},
                             {"ignored", std::to_string(counts_.malformed)}}});
    }
}

void ClassicAdapter::log(LogLevel level, std::string_view event, std::string text) {
    host_->log(LogEvent{level, event, {{"text", std::move(text)}}});
}

}  // namespace cluster

std::shared_ptr<Adapter> redis_adapter(RedisAdapterOptions options) {
    return std::make_shared<cluster::ClassicAdapter>(std::move(options), cluster::random_uid());
}

std::shared_ptr<Adapter> redis_adapter(std::string url) {
    RedisAdapterOptions options;
    options.url = std::move(url);
    return redis_adapter(std::move(options));
}

}  // namespace socketio
