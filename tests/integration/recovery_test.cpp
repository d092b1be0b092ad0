// Sockets that come back to a real server of three shards while threads that are no shard's emit: each event
// once, those of one thread in their order. What one socket left, another shard's socket takes over.

#include "socketio/socketio.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"

#include <gtest/gtest.h>

#include <any>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace socketio {
namespace {

using test::RunningServer;
using test::WebSocketClient;

constexpr int threads = 3;
constexpr int events_per_thread = 2'000;

Options three_shards() {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = 3;
    options.connection_state_recovery = RecoveryOptions{};
    return options;
}

/// The text between two marks.
std::string between(std::string_view text, std::string_view before, std::string_view behind) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    const auto from = begin + before.size();
    return std::string(text.substr(from, text.find(behind, from) - from));
}

/// A client over all its connections.
class Wanderer {
public:
    explicit Wanderer(const Server& server) : port_(server.port()) {}

    /// The old connection, if there is one, is cut off first.
    void come() {
        connection_.reset();
        early_.clear();
        connection_ = std::make_unique<WebSocketClient>(port_);
        std::string payload;
        if (!pid_.empty()) payload = "{\"pid\":\"" + pid_ + '"';
        if (!offset_.empty()) payload += ",\"offset\":\"" + offset_ + '"';
        if (!payload.empty()) payload += '}';
        is_back_ = false;
        connection_->send_text("40" + payload);
        read_until([this] { return is_back_; });
    }
    template <class Done>
    void read_until(Done done) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!done()) {
            ASSERT_LT(std::chrono::steady_clock::now(), until) << "what should come does not";
            ASSERT_FALSE(connection_->ended());
            connection_->read(4'096, [this](std::string_view text) { take(text); });
        }
    }
    /// Of each thread, the numbers that came.
    std::map<std::string, std::vector<int>> numbers;
    int recoveries = 0;
    int connections = 0;

private:
    void take(std::string_view text) {
        if (text.starts_with("40")) {
            const auto pid = between(text, "\"pid\":\"", "\"");
            recoveries += pid == pid_ ? 1 : 0;
            ++connections;
            pid_ = pid;
            is_back_ = true;
            for (const auto& event : early_) take_event(event);
            early_.clear();
        } else if (text.starts_with("42")) {
            if (is_back_) return take_event(text);
            early_.emplace_back(text);
        }
    }
    /// 42["number","thread",7,"offset"]
    void take_event(std::string_view text) {
        const auto thread = between(text, "[\"number\",\"", "\"");
        const auto number = between(text, thread + "\",", ",");
        numbers[thread].push_back(std::stoi(number));
        offset_ = between(text, ',' + number + ",\"", "\"");
    }

    const std::uint16_t port_;
    std::unique_ptr<WebSocketClient> connection_;
    std::vector<std::string> early_;
    std::string pid_;
    std::string offset_;
    bool is_back_ = false;
};

TEST(Recovery, NothingIsMissedAndNothingComesTwiceWhileThreadsEmit) {
    Server server(three_shards());
    server.on_connection([](Socket& socket) {
        if (!socket.recovered()) {
            socket.join("room");
            socket.data() = std::string(socket.id());
        }
        const auto* data = std::any_cast<std::string>(&socket.data());
        EXPECT_TRUE(data != nullptr && *data == socket.id());
        EXPECT_EQ(socket.rooms().size(), 2U);
    });
    const RunningServer running(server);
    std::vector<std::unique_ptr<Wanderer>> wanderers;
    for (int i = 0; i < 4; ++i) {
        wanderers.push_back(std::make_unique<Wanderer>(server));
        wanderers.back()->come();
    }
    std::vector<std::jthread> emitters;
    for (int thread = 0; thread < threads; ++thread) {
        emitters.emplace_back([&server, name = "thread" + std::to_string(thread)] {
            for (int i = 0; i < events_per_thread; ++i) {
                // By turns to a room and to everyone.
                (i % 2 == 0 ? server.to("room") : server.everyone()).emit("number", name, i);
                if (i % 100 == 0) std::this_thread::yield();
            }
        });
    }
    const auto count = [](const Wanderer& wanderer) {
        std::size_t sum = 0;
        for (const auto& [thread, numbers] : wanderer.numbers) sum += numbers.size();
        return sum;
    };
    constexpr std::size_t all = static_cast<std::size_t>(threads) * events_per_thread;
    while (count(*wanderers.front()) < all) {
        for (auto& wanderer : wanderers) {
            wanderer->come();
            // Something of it at least arrives.
            const auto before = count(*wanderer);
            wanderer->read_until(
                [&] { return count(*wanderer) > before || count(*wanderer) >= all; });
            if (HasFatalFailure()) return;
        }
    }
    std::vector<int> expected(events_per_thread);
    for (int i = 0; i < events_per_thread; ++i) expected[static_cast<std::size_t>(i)] = i;
    for (auto& wanderer : wanderers) {
        wanderer->read_until([&] { return count(*wanderer) >= all; });
        EXPECT_EQ(wanderer->recoveries, wanderer->connections - 1);
        ASSERT_EQ(wanderer->numbers.size(), static_cast<std::size_t>(threads));
        for (const auto& [thread, numbers] : wanderer->numbers) {
            EXPECT_TRUE(numbers == expected) << thread;
        }
    }
    const auto counters = server.counters();
    EXPECT_GT(counters.recoveries, 0U);
    EXPECT_EQ(counters.recoveries_refused, 0U);
    EXPECT_GT(counters.recovery_packets, 0U);
}

}  // namespace
}  // namespace socketio
