// Offsets of events: what they look like, and what is taken for one.

#include "wire/event_offset.hpp"

#include <gtest/gtest.h>

namespace socketio::wire {
namespace {

TEST(EventOffset, LooksLikeNodes) {
    // What socket.io-adapter 2.5 gave out at that millisecond, and right behind it.
    constexpr std::uint64_t moment = 1'795'388'960'617;
    EXPECT_EQ(to_text(make_event_offset(moment, 0)), "Q85XMzf");
    EXPECT_EQ(to_text(make_event_offset(moment, 1)), "Q85XMzf.0");
    EXPECT_EQ(to_text(make_event_offset(moment, 65)), "Q85XMzf.10");
    EXPECT_EQ(to_text(EventOffset::none), "0");
}

TEST(EventOffset, IsReadAsItWasWritten) {
    for (const std::uint64_t moment : {0UL, 1UL, 63UL, 64UL, 4'095UL, 1'795'388'960'617UL}) {
        for (const std::uint64_t place : {0UL, 1UL, 64UL, 65UL, 99'999UL}) {
            const auto offset = make_event_offset(moment, place);
            EXPECT_EQ(milliseconds_of(offset), moment);
            EXPECT_EQ(place_of(offset), place);
            EXPECT_EQ(parse_event_offset(to_text(offset)), offset) << to_text(offset);
        }
    }
    const auto last = make_event_offset(event_offset_time_max, event_offset_places - 1);
    EXPECT_EQ(parse_event_offset(to_text(last)), last);
}

TEST(EventOffset, GrowsWithTimeAndPlace) {
    EXPECT_LT(make_event_offset(1, 5), make_event_offset(1, 6));
    EXPECT_LT(make_event_offset(1, event_offset_places - 1), make_event_offset(2, 0));
}

TEST(EventOffset, IsNotReadFromAnyOtherText) {
    for (const auto* text : {"", ".", ".0", "Q85XMzf.", "Q85XMzf.0.0", "Q85XMzf ", " Q85XMzf",
                             "Q85+Mzf", "Q85XMzf.=", "0Q85XMzf", "Q85XMzf.00", "_________",
                             "Q85XMzf.____", "1795388960617-0", "\xc3\xa4", "Q85XMzf.000000000"}) {
        EXPECT_EQ(parse_event_offset(text), std::nullopt) << text;
    }
    // One more than fits.
    EXPECT_FALSE(parse_event_offset("3________"));
    EXPECT_FALSE(parse_event_offset("4_______"));
}

}  // namespace
}  // namespace socketio::wire
