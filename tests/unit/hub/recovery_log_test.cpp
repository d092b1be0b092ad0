// The log of events that may have to be sent again: what it finds for whom, and what it forgets.

#include "hub/recovery_log.hpp"

#include "support/counted_contents.hpp"
#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace socketio::hub {
namespace {

using base::Milliseconds;
using Names = std::vector<std::string>;

constexpr std::uint32_t log_sources = 3;

class RecoveryLogTest : public testing::Test {
protected:
    RecoveryLogTest() { (void)world.make_namespace("/other"); }

    /// Appends an event of that name, and gives its offset.
    wire::EventOffset add(const std::string& name, const Names& rooms = {},
                          const Names& except = {}, std::uint32_t source = 0,
                          const std::string& nsp = "/") {
        const auto offset = counters[source].next(++moment);
        add_content(make(name, offset), rooms, except, nsp);
        return offset;
    }
    static engine::ContentRef make(const std::string& name, wire::EventOffset offset) {
        return engine::make_content({name, {}}, {}, offset);
    }
    void add_content(engine::ContentRef content, const Names& rooms, const Names& except = {},
                     const std::string& nsp = "/") {
        log.append(state(nsp), {rooms, except}, EventContents(std::move(content)),
                   RecoveryLog::Reach::broadcast, now);
    }
    /// An event that is encoded when somebody needs it.
    EventContents add_lazy(std::size_t bytes, const Names& rooms = {}) {
        Options options;
        options.parser = Parser::by_client;
        const Args args{std::string(bytes, 'x')};
        auto contents = test::encode_for(options, encodings,
                                         {"/", "lazy", args, {}, counters[0].next(++moment)});
        log.append(state(), {rooms, {}}, contents, RecoveryLog::Reach::broadcast, now);
        return contents;
    }
    [[nodiscard]] NamespaceState& state(const std::string& nsp = "/") {
        return *world.hub().find_namespace(nsp);
    }
    /// What a member of these rooms, since the beginning, was sent.
    [[nodiscard]] Names found(const Names& rooms, RecoveryLog::Position from = 0,
                              const std::string& nsp = "/") {
        std::vector<RecoveryLog::Stay> stays;
        for (const auto& room : rooms) stays.push_back({room, 0});
        return found_by(stays, from, nsp);
    }
    [[nodiscard]] Names found_by(const std::vector<RecoveryLog::Stay>& stays,
                                 RecoveryLog::Position from = 0, const std::string& nsp = "/") {
        std::vector<engine::ContentRef> packets;
        EXPECT_TRUE(log.collect(state(nsp), stays, from, {}, packets));
        return names_of(packets);
    }
    static Names names_of(const std::vector<engine::ContentRef>& packets) {
        Names names;
        for (const auto& packet : packets) names.push_back(packet->data);
        return names;
    }

