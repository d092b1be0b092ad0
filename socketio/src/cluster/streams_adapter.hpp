#pragma once
// The adapter over a Redis stream: broadcasts and what is done to sockets are entries of the namespace's stream,
// which all servers read in one order; questions and answers go over channels. Lives on shard 0, beside its
// AdapterHost. WIRE.md B13.
//
//   publish, operate --> XADD
//   XREAD --> stream_reader --> own_order     (its own entries)   --> AdapterHost
//                          --> message_desk  (those of others)   --> AdapterHost
//   channels --> message_channels --> message_desk --> AdapterHost
//
// All is done here when it is read: broadcasts come in the order of their offsets, and what is done to sockets keeps
// its place among them (executes_own()), so that a farewell that disconnect_sockets() follows arrives first.

#include "cluster/message_channels.hpp"
#include "cluster/message_desk.hpp"
#include "cluster/own_order.hpp"
#include "cluster/redis_link.hpp"
#include "cluster/session_store.hpp"
#include "cluster/stream_reader.hpp"
#include "socketio/streams_adapter.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace socketio::cluster {

class StreamsAdapter final : public Adapter {
public:
    /// `uid` tells this process from the others; Node's have 16 hexadecimal digits. Throws std::invalid_argument
    /// for options that cannot be.
    StreamsAdapter(StreamsAdapterOptions options, std::string uid);

    /// Throws std::invalid_argument for a namespace in a stream that nobody reads.
    void start(AdapterHost& host) override;
    void stop() override;
    void on_namespace_opened(const std::string& nsp) override;
    void on_namespace_closed(const std::string& nsp) override;

    void publish(const ClusterBroadcast& broadcast) override;
    [[nodiscard]] bool delivers_own() const noexcept override { return true; }
    void operate(const ClusterSurgery& surgery) override;
    [[nodiscard]] bool executes_own() const noexcept override { return true; }

    [[nodiscard]] bool has_requests() const noexcept override { return true; }
    void ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
             const std::shared_ptr<BroadcastQuestion>& question) override;
    void fetch(const std::string& nsp, const Audience& audience,
               const std::shared_ptr<FetchQuestion>& question) override;
    void server_side_emit(const ServerSideEvent& event,
                          const std::shared_ptr<ServerSideQuestion>& question) override;

    [[nodiscard]] bool keeps_sessions() const noexcept override { return true; }
    void keep_session(const StoredSession& session, std::chrono::milliseconds duration) override;
    [[nodiscard]] std::size_t sessions_pending() const noexcept override;
    void restore_session(const std::string& nsp, const std::string& pid, const std::string& offset,
                         RestoreHandler done) override;

    [[nodiscard]] ClusterStatus status() const override;

private:
    struct Stream {
        Stream(StreamsAdapter& adapter, redis::Deployment& redis, std::string name);
        StreamReader reader;
        OwnOrder own;
    };
    /// What there is between start() and stop().
    struct Parts {
        Parts(AdapterHost& host, StreamsAdapter& adapter);
        RedisLink link;
        MessageChannels channels;
        MessageDesk desk;
        SessionStore sessions;
        boost::asio::steady_timer timer;
        /// Of all streams but the first: a connection waits for one stream at a time.
        std::list<redis::Deployment> connections;
        /// By their number.
        std::vector<std::unique_ptr<Stream>> streams;
        bool is_timer_armed = false;
    };

    void add_stream(redis::Deployment& redis, std::string name);
    void on_entry(Stream& stream, const StreamEntry& entry);
    /// Writes an entry, and does the same here when it is read.
    void append(const std::string& nsp, EncodedEntry entry, OwnOrder::Item item);
    void release(OwnOrder::Item item);
    void arm_timer();
    [[nodiscard]] bool is_read(const std::string& nsp) const;
    /// Of a namespace that is in one.
    [[nodiscard]] Stream& stream_of_namespace(const std::string& nsp) const;
    [[nodiscard]] std::string why_not_read(const std::string& nsp) const;

    const StreamsAdapterOptions options_;
    const redis::Options redis_;
    const std::string uid_;
    ClusterStatus status_;
    AdapterHost* host_ = nullptr;
    bool hears_every_namespace_ = false;
    std::set<std::string, std::less<>> namespaces_;
    std::optional<Parts> parts_;
    /// Callbacks of Redis hold it weakly; a new one for each start.
    std::shared_ptr<const char> life_;
};

}  // namespace socketio::cluster
