#pragma once
// A redis::Deployment whose messages and states are collected, and which a test may wait for. Lives on the
// test's thread.

#include "support/event_loop.hpp"
#include <redis/deployment.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_support {

/// A failover takes some seconds, many more on a busy machine.
inline constexpr std::chrono::seconds failover_limit{60};

struct Answer {
    boost::system::error_code ec;
    redis::Reply reply;
};

/// Of a URL; tries again soon.
inline redis::Options impatient(const std::string& url) {
    redis::Options options = redis::parse_url(url).value();
    options.reconnect_delay_min = std::chrono::milliseconds(10);
    options.reconnect_delay_max = std::chrono::milliseconds(200);
    options.pending_age_max = failover_limit;
    return options;
}

inline std::string local(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

class DeploymentClient {
public:
    explicit DeploymentClient(const std::string& url) : DeploymentClient(impatient(url)) {}
    explicit DeploymentClient(::redis::Options options) : redis(io, std::move(options)) {
        redis.on_state([this](const ::redis::StateChange& change) { states.push_back(change); });
        redis.on_message([this](const ::redis::Message& message) {
            messages.push_back(std::string(message.channel) + "|" + std::string(message.payload));
        });
        redis.on_ready([this] { ++ready; });
        redis.on_refused(
            [this](std::string_view, const std::string& text) { refusals.push_back(text); });
        redis.start();
    }

    Answer ask(std::string_view key, std::initializer_list<std::string_view> command) {
        // The callback may come after a wait that failed.
        const auto answer = std::make_shared<std::optional<Answer>>();
        redis.command(key, command, [answer](boost::system::error_code ec, ::redis::Reply reply) {
            *answer = Answer{ec, std::move(reply)};
        });
        EXPECT_FALSE(answer->has_value()) << "a callback came from inside the call";
        EXPECT_TRUE(run_until(io, [&] { return answer->has_value(); }, failover_limit));
        return answer->value_or(Answer{});
    }

    /// Publishes again and again until a message is heard that was published after this call.
    bool hears(std::string_view channel, bool sharded = false) {
        const std::string text = "message " + std::to_string(++published);
        const std::string expected = std::string(channel) + "|" + text;
        const std::string_view command = sharded ? "SPUBLISH" : "PUBLISH";
        const auto answered = std::make_shared<bool>(true);
        return run_until(
            io,
            [&] {
                if (std::exchange(*answered, false)) {
                    redis.command(sharded ? channel : std::string_view(), {command, channel, text},
                                  [answered](boost::system::error_code, const ::redis::Reply&) {
                                      *answered = true;
                                  });
                }
                return std::find(messages.begin(), messages.end(), expected) != messages.end();
            },
            failover_limit);
    }

    bool wait_ready() {
        return run_until(io, [&] { return redis.ready(); }, failover_limit);
    }
    /// Commands do not reach a server either: what is asked now waits for the next.
    bool wait_not_ready() {
        return run_until(io, [&] { return !redis.connected(); }, failover_limit);
    }

    std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (const ::redis::StateChange& change : states) out.push_back(change.text);
        return out;
    }

    boost::asio::io_context io{1};
    std::vector<::redis::StateChange> states;
    std::vector<std::string> messages;
    std::vector<std::string> refusals;
    int ready = 0;
    int published = 0;
    ::redis::Deployment redis;
};

}  // namespace test_support
