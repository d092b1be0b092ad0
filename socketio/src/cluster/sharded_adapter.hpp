#pragma once
// The adapter over sharded pub/sub: broadcasts on the namespace's channel or on that of their one room, everything
// else on the namespace's, answers on the asker's. Lives on shard 0, beside its AdapterHost. WIRE.md B12.
//
// What is done to sockets is published and done here by the server itself, at once: no order ties it to an answer
// of Redis, as Node's adapter waits for one and then does the same.

#include "cluster/message_channels.hpp"
#include "cluster/message_desk.hpp"
#include "cluster/redis_link.hpp"
#include "socketio/sharded_adapter.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::cluster {

class ShardedAdapter final : public Adapter {
public:
    /// `uid` tells this process from the others; Node's have 16 hexadecimal digits. Throws std::invalid_argument
    /// for a bad URL.
    ShardedAdapter(ShardedAdapterOptions options, std::string uid);

    void start(AdapterHost& host) override;
    void stop() override;
    void on_namespace_opened(const std::string& nsp) override;
    void on_namespace_closed(const std::string& nsp) override;

    void publish(const ClusterBroadcast& broadcast) override;
    void operate(const ClusterSurgery& surgery) override;

    [[nodiscard]] bool has_requests() const noexcept override { return true; }
    void ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
             const std::shared_ptr<BroadcastQuestion>& question) override;
    void fetch(const std::string& nsp, const Audience& audience,
               const std::shared_ptr<FetchQuestion>& question) override;
    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question) override;

    [[nodiscard]] bool follows_rooms() const noexcept override;
    void on_room(const std::string& nsp, const std::string& room, bool is_there,
                 bool is_own) override;

    [[nodiscard]] ClusterStatus status() const override { return status_; }

private:
    /// What there is between start() and stop().
    struct Parts {
        Parts(AdapterHost& host, const redis::Options& redis, ClusterStatus& status,
              const ChannelOptions& options, const std::string& uid);
        RedisLink link;
        MessageChannels channels;
        MessageDesk desk;
    };
    /// The room whose channel a broadcast goes to; empty: the namespace's.
    [[nodiscard]] std::string_view channel_room(const Audience& audience) const;

    const ShardedAdapterOptions options_;
    const redis::Options redis_;
    const std::string uid_;
    ClusterStatus status_;
    std::optional<Parts> parts_;
};

}  // namespace socketio::cluster
