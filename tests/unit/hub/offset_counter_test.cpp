// Sources of events: no two give out the same offset, and shards can compare what they have seen.

#include "hub/offset_counter.hpp"

#include <gtest/gtest.h>

#include <set>

namespace socketio::hub {
namespace {

using wire::EventOffset;

TEST(OffsetCounter, GivesEachEventAnOffsetOfItsOwn) {
    const auto sources = sources_of(2);
    ASSERT_EQ(sources, 3U);
    std::set<EventOffset> all;
    for (std::uint32_t source = 0; source < sources; ++source) {
        OffsetCounter counter(source, sources);
        auto last = EventOffset::none;
        for (const std::uint64_t now : {7U, 7U, 7U, 8U, 8U, 5U, 9U}) {
            const auto offset = counter.next(now);
            EXPECT_GT(offset, last) << "they grow, also when a clock is behind";
            EXPECT_EQ(source_of(offset, sources), source);
            all.insert(last = offset);
        }
    }
    EXPECT_EQ(all.size(), 21U);
}

TEST(OffsetCounter, IsTheMillisecondAlone) {
    OffsetCounter counter(0, 2);
    EXPECT_EQ(counter.next(1'795'388'960'617), wire::make_event_offset(1'795'388'960'617, 0));
}

TEST(OffsetCounter, BorrowsFromTheNextMillisecondWhenOneIsFull) {
    constexpr std::uint32_t sources = 257;
    OffsetCounter counter(256, sources);
    auto last = counter.next(1);
    for (std::uint64_t i = 0; i < wire::event_offset_places / sources + 10; ++i) {
        const auto offset = counter.next(1);
        ASSERT_GT(offset, last);
        ASSERT_EQ(source_of(offset, sources), 256U);
        last = offset;
    }
    EXPECT_EQ(wire::milliseconds_of(last), 2U);
}

TEST(SeenOffsets, ComparesSourceBySource) {
    OffsetCounter one(0, 3);
    OffsetCounter other(1, 3);
    SeenOffsets here(3);
    SeenOffsets there(3);
    EXPECT_TRUE(here.covers(there));
    const auto first = one.next(1);
    const auto second = other.next(1);
    here.note(first);
    there.note(second);
    EXPECT_FALSE(here.covers(there));
    EXPECT_FALSE(there.covers(here));
    EXPECT_TRUE(here.has(first));
    EXPECT_FALSE(here.has(second));
    EXPECT_EQ(here.count_ahead_of(there), 1U);
    EXPECT_TRUE(here.is_ahead_of(there, 0));
    EXPECT_FALSE(here.is_ahead_of(there, 1));
    here.note(second);
    EXPECT_TRUE(here.covers(there));
    EXPECT_FALSE(there.covers(here));
    EXPECT_EQ(there.count_ahead_of(here), 0U);
}

}  // namespace
}  // namespace socketio::hub
