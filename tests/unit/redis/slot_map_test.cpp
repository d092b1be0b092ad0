// SlotMap: CLUSTER SLOTS of Redis 3 to 7, what MOVED changes, and replies that are none.
#include "protocol/slot_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace redis {
namespace {

using testing::ElementsAre;

Reply integer(std::int64_t value) {
    return Reply::of_integer(value);
}

Reply array_of(std::vector<Reply> items) {
    return Reply(Reply::Kind::array, std::move(items));
}

Reply node_of(std::string host, std::int64_t port) {
    return array_of({Reply(Reply::Kind::bulk, std::move(host)), integer(port),
                     Reply(Reply::Kind::bulk, std::string("id")), array_of({})});
}

Reply range_of(std::int64_t first, std::int64_t last, std::vector<Reply> nodes) {
    std::vector<Reply> items{integer(first), integer(last)};
    for (Reply& node : nodes) items.push_back(std::move(node));
    return array_of(std::move(items));
}

const Seed slots_asked{"10.0.0.9", 7000};

TEST(RedisSlotMap, KnowsTheMasterOfEachSlot) {
    const Reply reply = array_of({range_of(0, 8191, {node_of("a", 1), node_of("replica", 3)}),
                                  range_of(8192, 16'382, {node_of("b", 2)}),
                                  range_of(16'383, 16'383, {node_of("a", 1)})});
    const SlotMap map = SlotMap::read(reply, slots_asked).value();
    EXPECT_THAT(map.masters(), ElementsAre(Seed{"a", 1}, Seed{"b", 2}));
    EXPECT_THAT(map.replicas(), ElementsAre(Seed{"replica", 3}));
    EXPECT_EQ(*map.master_of(0), (Seed{"a", 1}));
    EXPECT_EQ(*map.master_of(8191), (Seed{"a", 1}));
    EXPECT_EQ(*map.master_of(8192), (Seed{"b", 2}));
    EXPECT_EQ(*map.master_of(16'383), (Seed{"a", 1}));
    EXPECT_TRUE(map.has_master(Seed{"b", 2}));
    EXPECT_FALSE(map.has_master(Seed{"replica", 3}));
}

TEST(RedisSlotMap, LeavesToNobodyWhatNobodyServes) {
    const SlotMap nothing;
    EXPECT_EQ(nothing.master_of(0), nullptr);
    const SlotMap map =
        SlotMap::read(
            array_of({range_of(5, 6, {node_of("a", 1)}), range_of(7, 9, {node_of("?", 1)})}),
            slots_asked)
            .value();
    EXPECT_EQ(map.master_of(4), nullptr);
    EXPECT_NE(map.master_of(5), nullptr);
    EXPECT_EQ(map.master_of(7), nullptr) << "a node whose name is not known";
}

TEST(RedisSlotMap, TakesAnEmptyHostForTheOneThatWasAsked) {
    const SlotMap map =
        SlotMap::read(array_of({range_of(0, 1, {node_of("", 7001)})}), slots_asked).value();
    EXPECT_EQ(*map.master_of(0), (Seed{"10.0.0.9", 7001}));
}

TEST(RedisSlotMap, FollowsMoved) {
    SlotMap map;
    map.assign(7, Seed{"a", 1});
    map.assign(8, Seed{"b", 2});
    map.assign(7, Seed{"b", 2});
    EXPECT_EQ(*map.master_of(7), (Seed{"b", 2}));
    EXPECT_EQ(map.master_of(9), nullptr);
    map.assign(16'384, Seed{"a", 1});
    EXPECT_EQ(map.masters().size(), 2u);
}

TEST(RedisSlotMap, KnowsNoMoreMastersThanItsBound) {
    SlotMap map;
    for (std::uint16_t i = 0; i < 2'000; ++i) {
        map.assign(i, Seed{"host" + std::to_string(i), 1});
    }
    EXPECT_EQ(map.masters().size(), SlotMap::masters_max);
    EXPECT_EQ(map.master_of(1'999), nullptr);
}

TEST(RedisSlotMap, RefusesWhatIsNoMap) {
    const Reply node = node_of("a", 1);
    const std::vector<Reply> replies{
        Reply(Reply::Kind::error, std::string("ERR This instance has cluster support disabled")),
        integer(1),
        array_of({integer(1)}),
        array_of({range_of(0, 1, {})}),
        array_of({range_of(2, 1, {node})}),
        array_of({range_of(-1, 1, {node})}),
        array_of({range_of(0, 16'384, {node})}),
        array_of({range_of(0, 5, {node}), range_of(5, 6, {node})}),
        array_of({array_of({Reply(Reply::Kind::bulk, std::string("0")), integer(1), node})}),
    };
    for (const Reply& reply : replies) {
        EXPECT_TRUE(SlotMap::read(reply, slots_asked).has_error()) << to_string(reply);
    }
}

}  // namespace
}  // namespace redis
