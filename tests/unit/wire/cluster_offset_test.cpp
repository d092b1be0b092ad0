// Offsets of adapters that keep sessions, as numbers.

#include "wire/cluster_offset.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::wire {
namespace {

ClusterOffset cluster_offset(std::string_view text) {
    const auto parsed = parse_cluster_offset(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(ClusterOffset());
}

TEST(ClusterOffset, IsComparedAsNumbers) {
    EXPECT_LT(cluster_offset("9-0"), cluster_offset("10-0"));
    EXPECT_LT(cluster_offset("1795388961044-9"), cluster_offset("1795388961044-10"));
    EXPECT_LT(cluster_offset("1795388961044-10"), cluster_offset("1795388961045-0"));
    EXPECT_LT(cluster_offset("1"), cluster_offset("1-0")) << "what has more numbers comes after";
    EXPECT_LT(cluster_offset("1-0-5"), cluster_offset("1-1"));
    EXPECT_EQ(cluster_offset("1795388961044-0"), cluster_offset("1795388961044-00"));
    EXPECT_EQ(cluster_offset("18446744073709551615-0"), cluster_offset("18446744073709551615-0"));
}

TEST(ClusterOffset, IsNotReadFromAnyOtherText) {
    for (const auto* text :
         {"", "-", "1-", "-1", "1--2", "+1", "1-+2", " 1", "1 ", "1-2 ", "a", "1-b", "Q85XMzf.0",
          "18446744073709551616", "1-18446744073709551616", "1-2-3-4-5", "1.5", "0x1", "1-2\n"}) {
        EXPECT_FALSE(parse_cluster_offset(text)) << text;
    }
    EXPECT_FALSE(parse_cluster_offset(std::string(1'000'000, '0')));
    EXPECT_FALSE(parse_cluster_offset(std::string("1\0", 2)));
    EXPECT_TRUE(parse_cluster_offset("1-2-3-4"));
}

}  // namespace
}  // namespace socketio::wire
