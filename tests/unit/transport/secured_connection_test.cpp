// Connections with TLS over real sockets: what is read and written, what moves, and how many handshakes a turn has.
#include "support/recording_protocol.hpp"
#include "support/test_certificate.hpp"
#include "support/tls_peer.hpp"
#include "transport/connection.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_handshakes.hpp"
#include "transport/transport_shard.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>

namespace socketio::transport {
namespace {

using test::pattern;
using test::Recorder;
using test::TcpPair;
using test::TestCertificate;
using test::TlsPeer;

TlsOptions files_of(const TestCertificate& certificate) {
    return {.certificate_file = certificate.certificate_file(), .key_file = certificate.key_file()};
}

/// Calls at the end of every turn, and sees to it that there is a next one.
class EachTurn final : public shard::TurnTask {
public:
    EachTurn(shard::Shard& shard, std::function<void()> call)
        : shard_(shard), call_(std::move(call)) {}

private:
    void at_turn_end() override {
        call_();
        boost::asio::post(shard_.context(), [this] { shard_.schedule(*this); });
    }

    shard::Shard& shard_;
    std::function<void()> call_;
};

/// Calls in the turn after this one, when what was to be written has been.
class NextTurn final : public shard::TurnTask {
public:
    NextTurn(shard::Shard& shard, std::function<void()> call)
        : shard_(shard), call_(std::move(call)) {
        shard.schedule(*this);
    }

private:
    void at_turn_end() override { boost::asio::post(shard_.context(), call_); }

