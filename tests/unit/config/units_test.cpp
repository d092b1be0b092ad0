// Sizes, durations and rates.
#include "config/reading/units.hpp"

#include <gtest/gtest.h>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadsSizes) {
    EXPECT_EQ(parse_size("4096"), 4096u);
    EXPECT_EQ(parse_size("256KiB"), 256u << 10);
    EXPECT_EQ(parse_size("1MiB"), 1u << 20);
    EXPECT_EQ(parse_size("2GiB"), 2ULL << 30);
    EXPECT_EQ(parse_size("1TiB"), 1ULL << 40);
}

TEST(Units, ReadsDurations) {
    EXPECT_EQ(parse_duration("200ms"), 200ms);
    EXPECT_EQ(parse_duration("10s"), 10s);
    EXPECT_EQ(parse_duration("2m"), 2min);
    EXPECT_EQ(parse_duration("24h"), 24h);
    EXPECT_EQ(parse_duration("7d"), 168h);
}

TEST(Units, ReadsRatesPerSecond) {
    EXPECT_EQ(parse_rate("500/s"), 500);
    EXPECT_EQ(parse_rate("0.5/s"), 0.5);
    EXPECT_EQ(parse_rate("30/m"), 0.5);
    EXPECT_EQ(parse_rate("3600/h"), 1);
}

TEST(Units, RefusesEverythingElse) {
    for (const auto* text : {"", "x", "-1KiB", "1.5MiB", "1MB", "1 MiB", "MiB", "99999999999TiB",
                             "99999999999999999999"}) {
        EXPECT_FALSE(parse_size(text)) << text;
    }
    for (const auto* text : {"", "10", "-1s", "1.5h", "1 s", "s", "1w", "99999999999999999d"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
    for (const auto* text : {"", "2", "/s", "-2/s", "nan/s", "inf/s", "2/d", "2 /s", "1e3/s"}) {
        EXPECT_FALSE(parse_rate(text)) << text;
    }
}

TEST(Units, WritesTheLargestUnitThatFits) {
    EXPECT_EQ(size_text(1 << 20), "1MiB");
    EXPECT_EQ(size_text(1500), "1500");
    EXPECT_EQ(duration_text(36h), "36h");
    EXPECT_EQ(duration_text(168h), "7d");
    EXPECT_EQ(duration_text(0ms), "0ms");
}

}  // namespace
}  // namespace chartcast::config
