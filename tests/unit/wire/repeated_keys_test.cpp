// Keys that stand twice, in objects of every size.

#include "wire/repeated_keys.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::wire {
namespace {

using Members = std::vector<Object::Member>;

Members merged(Members members) {
    merge_repeated_keys(members);
    return members;
}

TEST(RepeatedKeys, KeepTheirFirstPlaceAndTheirLastValue) {
    EXPECT_EQ(merged({}), Members{});
    EXPECT_EQ(merged({{"a", 1}}), (Members{{"a", 1}}));
    EXPECT_EQ(merged({{"a", 1}, {"b", 2}, {"a", 3}, {"c", 4}, {"a", 5}}),
              (Members{{"a", 5}, {"b", 2}, {"c", 4}}));
    EXPECT_EQ(merged({{"", 1}, {"", 2}}), (Members{{"", 2}}));
}

TEST(RepeatedKeys, AreFoundAmongManyWhateverTheyBeginWith) {
    Members members;
    Members expected;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 1'000; ++i) {
            // The first eight bytes are the same for ten keys in a row.
            auto key = "key " + std::to_string(10'000 + i);
            if (round == 2) expected.emplace_back(key, round);
            members.emplace_back(std::move(key), round);
        }
    }
    EXPECT_EQ(merged(std::move(members)), expected);
}

}  // namespace
}  // namespace socketio::wire
