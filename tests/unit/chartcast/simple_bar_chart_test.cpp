// The mock data sets: their turns, and what lets the bars of one move into those of the next.
#include "live/simple_bar_chart.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chartcast::live {
namespace {

const socketio::Value& member(const socketio::Value& object, std::string_view key) {
    const auto* found = object.as_object().find(key);
    EXPECT_NE(found, nullptr) << key;
    static const socketio::Value missing;
    return found ? *found : missing;
}

double largest_bar(const ChartState& state) {
    double largest = 0;
    for (const auto& series : member(state.option, "series").as_array()) {
        for (const auto& bar : member(series, "data").as_array()) {
            largest = std::max(largest, bar.as_double());
        }
    }
    return largest;
}

TEST(SimpleBarChart, TakesTheDataSetsInTurns) {
    const auto sets = simple_bar_chart_sets();
    ASSERT_GE(sets, 2u);
    for (std::uint64_t version = 1; version <= sets; ++version) {
        EXPECT_NE(simple_bar_chart(version, 0).option, simple_bar_chart(version - 1, 0).option);
    }
    EXPECT_EQ(simple_bar_chart(sets, 0).option, simple_bar_chart(0, 0).option);
    EXPECT_EQ(simple_bar_chart(7, 1234).version, 7u);
    EXPECT_EQ(simple_bar_chart(7, 1234).pushed_at, 1234);
}

TEST(SimpleBarChart, KeepsSeriesIdsAndCategoriesSoThatBarsMove) {
    const auto first = simple_bar_chart(0, 0).option;
    const auto categories = member(first, "xAxis");
    for (std::uint64_t version = 1; version < simple_bar_chart_sets(); ++version) {
        const auto option = simple_bar_chart(version, 0).option;
        EXPECT_EQ(member(option, "xAxis"), categories);
        const auto& series = member(option, "series").as_array();
        ASSERT_EQ(series.size(), 2u);
        EXPECT_EQ(member(series[0], "id").as_string(), "new");
        EXPECT_EQ(member(series[1], "id").as_string(), "returning");
        for (const auto& one : series) {
            EXPECT_EQ(member(one, "data").as_array().size(),
                      member(categories, "data").as_array().size());
        }
    }
}

TEST(SimpleBarChart, NeverMovesTheScale) {
    for (std::uint64_t version = 0; version < simple_bar_chart_sets(); ++version) {
        const auto largest = largest_bar(simple_bar_chart(version, 0));
        EXPECT_GT(largest, 250) << version;
        EXPECT_LE(largest, 300) << version;
    }
}

TEST(SimpleBarChart, NamesTheMonthThatItShows) {
    const auto state = simple_bar_chart(2, 0);
    EXPECT_EQ(simple_bar_chart_month(2), "March");
    EXPECT_EQ(member(member(state.option, "title"), "subtext").as_string(), "March");
}

}  // namespace
}  // namespace chartcast::live
