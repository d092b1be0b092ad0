// read_redirection: each kind, and what is none.
#include "protocol/redirection.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

const Seed asked_node{"10.0.0.9", 7000};

TEST(RedisRedirection, ReadsMovedAndAsk) {
    const Redirection moved = read_redirection("MOVED 3999 127.0.0.1:6381", asked_node);
    EXPECT_EQ(moved.kind, Redirection::Kind::moved);
    EXPECT_EQ(moved.slot, 3999);
    EXPECT_EQ(moved.server, (Seed{"127.0.0.1", 6381}));
    const Redirection ask = read_redirection("ASK 16383 node.example.org:6381", asked_node);
    EXPECT_EQ(ask.kind, Redirection::Kind::ask);
    EXPECT_EQ(ask.server, (Seed{"node.example.org", 6381}));
}

TEST(RedisRedirection, TakesAnIpv6AddressAndTheAskedHostWhereNoneIsNamed) {
    EXPECT_EQ(read_redirection("MOVED 1 ::1:6381", asked_node).server, (Seed{"::1", 6381}));
    EXPECT_EQ(read_redirection("MOVED 1 :6381", asked_node).server, (Seed{"10.0.0.9", 6381}));
}

TEST(RedisRedirection, ReadsWhatIsToBeTriedAgain) {
    EXPECT_EQ(
        read_redirection("TRYAGAIN Multiple keys request during rehashing of slot", asked_node)
            .kind,
        Redirection::Kind::try_again);
    EXPECT_EQ(read_redirection("CLUSTERDOWN The cluster is down", asked_node).kind,
              Redirection::Kind::cluster_down);
}

TEST(RedisRedirection, LeavesTheRestAlone) {
    for (const char* const text :
         {"", "ERR unknown command", "MOVED", "MOVED 3999", "MOVED x 127.0.0.1:6381",
          "MOVED 16384 127.0.0.1:6381", "MOVED -1 127.0.0.1:6381", "MOVED 1 127.0.0.1",
          "MOVED 1 127.0.0.1:0", "MOVED 1 127.0.0.1:65536", "MOVED 1 ?:6381",
          "MOVED 1 127.0.0.1:6381x", "MOVEDX 1 127.0.0.1:6381"}) {
        EXPECT_EQ(read_redirection(text, asked_node).kind, Redirection::Kind::none) << text;
    }
}

}  // namespace
}  // namespace redis
