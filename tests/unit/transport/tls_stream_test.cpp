// TLS on a socket pair, without an event loop: what is taken, kept, sent and told.
#include "transport/tls_stream.hpp"

#include "support/test_certificate.hpp"
#include "support/tls_peer.hpp"
#include "transport/tls_context.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace socketio::transport {
namespace {

using test::TestCertificate;
using test::TlsPeer;

std::string numbered(std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ' ';
    bytes.resize(size);
    return bytes;
}

class TlsStreams : public testing::Test {
protected:
    TlsStreams() {
        std::array<int, 2> both{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
        ours = shard::UniqueFd(both[0]);
        ::fcntl(both[0], F_SETFL, O_NONBLOCK);
        const int narrow = 8'192;
        ::setsockopt(both[0], SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
        peer.emplace(shard::UniqueFd(both[1]));
        stream.emplace(context, ours.get());
    }
    void wait(short events) {
        pollfd wanted{.fd = ours.get(), .events = events, .revents = 0};
        EXPECT_EQ(::poll(&wanted, 1, 20'000), 1);
        stream->on_ready((wanted.revents & (POLLHUP | POLLRDHUP)) != 0);
    }
    void shake_hands() {
        const std::jthread client([this] { EXPECT_TRUE(peer->shake_hands()); });
        auto state = stream->shake_hands();
        while (state == TlsStream::Handshake::waits) {
            wait(POLLIN);
            state = stream->shake_hands();
        }
        EXPECT_EQ(state, TlsStream::Handshake::done) << stream->failure();
    }
    /// Until that many bytes or the end.
    std::string read(std::size_t size, TlsStream::Input* last = nullptr) {
        std::string all;
        std::array<char, 40'000> buffer{};
        auto input = TlsStream::Input::drained;
        while (all.size() < size) {
            const auto got = stream->read(buffer);
            all.append(buffer.data(), got.bytes);
            input = got.input;
            if (got.bytes > 0) continue;
            if (input != TlsStream::Input::drained) break;
            wait(POLLIN | POLLRDHUP);
        }
        if (last != nullptr) *last = input;
        return all;
    }
    /// All of it, in buffers of that size.
    void write(std::string bytes, std::size_t part) {
        std::string_view rest = bytes;
        std::vector<char> scratch(TlsStream::record_bytes_max);
        while (!rest.empty()) {
            std::vector<iovec> buffers;
            for (std::size_t at = 0; at < rest.size(); at += part) {
                buffers.push_back(
                    {const_cast<char*>(rest.data()) + at, std::min(part, rest.size() - at)});
            }
            const auto taken = stream->write(buffers, scratch);
            ASSERT_GE(taken, 0);
            rest.remove_prefix(static_cast<std::size_t>(taken));
            while (stream->has_unsent()) {
                ++times_full;
                wait(POLLOUT);
                ASSERT_NE(stream->flush(), -EPIPE);
            }
        }
    }

    const TestCertificate certificate;
    const TlsContext context{{certificate.certificate_file(), certificate.key_file()}};
    shard::UniqueFd ours;
    std::optional<TlsPeer> peer;
    std::optional<TlsStream> stream;
    int times_full = 0;
};

TEST_F(TlsStreams, CarryBytesBothWays) {
    shake_hands();
    const auto sent = numbered(200'000);
    {
        const std::jthread client([&] { peer->send(sent, 900); });
        EXPECT_TRUE(read(sent.size()) == sent);
    }
    std::string received;
    {
        const std::jthread client([&] { received = peer->read(sent.size()); });
        write(sent, 777);
    }
    EXPECT_TRUE(received == sent) << received.size();
    EXPECT_GT(times_full, 1);
}

TEST_F(TlsStreams, CarryLargeAndEmptyBuffers) {
    shake_hands();
    for (const std::size_t part : {1U, 16'384U, 100'000U, 1'000'000U}) {
        const auto sent = numbered(part == 1 ? 5'000 : 300'000);
        std::string received;
        {
            const std::jthread client([&] { received = peer->read(sent.size()); });
            write(sent, part);
        }
        EXPECT_TRUE(received == sent) << part;
    }
    std::vector<char> scratch(TlsStream::record_bytes_max);
    const std::vector<iovec> empty(3);
    EXPECT_EQ(stream->write(empty, scratch), 0);
}

TEST_F(TlsStreams, SendTheRecordThatTheyBeganWhateverComesBehindIt) {
    shake_hands();
    std::string first = numbered(60'000);
    const auto before = first;
    std::vector<char> scratch(TlsStream::record_bytes_max);
    const std::vector<iovec> buffers{{first.data(), first.size()}};
    const auto taken = static_cast<std::size_t>(stream->write(buffers, scratch));
    ASSERT_TRUE(stream->has_unsent());
    ASSERT_LT(taken, first.size());
    // Its owner has other plans with the memory.
    first.assign(first.size(), '!');
    std::string received;
    {
        const std::jthread client([&] { received = peer->read(taken + 6); });
        while (stream->flush() != 0) wait(POLLOUT);
        write("newest", 6);
    }
    EXPECT_TRUE(received == before.substr(0, taken) + "newest");
}

TEST_F(TlsStreams, GoOnThroughKeyUpdatesWhileTheSocketIsFull) {
    shake_hands();
    std::string all = numbered(100'000);
    std::vector<char> scratch(TlsStream::record_bytes_max);
    const std::vector<iovec> buffers{{all.data(), all.size()}};
    const auto taken = static_cast<std::size_t>(stream->write(buffers, scratch));
    ASSERT_TRUE(stream->has_unsent());
    peer->update_keys(true);
    peer->send("behind");
    wait(POLLIN);
    EXPECT_EQ(read(6), "behind");
    std::string received;
    {
        const std::jthread client([&] { received = peer->read(all.size()); });
        while (stream->flush() != 0) wait(POLLOUT);
        write(all.substr(taken), 5'000);
    }
    EXPECT_TRUE(received == all) << received.size();
}

TEST_F(TlsStreams, TellOfTheEndAsOftenAsTheyAreAsked) {
    shake_hands();
    peer->send("last");
    ::shutdown(peer->fd(), SHUT_WR);
    auto input = TlsStream::Input::drained;
    EXPECT_EQ(read(100, &input), "last");
    EXPECT_EQ(input, TlsStream::Input::ended);
    std::array<char, 10> buffer{};
    EXPECT_EQ(stream->read(buffer).input, TlsStream::Input::ended);
    stream->close_notify();
    EXPECT_EQ(peer->read_to_end(), "");
    EXPECT_TRUE(peer->heard_goodbye());
}

TEST_F(TlsStreams, TellOfABrokenConnectionAsOftenAsTheyAreAsked) {
    shake_hands();
    peer->send_plain("this is no record at all");
    auto input = TlsStream::Input::drained;
    EXPECT_EQ(read(100, &input), "");
    EXPECT_EQ(input, TlsStream::Input::failed);
    std::array<char, 10> buffer{};
    EXPECT_EQ(stream->read(buffer).input, TlsStream::Input::failed);
    std::vector<char> scratch(TlsStream::record_bytes_max);
    std::string bytes = "x";
    const std::vector<iovec> buffers{{bytes.data(), 1}};
    EXPECT_EQ(stream->write(buffers, scratch), -EPIPE);
}

TEST_F(TlsStreams, SurviveAPeerThatHasGone) {
    shake_hands();
    peer.reset();
    std::string bytes = numbered(100'000);
    std::vector<char> scratch(TlsStream::record_bytes_max);
    const std::vector<iovec> buffers{{bytes.data(), bytes.size()}};
    // No SIGPIPE either.
    EXPECT_EQ(stream->write(buffers, scratch), -EPIPE);
}

TEST_F(TlsStreams, SayWhyAHandshakeFails) {
    peer->send_plain("GET / HTTP/1.1\r\n\r\n");
    wait(POLLIN);
    EXPECT_EQ(stream->shake_hands(), TlsStream::Handshake::failed);
    EXPECT_NE(stream->failure().find("http request"), std::string::npos) << stream->failure();
}

TEST(TlsContext, NamesTheFileThatCannotBeUsed) {
    const TestCertificate certificate;
    const TestCertificate other("other");
    const auto error_of = [](const std::string& certificate_file, const std::string& key_file) {
        try {
            const TlsContext context({certificate_file, key_file});
            return std::string("none");
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
    };
    const auto file = certificate.certificate_file();
    EXPECT_EQ(error_of(file, certificate.key_file()), "none");
    EXPECT_EQ(error_of(file + "x", certificate.key_file()).find("certificate " + file + "x"), 0U);
    EXPECT_EQ(error_of(file, other.key_file()).find("key " + other.key_file()), 0U);
    EXPECT_NE(error_of(file, other.key_file()).find("mismatch"), std::string::npos);
}

}  // namespace
}  // namespace socketio::transport
