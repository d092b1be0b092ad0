#pragma once
// The classic Redis adapter's broadcast channel: one PSUBSCRIBE per namespace, or one for all of them when
// the host wants those that it has not; one PUBLISH per broadcast. Lives on shard 0, beside its AdapterHost. Calls AdapterHost::deliver(). WIRE.md B10.
//
// Two connections: RESP2 does not allow commands on one that has subscriptions.

#include "socketio/adapter.hpp"
#include "socketio/redis_adapter.hpp"
#include <redis/connection.hpp>
#include <redis/subscriber.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::cluster {

class ClassicAdapter final : public Adapter {
public:
    struct Counts {
        std::uint64_t published = 0;
        /// Never reached Redis, or nobody knows: a full queue, an outage, an ACL.
        std::uint64_t lost = 0;
        std::uint64_t delivered = 0;
        /// Own echoes.
        std::uint64_t own = 0;
        /// Well-formed, but for a namespace that the channel does not belong to.
        std::uint64_t misdirected = 0;
        std::uint64_t malformed = 0;
    };

    /// `uid` tells this process from the others; Node's have six characters. Throws
    /// std::invalid_argument for a bad URL.
    ClassicAdapter(RedisAdapterOptions options, std::string uid);

    void start(AdapterHost& host) override;
    void publish(const ClusterBroadcast& broadcast) override;
    void on_namespace_opened(const std::string& nsp) override;
    void on_namespace_closed(const std::string& nsp) override;
    void stop() override;

    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const std::string& uid() const noexcept { return uid_; }

private:
    void on_state(std::string_view connection, const redis::StateChange& change);
    void hear(const std::string& pattern);
    void on_message(const redis::Message& message);
    void on_published(boost::system::error_code ec, const redis::Reply& reply);
    void refuse(const redis::Message& message, std::string reason);
    void log(LogLevel level, std::string_view event, std::string text);

    const RedisAdapterOptions options_;
    const redis::Options redis_;
    const std::string uid_;
    AdapterHost* host_ = nullptr;
    std::optional<redis::Connection> publisher_;
    std::optional<redis::Subscriber> subscriber_;
    std::map<std::string, std::string, std::less<>> namespace_of_pattern_;
    bool hears_every_namespace_ = false;
    Counts counts_;
    /// Lost in the current run of losses, and not yet logged as over.
    std::uint64_t lost_in_a_row_ = 0;
};

}  // namespace socketio::cluster