    World world;
    test::Encodings encodings{};
    RecoveryLog log{{Milliseconds(1'000), 10, 1'000}};
    std::vector<OffsetCounter> counters{{0, log_sources}, {1, log_sources}, {2, log_sources}};
    std::uint64_t moment = 1'000;
    base::TimePoint now = engine::test_start;
};

TEST_F(RecoveryLogTest, FindsWhatSomebodyInItsRoomsWasSentInOrder) {
    add("all 1");
    add("a", {"a"});
    add("b", {"b"});
    add("a and b", {"a", "b"});
    add("all 2");
    EXPECT_EQ(found({"a"}), (Names{"all 1", "a", "a and b", "all 2"}));
    EXPECT_EQ(found({"a", "b"}), (Names{"all 1", "a", "b", "a and b", "all 2"})) << "each once";
    EXPECT_EQ(found({}), (Names{"all 1", "all 2"}));
    EXPECT_EQ(found({"c"}), (Names{"all 1", "all 2"}));
}

TEST_F(RecoveryLogTest, LeavesOutWhomAnEventExcepted) {
    add("not to b", {}, {"b"});
    add("a but not b", {"a"}, {"b"});
    EXPECT_EQ(found({"a"}), (Names{"not to b", "a but not b"}));
    EXPECT_EQ(found({"a", "b"}), Names{});
}

TEST_F(RecoveryLogTest, KeepsNamespacesApart) {
    add("root", {"a"});
    add("other", {"a"}, {}, 0, "/other");
    add("everyone there", {}, {}, 0, "/other");
    EXPECT_EQ(found({"a"}), Names{"root"});
    EXPECT_EQ(found({"a"}, 0, "/other"), (Names{"other", "everyone there"}));
}

TEST_F(RecoveryLogTest, KnowsARoomWithoutANameFromEveryone) {
    add("to the room", {""});
    EXPECT_EQ(found({}), Names{});
    EXPECT_EQ(found({""}), Names{"to the room"});
}

TEST_F(RecoveryLogTest, BeginsBehindAPosition) {
    add("1");
    const auto second = add("2", {"a"});
    add("3");
    EXPECT_EQ(log.find(second), RecoveryLog::Position{1});
    EXPECT_EQ(found({"a"}, 2), Names{"3"});
    EXPECT_EQ(found({"a"}, 3), Names{});
    EXPECT_EQ(found({"a"}, 99), Names{});
    EXPECT_EQ(log.find(wire::make_event_offset(1, 1)), std::nullopt);
}

TEST_F(RecoveryLogTest, LeavesOutWhatARoomWasSentBeforeItWasJoined) {
    add("before", {"a"});
    add("between", {"b"});
    add("after", {"a"});
    EXPECT_EQ(found_by({{"a", 1}, {"b", 0}}), (Names{"between", "after"}));
    EXPECT_EQ(found_by({{"a", 3}}), Names{});
}

TEST_F(RecoveryLogTest, TakesARoomThatIsNamedTwiceOnce) {
    add("x", {"a", "a"}, {"b", "b"});
    add("y", {"a"});
    EXPECT_EQ(found({"a"}), (Names{"x", "y"}));
    now += Milliseconds(1'000);
    log.trim(now);
    EXPECT_EQ(log.rooms(), 0U);
}

TEST_F(RecoveryLogTest, ForgetsWhatIsTooOld) {
    EXPECT_EQ(log.next_trim(), base::TimePoint::max());
    const auto old = add("old", {"a"}, {"b"});
    now += Milliseconds(600);
    add("young", {"a"});
    EXPECT_EQ(log.next_trim(), engine::test_start + Milliseconds(1'000));
    now += Milliseconds(399);
    log.trim(now);
    EXPECT_EQ(found({"a"}).size(), 2U);
    now += Milliseconds(1);
    log.trim(now);
    EXPECT_EQ(found({"a"}), Names{"young"});
    EXPECT_FALSE(log.find(old));
    EXPECT_EQ(log.rooms(), 1U);
    EXPECT_EQ(log.end(), RecoveryLog::Position{2}) << "positions stay what they are";
    EXPECT_EQ(log.dropped(), 0U);
    now += Milliseconds(1'000);
    add("new");
    EXPECT_EQ(found({"a"}), Names{"new"}) << "appending trims, too";
    EXPECT_EQ(log.packets(), 1U);
    EXPECT_EQ(log.rooms(), 1U);
}

TEST_F(RecoveryLogTest, DropsTheOldestOverItsBoundsAndSaysSo) {
    for (int i = 0; i < 12; ++i) add(std::to_string(i), {"a"});
    EXPECT_EQ(log.packets(), 10U);
    EXPECT_EQ(found({"a"}).front(), "2");
    EXPECT_EQ(log.dropped(), 2U);
    EXPECT_EQ(log.dropped_until(), RecoveryLog::Position{2});
    EXPECT_EQ(log.dropped_at(), now);
    const auto bytes = log.bytes();
    EXPECT_GT(bytes, 10U);
    add(std::string(980, 'x'), {"a"});
    EXPECT_LE(log.bytes(), 1'000U);
    EXPECT_EQ(found({"a"}).back().size(), 980U);
    add(std::string(2'000, 'x'), {"b"});
    EXPECT_EQ(log.packets(), 0U) << "what is larger than the bound drives out all, itself too";
    EXPECT_EQ(log.bytes(), 0U);
    EXPECT_EQ(log.rooms(), 0U);
    EXPECT_EQ(log.dropped_until(), log.end());
}

TEST_F(RecoveryLogTest, GivesNothingOverABudget) {
    for (int i = 0; i < 3; ++i) add("123456789", {"a"});
    add("not for it", {"b"});
    std::vector<engine::ContentRef> packets;
    const std::vector<RecoveryLog::Stay> stays{{"a", 0}};
    EXPECT_TRUE(log.collect(state(), stays, 0, {30, 3}, packets));
    EXPECT_EQ(packets.size(), 3U);
    EXPECT_FALSE(log.collect(state(), stays, 0, {29, 3}, packets));
    EXPECT_FALSE(log.collect(state(), stays, 0, {30, 2}, packets));
}

TEST_F(RecoveryLogTest, FindsWhatAnotherShardHadNotSeen) {
    SeenOffsets here(log_sources);
    SeenOffsets there(log_sources);
    const auto see = [&](wire::EventOffset offset, bool both) {
        here.note(offset);
        if (both) there.note(offset);
    };
    see(add("both 0", {"a"}, {}, 0), true);
    see(add("both 1", {"a"}, {}, 1), true);
    see(add("here 0", {"a"}, {}, 0), false);
    see(add("both 2", {"a"}, {}, 2), true);
    see(add("here 1, another's", {"b"}, {}, 1), false);
    see(add("here 1", {}, {}, 1), false);
    std::vector<engine::ContentRef> packets;
    const std::vector<RecoveryLog::Stay> stays{{"a", 99}};
    log.collect_unseen(state(), stays, here, there, wire::PacketFormat::json, packets);
    EXPECT_EQ(names_of(packets), (Names{"here 0", "here 1"}))
        << "whenever the rooms were joined: that was on the other shard";
    packets.clear();
    log.collect_unseen(state(), stays, here, here, wire::PacketFormat::json, packets);
    EXPECT_TRUE(packets.empty());
}

TEST_F(RecoveryLogTest, WhatWentToOneSocketIsNoBroadcastThatAnotherShardCouldHaveSeen) {
    SeenOffsets here(log_sources);
    const SeenOffsets there(log_sources);
    log.append(state(), {{"sid"}, {}}, EventContents(make("direct", counters[0].next(++moment))),
               RecoveryLog::Reach::direct, now);
    here.note(add("broadcast", {"sid"}));
    std::vector<engine::ContentRef> packets;
    const std::vector<RecoveryLog::Stay> stays{{"sid", 0}};
    log.collect_unseen(state(), stays, here, there, wire::PacketFormat::json, packets);
    EXPECT_EQ(names_of(packets), Names{"broadcast"});
    EXPECT_EQ(found({"sid"}), (Names{"direct", "broadcast"}));
}

// ---- Events that are encoded when somebody needs them -------------------------------------------

constexpr ContentForm lazy_json{wire::PacketFormat::json, true};
constexpr ContentForm lazy_msgpack{wire::PacketFormat::msgpack, true};

TEST_F(RecoveryLogTest, EncodesForWhoComesBackWhatNobodyWasThereFor) {
    const auto contents = add_lazy(10, {"a"});
    EXPECT_EQ(encodings, test::Encodings{});
    const std::vector<RecoveryLog::Stay> stays{{"a", 0}};
    std::vector<engine::ContentRef> packets;
    for (const auto form : {lazy_json, lazy_msgpack}) {
        EXPECT_TRUE(log.collect(state(), stays, 0, {.format = form.format}, packets));
        EXPECT_EQ(packets.back(), contents.of(form));
        EXPECT_EQ(packets.back()->offset, contents.offset());
    }
    EXPECT_EQ(packets.size(), 2U);
}

TEST_F(RecoveryLogTest, CountsWhatIsMadeOfAnEventLater) {
    const auto contents = add_lazy(100, {"a"});
    const auto values = contents.bytes();
    EXPECT_EQ(log.bytes(), values);
    // Somebody is sent it here.
    const auto text = contents.of(lazy_json)->data.size();
    log.recount(0);
    EXPECT_EQ(log.bytes(), values + text);
    // Somebody comes back who reads the other format.
    const std::vector<RecoveryLog::Stay> stays{{"a", 0}};
    std::vector<engine::ContentRef> packets;
    EXPECT_TRUE(log.collect(state(), stays, 0, {.format = wire::PacketFormat::msgpack}, packets));
    EXPECT_EQ(log.bytes(), contents.bytes()) << "both formats, if both were made";
    EXPECT_GT(log.bytes(), values + text);
    log.recount(0);
    log.recount(99);
    EXPECT_EQ(log.bytes(), contents.bytes());
    now += Milliseconds(1'000);
    log.trim(now);
    EXPECT_EQ(log.bytes(), 0U);
    log.recount(0);
    EXPECT_EQ(log.bytes(), 0U) << "it is gone";
}

TEST_F(RecoveryLogTest, NoticesWhatOtherShardsMakeWhenItGrows) {
    std::vector<EventContents> events;
    for (int i = 0; i < 4; ++i) events.push_back(add_lazy(10));
    for (const auto& event : events) {
        (void)event.of(lazy_json);
        (void)event.of(lazy_msgpack);
    }
    const auto made = [&] {
        std::size_t sum = 0;
        for (const auto& event : events) sum += event.bytes();
        return sum;
    };
    EXPECT_LT(log.bytes(), made());
    for (int i = 0; i < 4; ++i) events.push_back(add_lazy(10));
    EXPECT_EQ(log.bytes(), made());
}

TEST_F(RecoveryLogTest, KeepsItsBoundWhenEventsGrow) {
    const auto first = add_lazy(200, {"a"});
    const auto second = add_lazy(200, {"a"});
    EXPECT_EQ(log.packets(), 2U);
    for (const auto& event : {first, second}) (void)event.of(lazy_json);
    log.recount(1);
    EXPECT_EQ(log.packets(), 2U);
    log.recount(0);
    const std::vector<RecoveryLog::Stay> stays{{"a", 0}};
    std::vector<engine::ContentRef> packets;
    EXPECT_TRUE(log.collect(state(), stays, 0, {.format = wire::PacketFormat::msgpack}, packets));
    EXPECT_EQ(packets.size(), 2U) << "who asked is sent both";
    EXPECT_EQ(log.packets(), 1U) << "the older one is kept no longer";
    EXPECT_EQ(log.dropped(), 1U);
    EXPECT_LE(log.bytes(), 1'000U);
}

TEST_F(RecoveryLogTest, CountsForTheReaderWhatItReads) {
    const auto contents = add_lazy(100, {"a"});
    const auto text = contents.of(lazy_json)->bytes();
    const auto binary = contents.of(lazy_msgpack)->bytes();
    ASSERT_NE(text, binary);
    const std::vector<RecoveryLog::Stay> stays{{"a", 0}};
    std::vector<engine::ContentRef> packets;
    for (const auto& [form, bytes] :
         {std::pair{lazy_json, text}, std::pair{lazy_msgpack, binary}}) {
        EXPECT_TRUE(log.collect(state(), stays, 0, {bytes, 1, form.format}, packets));
        EXPECT_FALSE(log.collect(state(), stays, 0, {bytes - 1, 1, form.format}, packets));
    }
}

}  // namespace
}  // namespace socketio::hub
