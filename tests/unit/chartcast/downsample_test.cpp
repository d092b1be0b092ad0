// Fewer rows that draw the same line.
#include "live/downsample.hpp"

#include "unit/chartcast/live_values.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace chartcast::live {
namespace {

Schema xy() {
    DatasetDefinition definition;
    definition.fields = {{"x", FieldType::integer}, {"y", FieldType::number}};
    return schema_of(definition);
}
Downsample to(std::size_t points, DownsampleMethod method = DownsampleMethod::lttb) {
    return {points, method, "x", "y"};
}
std::vector<RowRef> wave(int count) {
    std::vector<RowRef> rows;
    for (int x = 0; x < count; ++x) {
        rows.push_back(make_row(static_cast<std::uint64_t>(x), 0, {x, std::sin(x / 50.0)}));
    }
    return rows;
}
void clear_y(std::vector<RowRef>& rows, std::size_t begin, std::size_t end) {
    for (auto at = begin; at < end; ++at) rows[at] = make_row(at, 0, {rows[at]->cells[0], nullptr});
}

TEST(Downsample, KeepsTheFirstTheLastAndTheOrder) {
    const auto rows = wave(5000);
    for (const auto method : {DownsampleMethod::lttb, DownsampleMethod::min_max}) {
        for (const std::size_t points : {2u, 3u, 10u, 601u}) {
            const auto kept = downsample(xy(), to(points, method), rows);
            EXPECT_LE(kept.size(), points);
            EXPECT_GE(kept.size(), points - 1);
            EXPECT_EQ(kept.front(), rows.front());
            EXPECT_EQ(kept.back(), rows.back());
            EXPECT_TRUE(
                std::is_sorted(kept.begin(), kept.end(),
                               [](const RowRef& a, const RowRef& b) { return a->seq < b->seq; }));
        }
    }
}

TEST(Downsample, KeepsAPeak) {
    auto rows = wave(5000);
    rows[1234] = make_row(1234, 0, {1234, 99.0});
    for (const auto method : {DownsampleMethod::lttb, DownsampleMethod::min_max}) {
        const auto kept = downsample(xy(), to(50, method), rows);
        EXPECT_EQ(std::count(kept.begin(), kept.end(), rows[1234]), 1);
    }
}

TEST(Downsample, LeavesFewRowsAlone) {
    const auto rows = wave(10);
    EXPECT_EQ(downsample(xy(), to(10), rows), rows);
    EXPECT_EQ(largest_triangles(std::vector<Point>(2), 5).size(), 2u);
}

TEST(Downsample, ChoosesTheLargestTriangles) {
    const std::vector<Point> points{{0, 0}, {1, 0}, {2, 9}, {3, 0}, {4, 0}, {5, -9}, {6, 0}};
    EXPECT_EQ(largest_triangles(points, 4), (std::vector<std::size_t>{0, 2, 5, 6}));
    EXPECT_EQ(minima_and_maxima(points, 4), (std::vector<std::size_t>{0, 2, 5, 6}));
}

TEST(Downsample, AGapStaysAGap) {
    auto rows = wave(1000);
    clear_y(rows, 400, 500);
    const auto kept = downsample(xy(), to(40), rows);
    EXPECT_LE(kept.size(), 40u);
    const auto gap = std::find(kept.begin(), kept.end(), rows[400]);
    ASSERT_NE(gap, kept.end());
    EXPECT_EQ(*std::prev(gap), rows[399]);
    EXPECT_EQ(*std::next(gap), rows[500]);
}

TEST(Downsample, DrawsAcrossWhenThereAreMoreGapsThanPoints) {
    auto rows = wave(1000);
    for (std::size_t at = 1; at + 1 < rows.size(); at += 2) clear_y(rows, at, at + 1);
    const auto kept = downsample(xy(), to(40), rows);
    EXPECT_EQ(kept.size(), 40u);
    for (const auto& row : kept) EXPECT_FALSE(row->cells[1].is_null());
    clear_y(rows, 0, rows.size());
    EXPECT_LE(downsample(xy(), to(40), rows).size(), 40u);
}

}  // namespace
}  // namespace chartcast::live
