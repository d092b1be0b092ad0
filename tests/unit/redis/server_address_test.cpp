// Addresses as servers write them.
#include "protocol/server_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace redis {
namespace {

TEST(RedisServerAddress, ReadsHostsAndPorts) {
    EXPECT_EQ(read_address("h", "1"), (Seed{"h", 1}));
    EXPECT_EQ(read_address("127.0.0.1:65535"), (Seed{"127.0.0.1", 65'535}));
    EXPECT_EQ(read_address("fe80::1:6379"), (Seed{"fe80::1", 6'379}));
}

TEST(RedisServerAddress, RefusesWhatNobodyCanConnectTo) {
    for (const char* const port : {"", "0", "65536", "-1", "1x", " 1"}) {
        EXPECT_EQ(read_address("h", port), std::nullopt) << port;
    }
    for (const std::string& host : {std::string(), std::string("?"), std::string("a b"),
                                    std::string("a\n"), std::string(256, 'a')}) {
        EXPECT_EQ(read_address(host, "1"), std::nullopt) << host;
    }
    EXPECT_EQ(read_address("h"), std::nullopt);
}

TEST(RedisServerAddress, ListsEachOnceAndNotTooMany) {
    std::vector<Seed> servers{{"a", 1}};
    add_addresses(servers, {{"a", 1}, {"::1", 2}, {"c", 3}}, 2);
    EXPECT_EQ(list_addresses(servers), "a:1, [::1]:2");
}

}  // namespace
}  // namespace redis
