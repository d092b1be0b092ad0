// Who is there: heard of, silent, overdue.
#include "cluster/peer_table.hpp"

#include <gtest/gtest.h>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;
using PeerNames = std::vector<std::string>;

constexpr PeerTable::Time first_heard{1'000s};

TEST(PeerTable, KnowsWhomItHeardByNamespace) {
    PeerTable peers;
    peers.hear("/", "b", first_heard);
    peers.hear("/", "a", first_heard);
    peers.hear("/chat", "c", first_heard);
    peers.hear("/", "emitter", first_heard);
    peers.hear("/", "", first_heard);
    EXPECT_EQ(peers.names("/"), (PeerNames{"a", "b"}));
    EXPECT_EQ(peers.size("/chat"), 1U);
    EXPECT_EQ(peers.size("/nobody"), 0U);
    peers.forget("/", "a");
    peers.forget("/", "unknown");
    EXPECT_EQ(peers.names("/"), PeerNames{"b"});
    peers.forget("/");
    EXPECT_EQ(peers.size("/"), 0U);
    EXPECT_EQ(peers.size("/chat"), 1U);
}

TEST(PeerTable, SilentIsWhoWasNotHeardSinceThen) {
    PeerTable peers;
    peers.hear("/", "a", first_heard);
    peers.hear("/", "b", first_heard + 1s);
    peers.hear("/", "c", first_heard + 3s);
    peers.mark_silent("/", first_heard + 2s);
    EXPECT_EQ(peers.silent("/"), (PeerNames{"b", "a"})) << "the most recent first";
    peers.hear("/", "a", first_heard + 4s);
    EXPECT_EQ(peers.silent("/"), PeerNames{"b"});
}

TEST(PeerTable, ShrinksByThoseSilentLongest) {
    PeerTable peers;
    peers.hear("/", "a", first_heard);
    peers.hear("/", "b", first_heard + 1s);
    peers.hear("/", "c", first_heard + 3s);
    peers.mark_silent("/", first_heard + 2s);
    peers.shrink("/", 2);
    EXPECT_EQ(peers.names("/"), (PeerNames{"b", "c"}));
    peers.shrink("/", 0);
    EXPECT_EQ(peers.names("/"), PeerNames{"c"}) << "who speaks stays";
}

TEST(PeerTable, DropsThoseWhoseHeartbeatsEnded) {
    PeerTable peers;
    peers.hear("/", "beats", first_heard, PeerTable::Sign::heartbeat);
    peers.hear("/", "speaks", first_heard);
    EXPECT_TRUE(peers.drop_overdue(first_heard + 10s, 10s).empty());
    peers.hear("/", "beats", first_heard + 5s);
    EXPECT_TRUE(peers.drop_overdue(first_heard + 15s, 10s).empty())
        << "any message is a sign of life";
    const auto dropped = peers.drop_overdue(first_heard + 16s, 10s);
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(dropped[0].nsp, "/");
    EXPECT_EQ(dropped[0].uid, "beats");
    EXPECT_EQ(peers.names("/"), PeerNames{"speaks"}) << "Node's servers send none";
}

TEST(PeerTable, IsBounded) {
    PeerTable peers;
    for (std::size_t i = 0; i < PeerTable::peers_max + 5; ++i) {
        peers.hear("/", std::to_string(i), first_heard);
    }
    EXPECT_EQ(peers.size("/"), PeerTable::peers_max);
}

}  // namespace
}  // namespace socketio::cluster
