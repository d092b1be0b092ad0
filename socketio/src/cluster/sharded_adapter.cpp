// See sharded_adapter.hpp.
#include "cluster/sharded_adapter.hpp"

#include "base/assert.hpp"
#include "cluster/redis_options.hpp"
#include "cluster/uid.hpp"
#include "socketio/error.hpp"
#include "wire/utf8.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <utility>

namespace socketio {
namespace cluster {
namespace {

/// A public room with a name of this length is taken for a socket's id, as in Node.
constexpr std::size_t socket_id_length = 20;

}  // namespace

ShardedAdapter::Parts::Parts(AdapterHost& host, const redis::Options& redis, ClusterStatus& status,
                             const ChannelOptions& options, const std::string& uid)
    : link(host, redis, status),
      channels(link, status, options, uid),
      desk(host, status, channels, uid) {}

ShardedAdapter::ShardedAdapter(ShardedAdapterOptions options, std::string uid)
    : options_(std::move(options)),
      redis_(bounded_redis_options(
          options_.url,
          {options_.message_bytes_max, options_.pending_messages_max, options_.pending_bytes_max})),
      uid_(std::move(uid)) {
    status_.adapter = "sharded";
    status_.name = uid_;
}

void ShardedAdapter::start(AdapterHost& host) {
    SOCKETIO_ASSERT(!parts_);
    const ChannelOptions channels{options_.channel_prefix, true, false, options_.message_bytes_max};
    parts_.emplace(host, redis_, status_, channels, uid_);
    parts_->link.on_message = [this](const redis::Message& message) {
        if (std::optional<ClusterMessage> read = parts_->channels.read(message)) {
            parts_->desk.on_message(std::move(*read));
        }
    };
    parts_->link.on_ready = [this] { parts_->desk.on_ready(); };
    if (host.wants_every_namespace()) {
        parts_->link.log(LogLevel::warn, "namespaces that are not open are not heard",
                         "sharded channels have no patterns: open them, or use another adapter");
    }
    for (const std::string& nsp : host.namespaces()) on_namespace_opened(nsp);
    parts_->link.start();
}

void ShardedAdapter::stop() {
    if (parts_) parts_->desk.leave();
    parts_.reset();
    status_.is_reached = false;
}

void ShardedAdapter::on_namespace_opened(const std::string& nsp) {
    if (!parts_) return;
    parts_->channels.open(nsp);
    parts_->desk.open(nsp);
    if (follows_rooms() && parts_->link.host().wants_every_room(nsp)) {
        parts_->link.log(
            LogLevel::warn, "rooms without members here are not heard",
            "a filter of " + nsp +
                " does not see what is sent to them: RoomChannels::none, on all servers");
    }
}

void ShardedAdapter::on_namespace_closed(const std::string& nsp) {
    if (!parts_) return;
    parts_->desk.close(nsp);
    parts_->channels.close(nsp);
}

void ShardedAdapter::publish(const ClusterBroadcast& broadcast) {
    if (!parts_) return;
    parts_->channels.publish(broadcast.nsp, channel_room(broadcast.audience),
                             encode_message(uid_, broadcast));
}

void ShardedAdapter::operate(const ClusterSurgery& surgery) {
    if (parts_) parts_->channels.send(ClusterMessage{uid_, surgery.nsp, surgery});
}

void ShardedAdapter::ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
                         const std::shared_ptr<BroadcastQuestion>& question) {
    if (!parts_) return question->fail(make_error_code(errc::disconnected));
    parts_->desk.ask(broadcast, timeout, question);
}

void ShardedAdapter::fetch(const std::string& nsp, const Audience& audience,
                           const std::shared_ptr<FetchQuestion>& question) {
    if (!parts_) return question->fail(make_error_code(errc::disconnected));
    parts_->desk.fetch(nsp, audience, question);
}

void ShardedAdapter::server_side_emit(const ServerSideEvent& event,
                                      const std::shared_ptr<ServerSideQuestion>& question) {
    if (parts_) return parts_->desk.server_side_emit(event, question);
    if (question != nullptr) question->fail(make_error_code(errc::disconnected));
}

bool ShardedAdapter::follows_rooms() const noexcept {
    return options_.room_channels != RoomChannels::none;
}

void ShardedAdapter::on_room(const std::string& nsp, const std::string& room, bool is_there,
                             bool is_own) {
    if (!parts_ || !follows_rooms()) return;
    if (is_own && options_.room_channels != RoomChannels::all_rooms) return;
    parts_->channels.follow_room(nsp, room, is_there);
}

std::string_view ShardedAdapter::channel_room(const Audience& audience) const {
    if (audience.rooms.size() != 1) return {};
    const std::string& room = audience.rooms.front();
    switch (options_.room_channels) {
        case RoomChannels::none: break;
        case RoomChannels::public_rooms:
            if (wire::utf16_length(room) != socket_id_length) return room;
            break;
        case RoomChannels::all_rooms: return room;
    }
    return {};
}

}  // namespace cluster

std::shared_ptr<Adapter> sharded_adapter(ShardedAdapterOptions options) {
    return std::make_shared<cluster::ShardedAdapter>(std::move(options), cluster::hex_uid());
}

std::shared_ptr<Adapter> sharded_adapter(std::string url) {
    ShardedAdapterOptions options;
    options.url = std::move(url);
    return sharded_adapter(std::move(options));
}

}  // namespace socketio
