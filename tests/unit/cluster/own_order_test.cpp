// What this server does itself keeps its order, whatever becomes of the entries. Rows of docs/races.md.
#include "cluster/own_order.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using namespace std::chrono_literals;

constexpr OwnOrder::Time written_at{1'000s};

struct OwnOrderTest : testing::Test {
    /// The number of each broadcast with its offset; a surgery is "surgery".
    std::vector<std::pair<std::string, std::string>> released;
    OwnOrder own{1s, [this](OwnOrder::Item item) {
                     if (const auto* broadcast = std::get_if<ClusterBroadcast>(&item)) {
                         released.emplace_back(broadcast->data.at(1).as_string(),
                                               broadcast->offset);
                     } else {
                         released.emplace_back("surgery", "");
                     }
                 }};

    static ClusterBroadcast event(const std::string& name) { return {"/", {"e", name}, {}, {}}; }
    OwnOrder::Ticket write(const std::string& name, OwnOrder::Time now = written_at) {
        const OwnOrder::Ticket ticket = own.next();
        own.add(event(name), encode_entry(event(name)), now);
        return ticket;
    }
    bool read(const std::string& name, std::string_view offset) {
        const EncodedEntry entry = encode_entry(event(name));
        return own.on_entry({"us", "/", entry.type, entry.data}, offset);
    }
    using Released = std::vector<std::pair<std::string, std::string>>;
};

TEST_F(OwnOrderTest, IsReleasedWhenItIsRead) {
    const auto one = write("1");
    const auto two = write("2");
    own.settle(one, true);
    own.settle(two, true);
    EXPECT_TRUE(released.empty()) << "others' entries may stand before it";
    EXPECT_TRUE(read("1", "5-0"));
    EXPECT_TRUE(read("2", "6-0"));
    EXPECT_EQ(released, (Released{{"1", "5-0"}, {"2", "6-0"}}));
    EXPECT_TRUE(own.empty());
}

TEST_F(OwnOrderTest, MayBeReadBeforeItsAnswer) {
    const auto one = write("1");
    EXPECT_TRUE(read("1", "5-0"));
    own.settle(one, true);
    EXPECT_EQ(released, (Released{{"1", "5-0"}}));
}

TEST_F(OwnOrderTest, WhatRedisRefusedKeepsItsPlace) {
    write("1");
    const auto two = write("2");
    write("3");
    own.settle(two, false);
    EXPECT_TRUE(released.empty());
    EXPECT_TRUE(read("1", "5-0"));
    EXPECT_EQ(released, (Released{{"1", "5-0"}, {"2", ""}}));
    EXPECT_TRUE(read("3", "6-0"));
    EXPECT_EQ(released.size(), 3U);
}

TEST_F(OwnOrderTest, ALaterOneThatIsReadSaysThatEarlierOnesWereNotTaken) {
    const auto one = write("1");
    write("2");
    EXPECT_TRUE(read("2", "6-0"));
    EXPECT_EQ(released, (Released{{"1", ""}, {"2", "6-0"}}));
    own.settle(one, false);
    EXPECT_EQ(released.size(), 2U);
}

TEST_F(OwnOrderTest, WhatIsNotWrittenWaitsForWhatIs) {
    write("1");
    own.add_unwritten(event("2"), written_at);
    own.add_unwritten(ClusterSurgery{ClusterSurgery::Kind::disconnect, "/", {}, {}}, written_at);
    EXPECT_TRUE(released.empty());
    EXPECT_TRUE(read("1", "5-0"));
    EXPECT_EQ(released, (Released{{"1", "5-0"}, {"2", ""}, {"surgery", ""}}));
}

TEST_F(OwnOrderTest, AnswersAfterAnOutageFindNothingToRelease) {
    const auto one = write("1");
    const auto two = write("2", written_at + 500ms);
    own.on_time(written_at + 900ms);
    EXPECT_TRUE(released.empty());
    own.on_time(written_at + 1s);
    EXPECT_EQ(released, (Released{{"1", ""}, {"2", ""}})) << "one silence, all of them";
    const auto three = write("3", written_at + 1'100ms);
    EXPECT_EQ(released.size(), 3U) << "Redis is silent still";
    own.settle(one, true);
    own.settle(two, true);
    own.settle(three, true);
    EXPECT_FALSE(read("1", "5-0"));
    EXPECT_FALSE(read("2", "6-0"));
    EXPECT_FALSE(read("3", "7-0"));
    EXPECT_EQ(released.size(), 3U) << "nothing twice";
    write("4", written_at + 12s);
    EXPECT_EQ(released.size(), 3U) << "Redis answers again";
    EXPECT_TRUE(read("4", "8-0"));
    EXPECT_EQ(released.back(), (std::pair<std::string, std::string>{"4", "8-0"}));
}

TEST_F(OwnOrderTest, EqualOnesAreToldApartByTheirTurn) {
    write("1");
    write("1");
    EXPECT_TRUE(read("1", "5-0"));
    EXPECT_TRUE(read("1", "6-0"));
    EXPECT_EQ(released, (Released{{"1", "5-0"}, {"1", "6-0"}}));
    EXPECT_FALSE(read("1", "7-0"));
}

TEST_F(OwnOrderTest, AVolatileOneGetsNoOffset) {
    ClusterBroadcast broadcast = event("1");
    broadcast.flags.is_volatile = true;
    const EncodedEntry entry = encode_entry(broadcast);
    own.add(broadcast, entry, written_at);
    EXPECT_TRUE(own.on_entry({"us", "/", entry.type, entry.data}, "5-0"));
    EXPECT_EQ(released, (Released{{"1", ""}}));
}

TEST(OwnOrder, MayEndWithWhatItReleases) {
    std::optional<OwnOrder> own;
    int released = 0;
    own.emplace(1s, [&](const OwnOrder::Item&) {
        ++released;
        own.reset();
    });
    own->add(ClusterBroadcast{"/", {"e", "1"}, {}, {}}, EncodedEntry{"3", "a"}, written_at);
    own->add(ClusterBroadcast{"/", {"e", "2"}, {}, {}}, EncodedEntry{"3", "b"}, written_at);
    own->on_time(written_at + 1s);
    EXPECT_EQ(released, 1);
}

TEST(OwnOrder, WhatIsReleasedMayAddMore) {
    std::vector<std::string> done;
    OwnOrder* order = nullptr;
    OwnOrder own(1s, [&](OwnOrder::Item item) {
        const std::string name = std::get<ClusterBroadcast>(item).data.at(1).as_string();
        if (name == "1")
            order->add_unwritten(ClusterBroadcast{"/", {"e", "3"}, {}, {}}, written_at);
        done.push_back(name);
    });
    order = &own;
    own.add_unwritten(ClusterBroadcast{"/", {"e", "1"}, {}, {}}, written_at);
    EXPECT_EQ(done, (std::vector<std::string>{"1", "3"}));
}

}  // namespace
}  // namespace socketio::cluster
