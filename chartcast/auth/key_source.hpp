#pragma once
// Keeps the identity provider's keys: fetches them, refreshes them before they are stale, keeps the last good
// ones while the provider fails. Lives on a thread of its own, which fetches block; only want() may be
// called from elsewhere. What it has goes to each shard as an immutable set.

#include "auth/key_fetch.hpp"
#include "auth/key_limits.hpp"
#include "auth/key_set.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace chartcast::auth {

using Steady = std::chrono::steady_clock;

/// What a shard is told.
struct KeyNews {
    /// Null: there are none.
    KeySetPtr keys;
    /// To ask earlier than this changes nothing.
    Steady::time_point ask_from;
    /// Who asked later than this will be told again.
    Steady::time_point told_at;
};

class KeySource {
public:
    /// Hands the news over to that shard; called on the source's thread.
    using Tell = std::function<void(unsigned shard, KeyNews news)>;

    /// Begins to fetch at once.
    KeySource(std::string url, KeyLimits limits, unsigned shards, Tell tell);
    /// Waits for its thread, about a second when that is fetching.
    ~KeySource();
    KeySource(const KeySource&) = delete;
    KeySource& operator=(const KeySource&) = delete;

    /// The shard met a kid that it does not know, and is told what there is, after a fetch if one is due.
    /// Any thread.
    void want(unsigned shard, Steady::time_point asked_at);

private:
    void fetch();
    void take(KeySetPtr keys, const FetchedKeys& fetched);
    void fail(const std::string& why);
    void fetch_at(Steady::time_point when);
    void tell_all();

    std::string url_;
    KeyLimits limits_;
    unsigned shards_;
    Tell tell_;

    KeySetPtr keys_;
    Steady::time_point failing_since_;
    Steady::time_point ask_from_;
    /// All shards, last.
    Steady::time_point told_at_;
    Steady::time_point next_;
    unsigned failures_ = 0;

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer timer_;
    boost::asio::thread_pool thread_;
};

}  // namespace chartcast::auth
