// ISO 8601 as people and programs write it.
#include "live/iso_time.hpp"

#include <gtest/gtest.h>

namespace chartcast::live {
namespace {

constexpr std::int64_t nine = 1'795'165'200'000;  // 2026-11-20T09:00:00Z

TEST(IsoTime, ReadsDatesTimesAndOffsets) {
    EXPECT_EQ(parse_iso_time("1970-01-01"), 0);
    EXPECT_EQ(parse_iso_time("2026-11-20T09:00Z"), nine);
    EXPECT_EQ(parse_iso_time("2026-11-20T09:00"), nine);
    EXPECT_EQ(parse_iso_time("2026-11-20 09:00:30"), nine + 30'000);
    EXPECT_EQ(parse_iso_time("2026-11-20t17:00:00.5+08:00"), nine + 500);
    EXPECT_EQ(parse_iso_time("2026-11-20T06:30:00-0230"), nine);
    EXPECT_EQ(parse_iso_time("2026-11-20T09:00:00.123456789z"), nine + 123);
    EXPECT_EQ(parse_iso_time("2026-11-20T09:00:00,007Z"), nine + 7);
    EXPECT_EQ(parse_iso_time("1969-12-31T23:59:59.999Z"), -1);
    EXPECT_EQ(parse_iso_time("2024-02-29"), 1'709'164'800'000);
}

TEST(IsoTime, RefusesWhatIsNoTime) {
    for (const auto* text : {"",
                             "now",
                             "2026",
                             "2026-11",
                             "2026-13-01",
                             "2026-00-10",
                             "2026-02-29",
                             "2026-11-31",
                             "2026-11-20T",
                             "2026-11-20T24:00",
                             "2026-11-20T09",
                             "2026-11-20T09:60",
                             "2026-11-20T09:00:60",
                             "2026-11-20T09:00:00.",
                             "2026-11-20T09:00+8",
                             "2026-11-20T09:00+08:60",
                             "2026-11-20T09:00Zx",
                             "2026-11-20x09:00",
                             "2026-11-20T09:00:00.1234567890Z",
                             " 2026-11-20",
                             "+2026-11-20",
                             "2026-1-2"}) {
        EXPECT_FALSE(parse_iso_time(text)) << text;
    }
}

}  // namespace
}  // namespace chartcast::live
