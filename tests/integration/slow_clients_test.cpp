// What leaves a real server over real sockets when clients read slowly, in bits, or not at all; with
// each of the two writers.

#include "socketio/socketio.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"

#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sys/socket.h>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::RunningServer;
using test::WebSocketClient;

Options make_options(Writer writer) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.writer = writer;
    return options;
}

/// A client in the root namespace, and the numbers of the events it got.
struct Reader {
    explicit Reader(std::uint16_t port, int receive_buffer) : client(port, receive_buffer) {
        client.send_text("40");
    }
    void read(std::size_t bytes_max) {
        client.read(bytes_max, [this](std::string_view text) {
            if (text.starts_with("40")) connected = true;
            if (text.starts_with("2")) client.send_text("3");
            if (!text.starts_with("42[\"n\",")) return;
            int number = 0;
            std::from_chars(text.data() + 7, text.data() + text.size(), number);
            numbers.push_back(number);
        });
    }
    [[nodiscard]] bool in_order_and_whole() const {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (numbers[i] != static_cast<int>(i)) return false;
        }
        return true;
    }

    WebSocketClient client;
    std::vector<int> numbers;
    bool connected = false;
};

void wait_until_connected(std::vector<Reader>& readers) {
    for (auto& reader : readers) {
        while (!reader.connected) {
            reader.read(4'096);
            ASSERT_FALSE(reader.client.ended());
        }
    }
}

class SlowClients : public testing::TestWithParam<Writer> {
protected:
    void SetUp() override {
        if (GetParam() != Writer::uring) return;
        try {
            Server(make_options(Writer::uring)).listen();
        } catch (const boost::system::system_error& refused) {
            GTEST_SKIP() << refused.what();
        }
    }
};

TEST_P(SlowClients, GetEverythingInOrderThroughPartialWrites) {
    constexpr int messages = 1'500;
    auto options = make_options(GetParam());
    options.send_queue_bytes_max = 64 * 1024 * 1024;
    Server server(options);
    server.on_connection([](Socket&) {});
    const RunningServer running(server);
    std::vector<Reader> readers;
    // The smallest window there is: nearly every write is a partial one.
    for (int i = 0; i < 30; ++i) readers.emplace_back(server.port(), i % 3 == 0 ? 0 : 2'048);
    wait_until_connected(readers);

    std::mt19937 random(11);
    for (int number = 0; number < messages; ++number) {
        const auto size = random() % 2 == 0 ? random() % 20'000 : random() % 300;
        server.emit("n", number, std::string(size, 'x'));
        if (number % 50 != 0) continue;
        for (auto& reader : readers) reader.read(1 + random() % 3'000);
    }
    const auto until = std::chrono::steady_clock::now() + 60s;
    const auto missing = [](const Reader& reader) {
        return reader.numbers.size() < messages && !reader.client.ended();
    };
    while (std::any_of(readers.begin(), readers.end(), missing) &&
           std::chrono::steady_clock::now() < until) {
        for (auto& reader : readers) reader.read(1 + random() % 30'000);
    }
    for (const auto& reader : readers) {
        ASSERT_EQ(reader.numbers.size(), static_cast<std::size_t>(messages));
        ASSERT_TRUE(reader.in_order_and_whole());
    }
    EXPECT_GT(server.counters().partial_writes, 100U) << "the writes were to be forced into parts";
    EXPECT_EQ(server.counters().messages_queued, 30U * (messages + 2));
}

std::size_t anonymous_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        std::size_t kilobytes = 0;
        if (word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

/// ThreadSanitizer's own books on what is touched are memory of the process too.
#ifdef __SANITIZE_THREAD__
constexpr std::size_t sanitizer_memory = 8;
#else
constexpr std::size_t sanitizer_memory = 1;
#endif

/// 30,000 messages make the whole of it; a short one is part of every test run.
int stall_messages() {
    const char* given = std::getenv("STALL_MESSAGES");
    return given != nullptr ? std::atoi(given) : 700;
}

/// 99 clients that read and one that does not: whatever becomes of that one, the others miss nothing
/// and the server's memory stays bounded.
class Stall {
public:
    static constexpr std::size_t bound = 1024 * 1024;
    static constexpr std::size_t healthy = 99;

    explicit Stall(Writer writer) : server(make_stall_options(writer)) {
        server.on_connection([this](Socket& socket) {
            socket.on_disconnect([this](Socket&, DisconnectReason reason) {
                if (reason == DisconnectReason::slow_client) ++closed_as_slow;
            });
        });
        running.emplace(server);
        for (std::size_t i = 0; i < healthy; ++i) readers.emplace_back(server.port(), 0);
        stalled.emplace_back(server.port(), 4'096);
        wait_until_connected(readers);
        wait_until_connected(stalled);
        // What an earlier test has freed would hide what this one takes.
        ::malloc_trim(0);
        memory_before = memory_most = anonymous_memory();
    }

    /// As fast as the healthy ones read: at most `ahead` messages are under way.
    template <class Emit>
    void emit_all(int messages, int ahead, Emit emit) {
        int emitted = 0;
        const auto until = std::chrono::steady_clock::now() + 280s;
        while (slowest() < messages && std::chrono::steady_clock::now() < until) {
            for (; emitted < messages && emitted < slowest() + ahead; ++emitted) emit(emitted);
            for (auto& reader : readers) reader.read(256 * 1024);
            memory_most = std::max(memory_most, anonymous_memory());
        }
    }
    void expect_healthy_missed_nothing(int messages) const {
        for (const auto& reader : readers) {
            ASSERT_EQ(reader.numbers.size(), static_cast<std::size_t>(messages));
            ASSERT_TRUE(reader.in_order_and_whole());
        }
        EXPECT_LT(memory_most - memory_before, 100 * bound * sanitizer_memory);
        std::cout << messages << " messages of 10 kB to 100 clients: memory grew by "
                  << (memory_most - memory_before) / 1024 << " KiB at most\n";
    }

    std::atomic<int> closed_as_slow = 0;
    Server server;
    std::optional<RunningServer> running;
    std::vector<Reader> readers;
    std::vector<Reader> stalled;
    std::size_t memory_before = 0;
    std::size_t memory_most = 0;

private:
    static Options make_stall_options(Writer writer) {
        auto options = make_options(writer);
        options.send_queue_bytes_max = bound;
        // Who reads nothing answers no ping. A long run is still about the queue, not about that.
        options.ping_timeout = std::chrono::minutes(20);
        return options;
    }
    [[nodiscard]] int slowest() const {
        const auto found = std::min_element(
            readers.begin(), readers.end(),
            [](const auto& a, const auto& b) { return a.numbers.size() < b.numbers.size(); });
        return static_cast<int>(found->numbers.size());
    }
};

const std::string padding(10'000, 'x');

TEST_P(SlowClients, OneThatStallsIsClosedAndTheOthersMissNothing) {
    const int messages = stall_messages();
    Stall stall(GetParam());
    stall.emit_all(messages, 20, [&](int number) { stall.server.emit("n", number, padding); });
    stall.expect_healthy_missed_nothing(messages);
    EXPECT_EQ(stall.closed_as_slow, 1) << "the one that stalls, and no other";
    EXPECT_EQ(stall.server.counters().slow_clients, 1U);
}

TEST_P(SlowClients, OneThatStallsGetsTheNewestWhenMessagesAreConflated) {
    const int messages = stall_messages();
    Stall stall(GetParam());
    const auto newest = BroadcastOperator(stall.server.of("/")).conflate("n");
    // One at a time: what a client has not been sent yet is replaced, for whatever reason it waits.
    stall.emit_all(messages, 1, [&](int number) { newest.emit("n", number, padding); });
    stall.expect_healthy_missed_nothing(messages);
    EXPECT_EQ(stall.closed_as_slow, 0);
    auto& late = stall.stalled.front();
    // What waits in the kernel for it would take long through the smallest window.
    const int wide = 1024 * 1024;
    ::setsockopt(late.client.fd(), SOL_SOCKET, SO_RCVBUF, &wide, sizeof wide);
    const auto until = std::chrono::steady_clock::now() + 60s;
    while ((late.numbers.empty() || late.numbers.back() != messages - 1) &&
           std::chrono::steady_clock::now() < until) {
        late.read(64 * 1024);
    }
    ASSERT_FALSE(late.numbers.empty());
    EXPECT_EQ(late.numbers.back(), messages - 1) << "the newest arrives";
    EXPECT_LT(late.numbers.size(), static_cast<std::size_t>(messages));
    EXPECT_TRUE(std::is_sorted(late.numbers.begin(), late.numbers.end()));
}

TEST_P(SlowClients, OneThatStallsLeavesARoomAndGetsTheStateWhenItReadsAgain) {
    constexpr int messages = 700;
    auto options = make_options(GetParam());
    // A backlog is told with the next tick of the deadlines, and what comes before has to fit: on a fast
    // machine all of this is emitted within one.
    options.send_queue_bytes_max = 16 * 1024 * 1024;
    options.backlog_bytes = 64 * 1024;
    Server server(options);
    std::atomic<int> backlogs = 0;
    std::atomic<int> newest = 0;
    server.of("/")
        .on_connection([](Socket& socket) { socket.join("deltas"); })
        .on_backlog([&](Socket& socket) {
            ++backlogs;
            socket.leave("deltas");
            socket.data() = true;
        })
        .on_drain([&](Socket& socket) {
            if (!socket.data().has_value()) return;
            socket.data().reset();
            socket.emit("n", newest.load());
        });
    const RunningServer running(server);
    std::vector<Reader> readers;
    readers.emplace_back(server.port(), 0);
    std::vector<Reader> stalled;
    stalled.emplace_back(server.port(), 4'096);
    wait_until_connected(readers);
    wait_until_connected(stalled);
    const auto until = std::chrono::steady_clock::now() + 60s;
    auto& healthy = readers.front();
    for (int number = 0; number < messages; ++number) {
        newest = number;
        server.to("deltas").emit("n", number, padding);
        while (static_cast<int>(healthy.numbers.size()) <= number && !healthy.client.ended() &&
               std::chrono::steady_clock::now() < until) {
            healthy.read(64 * 1024);
        }
    }
    EXPECT_TRUE(healthy.in_order_and_whole());
    EXPECT_EQ(backlogs, 1) << "the one that stalls, once";
    auto& late = stalled.front();
    const int wide = 1024 * 1024;
    ::setsockopt(late.client.fd(), SOL_SOCKET, SO_RCVBUF, &wide, sizeof wide);
    while ((late.numbers.empty() || late.numbers.back() != messages - 1) && !late.client.ended() &&
           std::chrono::steady_clock::now() < until) {
        late.read(64 * 1024);
    }
    ASSERT_FALSE(late.numbers.empty());
    EXPECT_EQ(late.numbers.back(), messages - 1) << "the state arrives, and nobody was closed";
    EXPECT_EQ(server.counters().slow_clients, 0U);
}

INSTANTIATE_TEST_SUITE_P(Writers, SlowClients, testing::Values(Writer::send, Writer::uring),
                         [](const auto& chosen) {
                             return chosen.param == Writer::send ? "send" : "uring";
                         });

}  // namespace
}  // namespace socketio
