// Namespaces that come and go while a real server of two shards runs.

#include "socketio/socketio.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace socketio {
namespace {

using test::RunningServer;
using test::WebSocketClient;

Options two_shards() {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = 2;
    return options;
}

/// Runs on shard 0 and waits until every shard has read what it sent.
template <class Work>
void on_first_shard(Server& server, Work work) {
    std::promise<void> done;
    server.post(0, [&] {
        work();
        server.post(1, [&] { done.set_value(); });
    });
    done.get_future().wait();
}

struct Peer {
    explicit Peer(const Server& server) : client(server.port()) {}

    void send(const std::string& packet) { client.send_text("4" + packet); }
    /// The next Socket.IO packet; empty when none came in time.
    std::string next() {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (packets.size() == taken && std::chrono::steady_clock::now() < until) {
            client.read(4'096, [this](std::string_view text) {
                if (text.front() == '4') packets.emplace_back(text.substr(1));
            });
        }
        return packets.size() == taken ? std::string() : packets[taken++];
    }

    WebSocketClient client;
    std::vector<std::string> packets;
    std::size_t taken = 0;
};

TEST(Namespaces, OpenAndCloseOnEveryShardWhileClientsAreThere) {
    Server server(two_shards());
    const RunningServer running(server);
    std::vector<Peer> peers;
    for (int i = 0; i < 6; ++i) peers.emplace_back(server);
    for (auto& peer : peers) {
        peer.send("0/late,");
        EXPECT_EQ(peer.next(), R"(4/late,{"message":"Invalid namespace"})");
    }
    Namespace* late = nullptr;
    on_first_shard(server, [&] {
        late = &server.of("late", [](Namespace& nsp) {
            nsp.on_connection([](Socket& socket) { socket.emit("hello"); });
            nsp.on("again", [](Socket& socket) { socket.emit("again"); });
        });
        EXPECT_THROW(late->on_connection([](Socket&) {}), std::logic_error) << "others read it now";
    });
    for (auto& peer : peers) {
        peer.send("0/late,");
        EXPECT_EQ(peer.next().substr(0, 8), "0/late,{");
        EXPECT_EQ(peer.next(), R"(2/late,["hello"])");
    }
    late->emit("to all");
    for (auto& peer : peers) EXPECT_EQ(peer.next(), R"(2/late,["to all"])");
    on_first_shard(server, [&] { server.close_namespace("late"); });
    for (auto& peer : peers) {
        EXPECT_EQ(peer.next(), "1/late,");
        peer.send("0/late,");
        EXPECT_EQ(peer.next(), R"(4/late,{"message":"Invalid namespace"})");
    }
    on_first_shard(server, [&] {
        bool made = false;
        EXPECT_EQ(&server.of("late", [&](Namespace&) { made = true; }), late);
        EXPECT_FALSE(made) << "it has its handlers";
    });
    for (auto& peer : peers) {
        peer.send("0/late,");
        EXPECT_EQ(peer.next().substr(0, 8), "0/late,{");
        EXPECT_EQ(peer.next(), R"(2/late,["hello"])");
        peer.send(R"(2/late,["again"])");
        EXPECT_EQ(peer.next(), R"(2/late,["again"])");
    }
}

TEST(Namespaces, AreMadeAndClosedOnTheFirstShardAlone) {
    Server server(two_shards());
    auto& early = server.of("/early");
    EXPECT_THROW(server.close_namespace("/early"), std::logic_error) << "nothing runs";
    const RunningServer running(server);
    on_first_shard(server, [&] {
        EXPECT_THROW(server.close_namespace("/"), std::invalid_argument);
        EXPECT_THROW(server.of("/fails", [](Namespace&) { throw std::runtime_error("no"); }),
                     std::runtime_error);
        server.close_namespace("/fails");
    });
    std::promise<void> done;
    server.post(1, [&] {
        EXPECT_THROW(server.of("/late"), std::logic_error);
        EXPECT_THROW(server.close_namespace("/early"), std::logic_error);
        EXPECT_EQ(&server.of("/early"), &early);
        done.set_value();
    });
    done.get_future().wait();
    Peer peer(server);
    peer.send("0/fails,");
    EXPECT_EQ(peer.next(), R"(4/fails,{"message":"Invalid namespace"})");
}

TEST(Namespaces, AreCountedByACensusAndSessionsByCounters) {
    Server server(two_shards());
    server.of("/a");
    server.of("/closed");
    const RunningServer running(server);
    std::vector<Peer> peers;
    for (int i = 0; i < 4; ++i) {
        peers.emplace_back(server).send("0/a,");
        EXPECT_EQ(peers.back().next().substr(0, 2), "0/");
    }
    on_first_shard(server, [&] { server.close_namespace("/closed"); });
    std::promise<Census> counted;
    server.take_census([&](const Census& census) {
        EXPECT_EQ(server.current_shard(), 0U);
        counted.set_value(census);
    });
    const auto census = counted.get_future().get();
    EXPECT_EQ(census.sockets, (std::map<std::string, std::size_t>{{"/", 0}, {"/a", 4}}));
    EXPECT_EQ(census.queued_bytes, 0U);
    const auto counters = server.counters();
    EXPECT_EQ(counters.handshakes, 4U);
    EXPECT_EQ(counters.websocket_sessions, 4U);
    EXPECT_EQ(counters.polling_sessions, 0U);
    EXPECT_EQ(counters.connections, 4U);
}

}  // namespace
}  // namespace socketio
