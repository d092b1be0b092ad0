#pragma once
// What all adapters over Redis have in common: the connection, what is said about it in the log and to the host,
// and the counts of ClusterStatus. Lives on shard 0, from Adapter::start() to stop().

#include "socketio/adapter.hpp"
#include <redis/deployment.hpp>

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::cluster {

class RedisLink {
public:
    /// `status` is counted up and outlives the link.
    RedisLink(AdapterHost& host, const redis::Options& options, ClusterStatus& status);
    RedisLink(const RedisLink&) = delete;
    RedisLink& operator=(const RedisLink&) = delete;

    /// Set before start(). Each time when everything is subscribed: what was published before may be missed.
    std::function<void()> on_ready;
    /// Once after being ready: messages do not come, or do not leave.
    std::function<void()> on_lost;
    std::function<void(const redis::Message&)> on_message;

    void start();

    [[nodiscard]] redis::Deployment& redis() noexcept { return redis_; }
    [[nodiscard]] AdapterHost& host() noexcept { return host_; }
    [[nodiscard]] bool is_ready() const noexcept { return redis_.ready(); }
    /// Redis was looked for, and takes no commands now. Not while it is looked for the first time.
    [[nodiscard]] bool is_lost() const noexcept { return was_missed_ && !redis_.connected(); }

    /// PUBLISH, or SPUBLISH to a sharded channel.
    void publish(std::string_view channel, std::string_view message, bool sharded = false);
    /// What was to reach the others did, or did not: of many losses the first is logged, and their end.
    void sent(boost::system::error_code ec, std::string_view server_text = {});
    /// A message that is none: counted, and the 1st, 2nd, 4th, 8th … logged.
    void reject(std::string_view where, std::string reason);
    void log(LogLevel level, std::string_view event, std::string text);

    /// Of a subscription that could not be made.
    void note_refused(std::string_view name, const std::string& text);

private:
    void on_state(const redis::StateChange& change);
    void tell_state();

    AdapterHost& host_;
    ClusterStatus& status_;
    /// Gone with this object: a handler that was told may have stopped the adapter.
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
    redis::Deployment redis_;
    std::string last_text_;
    /// By the last of its connections that told of itself.
    bool was_missed_ = false;
    /// In the current run of losses, not yet logged as over.
    std::uint64_t lost_in_a_row_ = 0;
};

}  // namespace socketio::cluster