    shard::Shard& shard_;
    std::function<void()> call_;
};

class SecuredConnections : public testing::Test {
protected:
    /// One whose handshake is over, as a hand-over brings it.
    ReleasedSocket shake_hands() {
        ReleasedSocket socket{std::move(pair.ours), std::make_unique<Passage>()};
        socket.passage->tls = std::make_unique<TlsStream>(context, socket.fd.get());
        auto& tls = *socket.passage->tls;
        std::jthread client([this] { EXPECT_TRUE(peer.shake_hands()); });
        auto state = tls.shake_hands();
        while (state == TlsStream::Handshake::waits) {
            pollfd wanted{.fd = socket.fd.get(), .events = POLLIN, .revents = 0};
            ::poll(&wanted, 1, 20'000);
            tls.on_ready(false);
            state = tls.shake_hands();
        }
        EXPECT_EQ(state, TlsStream::Handshake::done) << tls.failure();
        return socket;
    }
    Connection& open(ReleasedSocket socket, Recorder::Seen& record) {
        auto& connection =
            *new Connection(network[0], std::move(socket.fd), std::move(socket.passage));
        connection.start(std::make_unique<Recorder>(record));
        return connection;
    }
    void stop() { shards[0].stop(); }
    /// The shard here, and the client beside it, until stop().
    void run(std::function<void()> begin, std::function<void()> client) {
        std::jthread beside(std::move(client));
        shards.post(0, [&] { begin(); });
        shards.run();
    }
    /// In a later turn than this one. Any thread.
    void later(std::function<void()> work) {
        shards.post(0, [this, work = std::move(work)]() mutable {
            next_turns.push_back(std::make_unique<NextTurn>(shards[0], std::move(work)));
        });
    }

    const TestCertificate certificate;
    const TlsContext context{files_of(certificate)};
    Options options;
    base::Log log{nullptr, LogLevel::info};
    Routes routes;
    shard::ShardGroup shards{1, options, log};
    Network network{shards, routes};
    std::list<std::unique_ptr<NextTurn>> next_turns;
    TcpPair pair;
    TlsPeer peer{std::move(pair.peer)};
    Recorder::Seen seen;
};

TEST_F(SecuredConnections, ReadAllThatCameAndTheEndBehindIt) {
    const auto sent = pattern(300'000);
    seen.on_end = [&] { stop(); };
    auto socket = shake_hands();
    run([&] { open(std::move(socket), seen); },
        [&] {
            peer.send(sent, 1'000);
            ::shutdown(peer.fd(), SHUT_WR);
        });
    EXPECT_TRUE(seen.bytes == sent) << seen.bytes.size();
    EXPECT_EQ(seen.ends, 1);
}

TEST_F(SecuredConnections, ReadOnWhereTheyPaused) {
    const auto sent = pattern(300'000);
    Connection* connection = nullptr;
    seen.on_bytes = [&] {
        if (seen.reads % 2 == 0) return;
        connection->pause_reading();
        later([&] { later([&] { connection->resume_reading(); }); });
    };
    seen.on_end = [&] { stop(); };
    auto socket = shake_hands();
    run([&] { connection = &open(std::move(socket), seen); },
        [&] {
            peer.send(sent, 5'000);
            ::shutdown(peer.fd(), SHUT_WR);
        });
    EXPECT_TRUE(seen.bytes == sent) << seen.bytes.size();
    EXPECT_EQ(seen.ends, 1);
}

TEST_F(SecuredConnections, WriteOnWhenTheSocketTakesBytesAgain) {
    const int narrow = 4'096;
    ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
    seen.to_send = pattern(2'000'000);
    std::string received;
    seen.on_end = [&] { stop(); };
    auto socket = shake_hands();
    run([&] { open(std::move(socket), seen).want_write(); },
        [&] {
            received = peer.read(seen.to_send.size());
            ::shutdown(peer.fd(), SHUT_WR);
        });
    EXPECT_TRUE(received == seen.to_send) << received.size();
    EXPECT_GT(shards[0].counters().partial_writes, 1U) << "the socket was to be full";
}

TEST_F(SecuredConnections, SendWhatTheyTookWhateverBecomesOfTheirQueue) {
    const int narrow = 4'096;
    ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
    const auto first = pattern(1'000'000);
    seen.to_send = first;
    std::size_t taken = 0;
    std::string received;
    seen.on_end = [&] { stop(); };
    auto socket = shake_hands();
    Connection* connection = nullptr;
    run(
        [&] {
            connection = &open(std::move(socket), seen);
            connection->want_write();
            later([&] {
                EXPECT_TRUE(connection->blocked());
                // What has not been taken is replaced, as a queue's messages are by newer ones.
                taken = seen.sent;
                seen.to_send.replace(taken, std::string::npos, "the newest");
            });
        },
        [&] {
            received = peer.read_until("the newest");
            ::shutdown(peer.fd(), SHUT_WR);
        });
    EXPECT_GT(taken, 0U);
    EXPECT_TRUE(received == first.substr(0, taken) + "the newest") << received.size();
}

TEST_F(SecuredConnections, MoveWithWhatTlsHasReadAhead) {
    const auto sent = pattern(300'000);
    Connection* connection = nullptr;
    Recorder::Seen moved;
    seen.on_bytes = [&] {
        // As a letter to another shard does it, one turn later.
        auto socket = std::make_shared<ReleasedSocket>(connection->release());
        later([&, socket] { open(std::move(*socket), moved); });
    };
    moved.on_end = [&] { stop(); };
    auto socket = shake_hands();
    peer.send(sent.substr(0, 150'000), 1'000);
    run([&] { connection = &open(std::move(socket), seen); },
        [&] {
            peer.send(sent.substr(150'000), 1'000);
            ::shutdown(peer.fd(), SHUT_WR);
        });
    EXPECT_EQ(seen.reads, 1);
    EXPECT_EQ(seen.ends, 0);
    EXPECT_TRUE(seen.bytes + moved.bytes == sent) << seen.bytes.size() << ' ' << moved.bytes.size();
}

TEST_F(SecuredConnections, MoveWithBytesThatDidNotLeave) {
    const int narrow = 4'096;
    ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
    seen.to_send = pattern(1'000'000);
    const auto all = seen.to_send;
    Recorder::Seen moved;
    moved.on_end = [&] { stop(); };
    std::string received;
    auto socket = shake_hands();
    run(
        [&] {
            auto& connection = open(std::move(socket), seen);
            connection.want_write();
            later([&] {
                EXPECT_TRUE(connection.blocked());
                auto released = std::make_shared<ReleasedSocket>(connection.release());
                EXPECT_TRUE(released->passage->tls->has_unsent());
                moved.to_send = all.substr(seen.sent);
                later([&, released] { open(std::move(*released), moved).want_write(); });
            });
        },
        [&] {
            received = peer.read(all.size());
            ::shutdown(peer.fd(), SHUT_WR);
        });
    EXPECT_TRUE(received == all) << received.size();
}

TEST_F(SecuredConnections, SayGoodbyeBehindTheirLastByte) {
    const int narrow = 4'096;
    ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
    seen.to_send = pattern(500'000);
    std::string received;
    auto socket = shake_hands();
    run(
        [&] {
            auto& connection = open(std::move(socket), seen);
            connection.want_write();
            connection.finish();
        },
        [&] {
            received = peer.read_to_end();
            ::shutdown(peer.fd(), SHUT_RDWR);
            later([&] { stop(); });
        });
    EXPECT_TRUE(received == seen.to_send) << received.size();
    EXPECT_TRUE(peer.heard_goodbye());
}

// ---- Handshakes --------------------------------------------------------------------------------------

TEST_F(SecuredConnections, ShakeHandsWithFewInATurn) {
    constexpr std::size_t count = 30;
    std::list<TcpPair> pairs(count);
    // Each client has said its first word before the server looks.
    std::list<TlsPeer> clients;
    std::list<std::jthread> threads;
    for (auto& one : pairs) {
        auto& client = clients.emplace_back(std::move(one.peer));
        threads.emplace_back([&client] { EXPECT_TRUE(client.shake_hands()); });
        pollfd wanted{.fd = one.ours.get(), .events = POLLIN, .revents = 0};
        ASSERT_EQ(::poll(&wanted, 1, 20'000), 1);
    }
    std::size_t turns = 0;
    std::uint64_t most = 0;
    std::uint64_t before = 0;
    EachTurn each_turn(shards[0], [&] {
        ++turns;
        const auto steps = network[0].handshakes().steps();
        most = std::max(most, steps - before);
        before = steps;
        if (shards[0].counters().tls_handshakes == count) stop();
    });
    shards.post(0, [&] {
        const auto shared = std::make_shared<const TlsContext>(files_of(certificate));
        network[0].set_entrances({Entrance{shared, false}});
        for (auto& one : pairs) network[0].adopt({.fd = std::move(one.ours)}, 0);
        shards[0].schedule(each_turn);
    });
    shards.run();
    EXPECT_LE(most, static_cast<std::uint64_t>(TlsHandshakes::steps_per_turn_max));
    EXPECT_GE(turns, 2 * count / TlsHandshakes::steps_per_turn_max);
}

}  // namespace
}  // namespace socketio::transport
