#pragma once
// Fewer rows that draw the same line. Pure; any thread.

#include "live/row.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace chartcast::live {

/// At most `points` of the rows, in their order; all of them when they are no more. The first and the last
/// that can be drawn stay.
///
/// A row without x or y is a gap: of each run of them the first stays, to break the line as before. Where
/// gaps would take more than half of the points they are left out, and the line goes across.
[[nodiscard]] std::vector<RowRef> downsample(const Schema& schema, const Downsample& how,
                                             std::span<const RowRef> rows);

struct Point {
    double x = 0;
    double y = 0;
};

/// Largest triangle three buckets (Steinarsson 2013): which points stay. REQUIRES: count >= 2.
[[nodiscard]] std::vector<std::size_t> largest_triangles(std::span<const Point> points,
                                                         std::size_t count);
/// The lowest and the highest of each bucket, between the first and the last. REQUIRES: count >= 2.
[[nodiscard]] std::vector<std::size_t> minima_and_maxima(std::span<const Point> points,
                                                         std::size_t count);

}  // namespace chartcast::live
