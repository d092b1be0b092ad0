// See message_channels.hpp.
#include "cluster/message_channels.hpp"

#include "socketio/error.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

/// `[channel, count]` of PUBSUB NUMSUB and SHARDNUMSUB; a map in RESP3.
std::size_t subscribers_in(const redis::Reply& reply) {
    const std::vector<redis::Reply>& items = reply.items();
    const std::int64_t count = items.size() >= 2 ? items[1].integer() : 0;
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace

MessageChannels::MessageChannels(RedisLink& link, ClusterStatus& status, ChannelOptions options,
                                 std::string uid)
    : link_(link), status_(status), options_(std::move(options)), uid_(std::move(uid)) {}

void MessageChannels::open(const std::string& nsp) {
    if (!tails_.emplace(nsp, tails_of(uid_, nsp)).second) return;
    subscribe(channel_of(nsp));
    subscribe(channel_of(nsp, uid_));
}

void MessageChannels::close(const std::string& nsp) {
    if (tails_.erase(nsp) == 0) return;
    unsubscribe(channel_of(nsp));
    unsubscribe(channel_of(nsp, uid_));
}

void MessageChannels::follow_room(const std::string& nsp, const std::string& room, bool is_there) {
    // An empty one is the namespace.
    if (room.empty()) return;
    const std::string channel = channel_of(nsp, room);
    if (is_there) {
        subscribe(channel);
    } else {
        unsubscribe(channel);
    }
}

bool MessageChannels::is_connected() const {
    const redis::Deployment& redis = link_.redis();
    return redis.connected() || redis.options().kind == redis::Kind::cluster;
}

void MessageChannels::publish(const std::string& nsp, std::string_view room,
                              const std::string& bytes) {
    publish_to(channel_of(nsp, room), bytes);
}

void MessageChannels::send(const ClusterMessage& message) {
    publish_to(channel_of(message.nsp), encoded(message));
}

void MessageChannels::answer(const std::string& uid, const ClusterMessage& message) {
    publish_to(channel_of(message.nsp, uid), encoded(message));
}

void MessageChannels::count(const std::string& nsp,
                            std::function<void(error_code, std::size_t)> done) {
    const std::string channel = channel_of(nsp);
    if (options_.is_sharded) {
        link_.redis().command(channel, {"PUBSUB", "SHARDNUMSUB", channel},
                              [done = std::move(done)](error_code ec, const redis::Reply& reply) {
                                  done(ec, subscribers_in(reply));
                              });
        return;
    }
    link_.redis().command_each(
        {"PUBSUB", "NUMSUB", channel},
        [done = std::move(done)](error_code ec, const std::vector<redis::Reply>& replies) {
            std::size_t servers = 0;
            for (const redis::Reply& reply : replies) servers += subscribers_in(reply);
            // A master of a Cluster that is away does not take the others' servers along.
            done(servers > 0 ? error_code() : ec, servers);
        });
}

std::optional<ClusterMessage> MessageChannels::read(const redis::Message& message) {
    if (is_own_echo(message)) {
        ++status_.own;
        return std::nullopt;
    }
    if (message.payload.size() > options_.message_bytes_max) {
        link_.reject(message.channel, make_error_code(errc::too_large).message());
        return std::nullopt;
    }
    Result<ClusterMessage> decoded = decode_message(message.payload);
    if (decoded.has_error()) {
        link_.reject(message.channel, decoded.error().message());
        return std::nullopt;
    }
    if (decoded->uid == uid_) {
        ++status_.own;
        return std::nullopt;
    }
    // "/a" hears the room "b" of "/a" where "/a#b" hears its own.
    if (!tails_.contains(decoded->nsp) || !belongs(message.channel, decoded->nsp)) {
        ++status_.passed_over;
        return std::nullopt;
    }
    return std::move(*decoded);
}

std::string MessageChannels::channel_of(std::string_view nsp, std::string_view suffix) const {
    std::string channel = options_.prefix;
    channel.append("#").append(nsp).append("#");
    if (!suffix.empty()) channel.append(suffix).append("#");
    return channel;
}

bool MessageChannels::belongs(std::string_view channel, const std::string& nsp) const {
    const std::string main = channel_of(nsp);
    return channel == main || (channel.starts_with(main) && channel.ends_with('#'));
}

bool MessageChannels::is_own_echo(const redis::Message& message) const {
    std::string_view names = message.channel;
    if (names.size() < options_.prefix.size() + 2) return false;
    names.remove_prefix(options_.prefix.size() + 1);
    // Each '#' may be the namespace's end.
    for (std::size_t end = names.find('#'); end != std::string_view::npos;
         end = names.find('#', end + 1)) {
        const auto tails = tails_.find(names.substr(0, end));
        if (tails != tails_.end() && has_tail(message.payload, tails->second)) return true;
    }
    return false;
}

void MessageChannels::subscribe(const std::string& channel) {
    if (++uses_[channel] > 1) return;
    const error_code ec =
        options_.is_sharded ? link_.redis().ssubscribe(channel) : link_.redis().subscribe(channel);
    if (ec) link_.note_refused(channel, ec.message());
}

void MessageChannels::unsubscribe(const std::string& channel) {
    const auto use = uses_.find(channel);
    if (use == uses_.end() || --use->second > 0) return;
    uses_.erase(use);
    if (options_.is_sharded) {
        link_.redis().sunsubscribe(channel);
    } else {
        link_.redis().unsubscribe(channel);
    }
}

std::string MessageChannels::encoded(const ClusterMessage& message) const {
    return options_.always_msgpack ? encode_msgpack_message(message) : encode_message(message);
}

void MessageChannels::publish_to(const std::string& channel, const std::string& bytes) {
    if (bytes.size() > options_.message_bytes_max) {
        // The others would refuse it, and our own echo could break the subscription.
        link_.sent(make_error_code(errc::too_large));
        return;
    }
    link_.publish(channel, bytes, options_.is_sharded);
}

}  // namespace socketio::cluster
