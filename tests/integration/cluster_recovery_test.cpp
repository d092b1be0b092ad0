// Sockets that come back to another server of their cluster, over real connections: while both run, and when their
// own server ends, as in a rolling update.

#include "socketio/local_cluster.hpp"
#include "socketio/socketio.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
namespace {

using test::RunningServer;
using test::WebSocketClient;

Options two_shards(LocalCluster& cluster) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = 2;
    options.connection_state_recovery = RecoveryOptions{};
    options.adapter = cluster.join();
    return options;
}

/// The text between two marks.
std::string text_between(std::string_view text, std::string_view before, std::string_view behind) {
    const auto begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    const auto from = begin + before.size();
    return std::string(text.substr(from, text.find(behind, from) - from));
}

/// A client over all its connections, which keeps what socket.io-client keeps.
class Guest {
public:
    /// The old connection, if there is one, is cut off first.
    void come(std::uint16_t port) {
        connection_.reset();
        connection_ = std::make_unique<WebSocketClient>(port);
        std::string payload;
        if (!pid_.empty()) payload = "{\"pid\":\"" + pid_ + "\",\"offset\":\"" + offset_ + "\"}";
        is_back = false;
        connection_->send_text("40" + payload);
        read_until([this] { return is_back && is_greeted_; });
    }
    template <class Done>
    void read_until(Done done) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!done()) {
            ASSERT_LT(std::chrono::steady_clock::now(), until) << "what should come does not";
            if (connection_->ended()) return;
            connection_->read(4'096, [this](std::string_view text) { take(text); });
        }
    }
    /// The server has closed the connection.
    void read_to_the_end() {
        read_until([this] { return connection_->ended(); });
    }

    [[nodiscard]] bool has(int number) const {
        return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    }

    /// But for the greeting of a new socket.
    std::vector<int> numbers;
    std::string sid;
    bool is_back = false;
    bool recovered = false;

private:
    void take(std::string_view text) {
        if (text.starts_with("40")) {
            const auto pid = text_between(text, "\"pid\":\"", "\"");
            recovered = pid == pid_;
            if (!recovered) is_greeted_ = false;
            pid_ = pid;
            sid = text_between(text, "\"sid\":\"", "\"");
            is_back = true;
        } else if (text.starts_with("42")) {
            // 42["number",7,"offset"]
            const auto number = text_between(text, "[\"number\",", ",");
            if (number == "0") {
                is_greeted_ = true;
            } else {
                numbers.push_back(std::stoi(number));
            }
            offset_ = text_between(text, ',' + number + ",\"", "\"");
        }
    }

    std::unique_ptr<WebSocketClient> connection_;
    std::string pid_;
    std::string offset_;
    bool is_greeted_ = false;
};

void greet(Server& server) {
    server.on_connection([](Socket& socket) {
        if (!socket.recovered()) {
            socket.join("room");
            socket.data() = Value(std::string(socket.id()));
        }
        const auto* data = std::any_cast<Value>(&socket.data());
        EXPECT_TRUE(data != nullptr && *data == Value(std::string(socket.id())));
        EXPECT_EQ(socket.rooms().size(), 2U);
        // From now on its client has an offset.
        if (!socket.recovered()) socket.emit("number", 0);
    });
}

TEST(ClusterRecovery, AServerThatEndsSendsItsClientsToTheOthers) {
    LocalCluster cluster{RecoveryOptions{}};
    auto first = std::make_unique<Server>(two_shards(cluster));
    Server second(two_shards(cluster));
    greet(*first);
    greet(second);
    const RunningServer second_runs(second);
    std::optional<RunningServer> first_runs;
    first_runs.emplace(*first);
    std::vector<Guest> guests(6);
    std::vector<std::string> sids;
    for (auto& guest : guests) {
        guest.come(first->port());
        sids.push_back(guest.sid);
    }
    second.to("room").emit("number", 1);
    for (auto& guest : guests) {
        guest.read_until([&] { return guest.has(1); });
    }
    first->stop();
    for (auto& guest : guests) guest.read_to_the_end();
    first_runs.reset();
    second.to("room").emit("number", 2);
    second.to("elsewhere").emit("number", 3);
    second.emit("number", 4);
    for (std::size_t i = 0; i < guests.size(); ++i) {
        auto& guest = guests[i];
        guest.come(second.port());
        EXPECT_TRUE(guest.recovered);
        EXPECT_EQ(guest.sid, sids[i]);
    }
    second.emit("number", 5);
    for (auto& guest : guests) {
        guest.read_until([&] { return guest.has(5); });
        EXPECT_EQ(guest.numbers, (std::vector<int>{1, 2, 4, 5}));
    }
}

TEST(ClusterRecovery, GoesToAndFroWhileServersEmit) {
    LocalCluster cluster{RecoveryOptions{}};
    Server first(two_shards(cluster));
    Server second(two_shards(cluster));
    greet(first);
    greet(second);
    const RunningServer first_runs(first);
    const RunningServer second_runs(second);
    Guest guest;
    guest.come(first.port());
    // All are sent events in one order; this one, which never leaves, all of them.
    Guest witness;
    witness.come(second.port());
    int number = 0;
    int recoveries = 0;
    for (int i = 0; i < 40; ++i) {
        auto& emitter = i % 2 == 0 ? first : second;
        for (int event = 0; event < 10; ++event) emitter.emit("number", ++number);
        if (i % 4 == 3) {
            guest.read_until([&] { return guest.has(number); });
        }
        const auto had = static_cast<std::ptrdiff_t>(guest.numbers.size());
        guest.come(i % 3 == 0 ? second.port() : first.port());
        if (guest.recovered) {
            ++recoveries;
        } else {
            // Its old server had not noticed its end: a new socket, whose events begin anew.
            guest.numbers.erase(guest.numbers.begin(), guest.numbers.begin() + had);
        }
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(recoveries, 0) << "to the same server there is always a way back";
    // Behind all that each of them emitted.
    first.emit("number", ++number);
    second.emit("number", ++number);
    for (auto* one : {&guest, &witness}) {
        one->read_until([&] { return one->has(number - 1) && one->has(number); });
    }
    const auto& got = guest.numbers;
    const auto& all = witness.numbers;
    ASSERT_LE(got.size(), all.size());
    EXPECT_TRUE(std::equal(got.rbegin(), got.rend(), all.rbegin())) << "no gap, and nothing twice";
}

}  // namespace
}  // namespace socketio
