#include "auth/key_source.hpp"

#include "ops/log.hpp"

#include <boost/asio/post.hpp>
#include <curl/curl.h>

#include <algorithm>
#include <utility>

namespace chartcast::auth {

KeySource::KeySource(std::string url, KeyLimits limits, unsigned shards, Tell tell)
    : url_(std::move(url)),
      limits_(limits),
      shards_(shards),
      tell_(std::move(tell)),
      work_(context_.get_executor()),
      timer_(context_),
      thread_(1) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    boost::asio::post(context_, [this] { fetch(); });
    boost::asio::post(thread_, [this] { context_.run(); });
}

KeySource::~KeySource() {
    context_.stop();
    thread_.join();
    curl_global_cleanup();
}

void KeySource::want(unsigned shard, Steady::time_point asked_at) {
    boost::asio::post(context_, [this, shard, asked_at] {
        // The question waited for a fetch that has answered it.
        if (told_at_ >= asked_at) return;
        const auto now = Steady::now();
        if (now >= ask_from_) {
            fetch();
        } else {
            tell_(shard, {keys_, ask_from_, now});
        }
    });
}

void KeySource::fetch() {
    const auto fetched = fetch_keys(url_, limits_.fetch, [this] { return context_.stopped(); });
    if (context_.stopped()) return;
    auto keys = fetched.error.empty() ? KeySet::parse(fetched.body) : nullptr;
    if (keys) {
        take(std::move(keys), fetched);
    } else {
        fail(fetched.error.empty() ? "no usable key in the answer" : fetched.error);
    }
    tell_all();
}

void KeySource::take(KeySetPtr keys, const FetchedKeys& fetched) {
    const auto now = Steady::now();
    const std::chrono::milliseconds wanted = fetched.max_age.value_or(
        std::chrono::duration_cast<std::chrono::seconds>(limits_.fresh_default));
    const bool first = !keys_ || failures_ > 0;
    keys_ = std::move(keys);
    failures_ = 0;
    ask_from_ = now + limits_.ask_interval;
    fetch_at(now + std::clamp(wanted, limits_.fresh_min, limits_.fresh_max));
    ops::log(first ? socketio::LogLevel::info : socketio::LogLevel::debug,
             "identity provider's keys fetched",
             {{"url", url_}, {"keys", std::to_string(keys_->size())}});
}

void KeySource::fail(const std::string& why) {
    const auto now = Steady::now();
    if (failures_ == 0) failing_since_ = now;
    const auto doublings = std::min(failures_++, 10U);
    const auto delay = std::min(limits_.retry_min * (1U << doublings), limits_.retry_max);
    if (keys_ && now - failing_since_ >= limits_.stale_max) keys_ = nullptr;
    fetch_at(now + delay);
    // Without keys nobody gets in: then the retry is what there is to wait for.
    ask_from_ = keys_ ? now + limits_.ask_interval : next_;
    ops::log(socketio::LogLevel::warn, "identity provider's keys not fetched",
             {{"url", url_}, {"reason", why}, {"old keys", keys_ ? "kept" : "none"}});
}

void KeySource::fetch_at(Steady::time_point when) {
    next_ = when;
    timer_.expires_at(when);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        // A fetch for an unknown kid may have come first.
        if (!ec && Steady::now() >= next_) fetch();
    });
}

void KeySource::tell_all() {
    told_at_ = Steady::now();
    for (unsigned shard = 0; shard < shards_; ++shard) tell_(shard, {keys_, ask_from_, told_at_});
}

}  // namespace chartcast::auth
