// What came to a shard while somebody was on the way back.

#include "hub/arrival_log.hpp"

#include "hub/delivery.hpp"
#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::hub {
namespace {

using Stays = std::vector<RecoveryLog::Stay>;

class ArrivalLogTest : public testing::Test {
protected:
    void append(const std::string& offset, const Audience& audience = {},
                const std::string& nsp = "/") {
        const auto delivery =
            make_adapter_delivery(world, nsp, audience, {}, "x", Args{offset}, offset);
        ASSERT_TRUE(delivery.adapter_offset);
        log.append(*world.hub().find_namespace(nsp), delivery);
    }
    /// The offsets of what somebody in these rooms was sent; "gap" when they are not all there.
    Texts collect(const Stays& stays, ArrivalLog::Position from, std::string_view behind = {},
                  const RecoveryLog::Reader& reader = {}) {
        std::vector<engine::ContentRef> packets;
        const auto& nsp = *world.hub().find_namespace("/");
        if (!log.collect(nsp, stays, from, wire::parse_cluster_offset(behind), reader, packets)) {
            return {"gap"};
        }
        Texts offsets;
        for (const auto& packet : packets) {
            offsets.push_back(decode_event(*packet)->args.at(0).as_string());
        }
        return offsets;
    }

    World world;
    ArrivalLog log{3, 100'000};
};

TEST_F(ArrivalLogTest, KeepsWhatIsWantedAndNothingElse) {
    EXPECT_FALSE(log.is_wanted());
    const auto first = log.open();
    append("1-1");
    const auto second = log.open();
    append("1-2");
    EXPECT_EQ(log.size(), 2U);
    log.close(first);
    EXPECT_EQ(log.size(), 1U);
    EXPECT_EQ(collect({}, second), Texts{"1-2"});
    log.close(second);
    EXPECT_EQ(log.size(), 0U);
    EXPECT_FALSE(log.is_wanted());
    EXPECT_EQ(log.end(), 2U) << "positions go on";
}

TEST_F(ArrivalLogTest, AreForWhoWasInTheRoomThen) {
    (void)world.make_namespace("/other");
    const auto from = log.open();
    append("1-1", {{"a"}, {}});
    append("1-2", {{}, {"a"}});
    append("1-3", {}, "/other");
    EXPECT_EQ(collect({{"a", from}}, from), Texts{"1-1"});
    EXPECT_EQ(collect({{"a", from + 1}}, from), Texts{}) << "joined behind it, ahead of the next";
    EXPECT_EQ(collect({{"b", from}}, from), Texts{"1-2"});
    EXPECT_EQ(collect({}, from), Texts{"1-2"});
}

TEST_F(ArrivalLogTest, AreNewsOnlyBehindWhatSomebodyHas) {
    const auto from = log.open();
    append("9-9");
    append("10-0");
    append("10-1");
    EXPECT_EQ(collect({}, from, "10-0"), Texts{"10-1"});
    EXPECT_EQ(collect({}, from, "9-8"), (Texts{"9-9", "10-0", "10-1"}));
    EXPECT_EQ(collect({}, from, "11-0"), Texts{});
}

TEST_F(ArrivalLogTest, HaveBounds) {
    const auto from = log.open();
    for (const auto* offset : {"1-1", "1-2", "1-3"}) append(offset);
    EXPECT_EQ(collect({}, from).size(), 3U);
    RecoveryLog::Reader small;
    small.packets_max = 2;
    EXPECT_EQ(collect({}, from, {}, small), Texts{"gap"}) << "more than it can be sent";
    append("1-4");
    EXPECT_EQ(log.size(), 3U);
    EXPECT_EQ(collect({}, from), Texts{"gap"}) << "what is gone may have been for it";
    EXPECT_EQ(collect({}, from + 1).size(), 3U);
    append("1-5", {{std::string(100'000, 'r')}, {}});
    EXPECT_EQ(log.size(), 0U) << "alone over the bound of bytes";
    EXPECT_EQ(log.end(), from + 5);
}

}  // namespace
}  // namespace socketio::hub
