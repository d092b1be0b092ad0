#include "transport/fanout_writer.hpp"

#include "shard/unique_fd.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>

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

TEST(SendWriter, GathersEachSocketsBuffersInOrder) {
    Pair a;
    Pair b;
    std::string one = "one ";
    std::string two = "two";
    const std::array<iovec, 3> buffers = {buffer(one), buffer(two), buffer(two)};
    std::array<WriteRequest, 2> requests = {WriteRequest{a.near.get(), 0, 2, 0},
                                            WriteRequest{b.near.get(), 2, 1, 0}};
    SendWriter writer;
    writer.write(requests, buffers);
    EXPECT_EQ(requests[0].result, 7);
    EXPECT_EQ(requests[1].result, 3);
    EXPECT_EQ(a.read(), "one two");
    EXPECT_EQ(b.read(), "two");
}

TEST(SendWriter, SaysWhenASocketIsFull) {
    Pair pair;
    std::string much(1 << 20, 'x');
    const std::array<iovec, 1> buffers = {buffer(much)};
    SendWriter writer;
    std::array<WriteRequest, 1> request = {WriteRequest{pair.near.get(), 0, 1, 0}};
    do {
        writer.write(request, buffers);
    } while (request[0].result > 0);
    EXPECT_EQ(request[0].result, -EAGAIN);
}

TEST(SendWriter, ReportsAPeerThatIsGoneWithoutASignal) {
    Pair pair;
    pair.far = {};
    std::string text = "x";
    const std::array<iovec, 1> buffers = {buffer(text)};
    std::array<WriteRequest, 1> request = {WriteRequest{pair.near.get(), 0, 1, 0}};
    SendWriter().write(request, buffers);
    EXPECT_EQ(request[0].result, -EPIPE);
}

}  // namespace
}  // namespace socketio::transport
