#include "transport/fanout_writer.hpp"

#include "shard/unique_fd.hpp"
#include "transport/uring_writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace socketio::transport {
namespace {

struct Pair {
    Pair() {
        std::array<int, 2> fds{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
        near = shard::UniqueFd(fds[0]);
        far = shard::UniqueFd(fds[1]);
    }
    std::string read() const {
        std::string bytes(1 << 16, '\0');
        const auto got = ::recv(far.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return bytes;
    }
    shard::UniqueFd near;
    shard::UniqueFd far;
};

iovec buffer(std::string& text) {
    return {text.data(), text.size()};
}

enum class Kind { send, uring };

class FanoutWriters : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        if (GetParam() == Kind::send) {
            writer = std::make_unique<SendWriter>();
        } else if (const auto refused = UringWriter::probe()) {
            GTEST_SKIP() << refused.message();
        } else {
            writer = std::make_unique<UringWriter>(log);
        }
    }
    void TearDown() override { EXPECT_TRUE(logged.empty()) << "the ring failed"; }

    std::vector<std::string> logged;
    base::Log log{[this](const LogEvent& event) { logged.emplace_back(event.event); },
                  LogLevel::trace};
    std::unique_ptr<FanoutWriter> writer;
};

TEST_P(FanoutWriters, GatherEachSocketsBuffersInOrder) {
    // More sockets than io_uring's batches hold, and some of each kind: one buffer, and several.
    std::vector<Pair> pairs(1'100);
    std::string one = "one ";
    std::string two = "two";
    const std::array<iovec, 3> buffers = {buffer(one), buffer(two), buffer(two)};
    std::vector<WriteRequest> requests;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        requests.push_back(i % 2 == 0 ? WriteRequest{pairs[i].near.get(), 0, 2, 0}
                                      : WriteRequest{pairs[i].near.get(), 2, 1, 0});
    }
    writer->write(requests, buffers);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        ASSERT_EQ(requests[i].result, i % 2 == 0 ? 7 : 3);
        ASSERT_EQ(pairs[i].read(), i % 2 == 0 ? "one two" : "two");
    }
}

TEST_P(FanoutWriters, SayHowMuchAFullSocketTookAndThatItIsFull) {
    std::vector<Pair> pairs(6);
    std::string much(1 << 20, 'x');
    const std::array<iovec, 1> buffers = {buffer(much)};
    std::vector<WriteRequest> requests;
    for (const auto& pair : pairs) requests.push_back({pair.near.get(), 0, 1, 0});
    writer->write(requests, buffers);
    for (const auto& request : requests) {
        EXPECT_GT(request.result, 0);
        EXPECT_LT(request.result, 1 << 20);
    }
    writer->write(requests, buffers);
    for (const auto& request : requests) EXPECT_EQ(request.result, -EAGAIN);
}

TEST_P(FanoutWriters, ReportAPeerThatIsGoneWithoutASignalAndWriteToTheOthers) {
    std::vector<Pair> pairs(6);
    pairs[2].far = {};
    std::string text = "x";
    const std::array<iovec, 1> buffers = {buffer(text)};
    std::vector<WriteRequest> requests;
    for (const auto& pair : pairs) requests.push_back({pair.near.get(), 0, 1, 0});
    writer->write(requests, buffers);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        EXPECT_EQ(requests[i].result, i == 2 ? -EPIPE : 1);
    }
}

/// One socket's stream: what is still to be written, and what came out at the other end.
struct Stream {
    Stream() {
        const int small = 2'048;
        ::setsockopt(pair.near.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    }
    Pair pair;
    std::deque<std::string> pending;
    std::size_t front_offset = 0;
    std::string written;
    std::string read;
};

TEST_P(FanoutWriters, KeepEveryStreamInOrderThroughPartialWritesAndFullSockets) {
    std::mt19937 random(3);
    std::vector<Stream> streams(60);
    std::size_t partial = 0;
    std::size_t full = 0;
    for (int round = 0; round < 400; ++round) {
        std::vector<iovec> buffers;
        std::vector<WriteRequest> requests;
        std::vector<Stream*> targets;
        for (auto& stream : streams) {
            for (auto more = random() % 3; more > 0; --more) {
                stream.pending.emplace_back(random() % 3'000, static_cast<char>('a' + round % 26));
                stream.pending.back() += std::to_string(random());
                stream.written += stream.pending.back();
            }
            if (stream.pending.empty()) continue;
            const auto first = buffers.size();
            for (auto& text : stream.pending) {
                const auto offset = buffers.size() == first ? stream.front_offset : 0;
                buffers.push_back({text.data() + offset, text.size() - offset});
            }
            requests.push_back({stream.pair.near.get(), first, buffers.size() - first, 0});
            targets.push_back(&stream);
        }
        writer->write(requests, buffers);
        for (std::size_t i = 0; i < targets.size(); ++i) {
            auto& stream = *targets[i];
            if (requests[i].result < 0) {
                ASSERT_EQ(requests[i].result, -EAGAIN);
                ++full;
                continue;
            }
            auto taken = static_cast<std::size_t>(requests[i].result) + stream.front_offset;
            while (!stream.pending.empty() && taken >= stream.pending.front().size()) {
                taken -= stream.pending.front().size();
                stream.pending.pop_front();
            }
            stream.front_offset = taken;
            if (!stream.pending.empty()) ++partial;
        }
        for (auto& stream : streams) {
            if (random() % 3 == 0) stream.read += stream.pair.read();
        }
    }
    for (auto& stream : streams) {
        stream.read += stream.pair.read();
        ASSERT_EQ(stream.read, stream.written.substr(0, stream.read.size()));
        ASSERT_GT(stream.read.size(), 1'000U);
    }
    EXPECT_GT(partial, 100U);
    EXPECT_GT(full, 100U);
}

TEST(UringProbe, LeavesWaitsOfTheCallingThreadAlone) {
    const shard::UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
    for (int i = 0; i < 50; ++i) {
        static_cast<void>(UringWriter::probe());
        epoll_event event{};
        ASSERT_EQ(::epoll_wait(epoll.get(), &event, 1, 10), 0) << std::strerror(errno);
    }
}

INSTANTIATE_TEST_SUITE_P(Writers, FanoutWriters, testing::Values(Kind::send, Kind::uring),
                         [](const auto& chosen) {
                             return chosen.param == Kind::send ? "send" : "uring";
                         });

}  // namespace
}  // namespace socketio::transport
