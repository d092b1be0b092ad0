// hash_slot: the values of Redis's own CLUSTER KEYSLOT, and which part of a key counts.
#include "protocol/hash_slot.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

TEST(RedisHashSlot, IsWhatRedisSays) {
    // 0x31C3 is CRC16 (XMODEM) of 123456789, as the specification has it.
    EXPECT_EQ(hash_slot("123456789"), 0x31C3 % slot_count);
    EXPECT_EQ(hash_slot("foo"), 12'182);
    EXPECT_EQ(hash_slot("bar"), 5'061);
    EXPECT_EQ(hash_slot(""), 0);
}

TEST(RedisHashSlot, CountsTheFirstTagAloneUnlessItIsEmpty) {
    EXPECT_EQ(hash_slot("{user1000}.following"), hash_slot("user1000"));
    EXPECT_EQ(hash_slot("a{foo}b{bar}"), hash_slot("foo"));
    EXPECT_EQ(hash_slot("foo{{bar}}zap"), hash_slot("{bar"));
    EXPECT_EQ(hash_slot("foo{bar}{zap}"), hash_slot("bar"));
    EXPECT_NE(hash_slot("foo{}{bar}"), hash_slot("bar"));
    EXPECT_NE(hash_slot("foo{bar"), hash_slot("bar"));
}

}  // namespace
}  // namespace redis
