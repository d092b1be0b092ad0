#pragma once
// The channels of a namespace: one that all its servers hear, one for answers to each of them, and where the
// adapter wants them one for each room. Lives on shard 0, from Adapter::start() to stop(). WIRE.md B12, B13.
//
//   <prefix>#<nsp>#    <prefix>#<nsp>#<uid>#    <prefix>#<nsp>#<room>#

#include "cluster/codec/cluster_message.hpp"
#include "cluster/message_port.hpp"
#include "cluster/redis_link.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace socketio::cluster {

struct ChannelOptions {
    std::string prefix = {};
    /// SSUBSCRIBE and SPUBLISH, of Redis 7.
    bool is_sharded = false;
    /// MessagePack even where JSON could say it.
    bool always_msgpack = false;
    std::size_t message_bytes_max = 0;
};

class MessageChannels final : public MessagePort {
public:
    /// Both outlive it.
    MessageChannels(RedisLink& link, ClusterStatus& status, ChannelOptions options,
                    std::string uid);

    void open(const std::string& nsp);
    void close(const std::string& nsp);
    void follow_room(const std::string& nsp, const std::string& room, bool is_there);

    /// `room` is empty for all rooms and several.
    void publish(const std::string& nsp, std::string_view room, const std::string& bytes);

    [[nodiscard]] bool is_connected() const override;
    void send(const ClusterMessage& message) override;
    void answer(const std::string& uid, const ClusterMessage& message) override;
    void count(const std::string& nsp,
               std::function<void(boost::system::error_code, std::size_t)> done) override;

    /// A message of another server, for an open namespace that its channel belongs to. Nothing else is let
    /// through; it is counted.
    [[nodiscard]] std::optional<ClusterMessage> read(const redis::Message& message);

private:
    [[nodiscard]] std::string channel_of(std::string_view nsp, std::string_view suffix = {}) const;
    [[nodiscard]] bool belongs(std::string_view channel, const std::string& nsp) const;
    [[nodiscard]] bool is_own_echo(const redis::Message& message) const;
    void subscribe(const std::string& channel);
    void unsubscribe(const std::string& channel);
    [[nodiscard]] std::string encoded(const ClusterMessage& message) const;
    void publish_to(const std::string& channel, const std::string& bytes);

    RedisLink& link_;
    ClusterStatus& status_;
    const ChannelOptions options_;
    const std::string uid_;
    /// Of open namespaces: how this server's own messages end, by namespace.
    std::map<std::string, MessageTails, std::less<>> tails_;
    /// Rooms may be called so that one of "/a" has the channel of "/a#b" or of its room: each is left when nobody
    /// needs it any more.
    std::unordered_map<std::string, std::size_t> uses_;
};

}  // namespace socketio::cluster
