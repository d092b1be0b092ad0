// One connection over a real TCP socket: what is read, when, and what leaves.
#include "transport/connection.hpp"

#include "support/recording_protocol.hpp"
#include "transport/transport_shard.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {
namespace {

using test::pattern;
using test::Recorder;
using test::send_all;
using test::TcpPair;

class Connections : public testing::Test {
protected:
    Connection& open(shard::UniqueFd fd, Recorder::Seen& record) {
        auto& connection = *new Connection(network[0], std::move(fd));
        connection.start(std::make_unique<Recorder>(record));
        return connection;
    }
    void stop() { shards[0].stop(); }
    /// Until stop(). What began before runs on the shard too.
    void run(std::function<void()> begin) {
        shards.post(0, [&] { begin(); });
        shards.run();
    }
    /// In a later turn than this one.
    void later(std::function<void()> work) { shards.post(0, std::move(work)); }

    Options options;
    base::Log log{nullptr, LogLevel::info};
    Routes routes;
    shard::ShardGroup shards{1, options, log};
    Network network{shards, routes};
    TcpPair pair;
    Recorder::Seen seen;
};

TEST_F(Connections, ReadAllThatCameAndTheEndBehindIt) {
    const auto sent = pattern(150'000);
    send_all(pair.peer, sent);
    ::shutdown(pair.peer.get(), SHUT_WR);
    seen.on_end = [&] { stop(); };
    run([&] { open(std::move(pair.ours), seen); });
    EXPECT_EQ(seen.bytes, sent);
    EXPECT_GT(seen.reads, 1);
    EXPECT_EQ(seen.ends, 1);
}

TEST_F(Connections, ReadOnWhereTheyPaused) {
    const auto first = pattern(1'000);
    const auto second = pattern(150'000);
    Connection* connection = nullptr;
    seen.on_bytes = [&] {
        if (seen.reads > 1) return;
        connection->pause_reading();
        // What comes meanwhile is announced while nobody wants it.
        send_all(pair.peer, second);
        ::shutdown(pair.peer.get(), SHUT_WR);
        later([&] { later([&] { connection->resume_reading(); }); });
    };
    seen.on_end = [&] { stop(); };
    run([&] {
        connection = &open(std::move(pair.ours), seen);
        send_all(pair.peer, first);
    });
    EXPECT_EQ(seen.bytes, first + second);
    EXPECT_EQ(seen.ends, 1);
}

TEST_F(Connections, ThatReceiveMuchDoNotHoldUpOthers) {
    TcpPair busy_pair;
    Recorder::Seen busy;
    std::size_t busy_had = 0;
    const auto much = pattern(300'000);
    send_all(busy_pair.peer, much);
    send_all(pair.peer, "x");
    seen.on_bytes = [&] { busy_had = busy.bytes.size(); };
    busy.on_bytes = [&] {
        if (busy.bytes.size() == much.size()) stop();
    };
    run([&] {
        open(std::move(busy_pair.ours), busy);
        open(std::move(pair.ours), seen);
    });
    EXPECT_EQ(seen.bytes, "x");
    EXPECT_LT(busy_had, much.size() / 2);
}

TEST_F(Connections, WriteOnWhenTheSocketTakesBytesAgain) {
    const int narrow = 4'096;
    ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow);
    seen.to_send = pattern(2'000'000);
    std::string received;
    int blocked = 0;
    Connection* connection = nullptr;
    std::function<void()> receive = [&] {
        char buffer[50'000];
        const auto got = ::recv(pair.peer.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        if (got > 0) received.append(buffer, static_cast<std::size_t>(got));
        blocked += connection->blocked();
        received.size() < seen.to_send.size() ? later(receive) : stop();
    };
    run([&] {
        connection = &open(std::move(pair.ours), seen);
        connection->want_write();
        later(receive);
    });
    EXPECT_EQ(received, seen.to_send);
    EXPECT_GT(blocked, 1) << "the socket was to be full";
}

TEST_F(Connections, MoveWithWhatNobodyHasReadYet) {
    const auto sent = pattern(150'000);
    send_all(pair.peer, sent);
    ::shutdown(pair.peer.get(), SHUT_WR);
    Connection* connection = nullptr;
    Recorder::Seen moved;
    seen.on_bytes = [&] {
        // As a letter to another shard does it, one turn later.
        auto socket = std::make_shared<ReleasedSocket>(connection->release());
        later([&, socket] { open(std::move(socket->fd), moved); });
    };
    moved.on_end = [&] { stop(); };
    run([&] { connection = &open(std::move(pair.ours), seen); });
    EXPECT_EQ(seen.reads, 1);
    EXPECT_EQ(seen.ends, 0);
    EXPECT_EQ(seen.bytes + moved.bytes, sent);
}

TEST_F(Connections, ThatBreakEndOnce) {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(pair.peer.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    seen.on_end = [&] { stop(); };
    run([&] {
        open(std::move(pair.ours), seen);
        pair.peer = {};
    });
    EXPECT_EQ(seen.ends, 1);
    EXPECT_TRUE(network[0].empty());
}

}  // namespace
}  // namespace socketio::transport
