#include "live/downsample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace chartcast::live {
namespace {

std::optional<double> coordinate(const socketio::Value& cell) noexcept {
    if (const auto* number = cell.if_double()) {
        return std::isfinite(*number) ? std::optional(*number) : std::nullopt;
    }
    if (const auto* integer = cell.if_int64()) return static_cast<double>(*integer);
    return std::nullopt;
}

/// Rows that follow each other: a piece of line, or a gap.
struct Run {
    std::size_t begin = 0;
    std::vector<Point> points;
    [[nodiscard]] bool gap() const noexcept { return points.empty(); }
};

std::vector<Run> runs_of(std::span<const RowRef> rows, std::size_t x_dim, std::size_t y_dim) {
    std::vector<Run> runs;
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const auto x = coordinate(rows[at]->cells[x_dim]);
        const auto y = coordinate(rows[at]->cells[y_dim]);
        const bool gap = !x || !y;
        if (runs.empty() || runs.back().gap() != gap) runs.push_back({at, {}});
        if (!gap) runs.back().points.push_back({*x, *y});
    }
    return runs;
}

std::vector<std::size_t> all_of(std::size_t count) {
    std::vector<std::size_t> indices(count);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
}

std::vector<std::size_t> select(DownsampleMethod method, std::span<const Point> points,
                                std::size_t count) {
    return method == DownsampleMethod::lttb ? largest_triangles(points, count)
                                            : minima_and_maxima(points, count);
}

/// Where bucket `at` of `buckets` begins, among the points between the first and the last.
std::size_t bucket_begin(std::size_t points, std::size_t buckets, std::size_t at) noexcept {
    return 1 + (points - 2) * at / buckets;
}

Point mean(std::span<const Point> points) noexcept {
    Point sum;
    for (const auto& point : points) {
        sum.x += point.x;
        sum.y += point.y;
    }
    const auto count = static_cast<double>(points.size());
    return {sum.x / count, sum.y / count};
}

double triangle(const Point& a, const Point& b, const Point& c) noexcept {
    return std::fabs((a.x - c.x) * (b.y - a.y) - (a.x - b.x) * (c.y - a.y));
}

class Selection {
public:
    Selection(std::span<const RowRef> rows, const Downsample& how) : rows_(rows), how_(how) {}

    void line_with_gaps(const std::vector<Run>& runs, std::size_t gaps, std::size_t drawable) {
        const auto pieces = runs.size() - gaps;
        const auto shared = how_.points - gaps - 2 * pieces;
        for (const auto& run : runs) {
            if (run.gap()) {
                kept_.push_back(rows_[run.begin]);
                continue;
            }
            const auto share = 2 + shared * run.points.size() / drawable;
            for (const auto at : select(how_.method, run.points, share)) {
                kept_.push_back(rows_[run.begin + at]);
            }
        }
    }
    void line_across(const std::vector<Run>& runs) {
        std::vector<Point> points;
        std::vector<std::size_t> places;
        for (const auto& run : runs) {
            for (std::size_t at = 0; at < run.points.size(); ++at) {
                points.push_back(run.points[at]);
                places.push_back(run.begin + at);
            }
        }
        for (const auto at : select(how_.method, points, how_.points)) {
            kept_.push_back(rows_[places[at]]);
        }
    }
    [[nodiscard]] std::vector<RowRef> take() { return std::move(kept_); }

private:
    std::span<const RowRef> rows_;
    const Downsample& how_;
    std::vector<RowRef> kept_;
};

}  // namespace

std::vector<RowRef> downsample(const Schema& schema, const Downsample& how,
                               std::span<const RowRef> rows) {
    const auto x = schema.dim_of(how.x);
    const auto y = schema.dim_of(how.y);
    if (rows.size() <= how.points || !x || !y) return {rows.begin(), rows.end()};
    const auto runs = runs_of(rows, *x, *y);
    std::size_t gaps = 0;
    std::size_t drawable = 0;
    for (const auto& run : runs) {
        gaps += run.gap() ? 1 : 0;
        drawable += run.points.size();
    }
    Selection selection(rows, how);
    // Each piece of line needs its two ends.
    const auto needed = gaps + 2 * (runs.size() - gaps);
    if (drawable > 0 && needed <= how.points && gaps <= how.points / 2) {
        selection.line_with_gaps(runs, gaps, drawable);
    } else {
        selection.line_across(runs);
    }
    return selection.take();
}

std::vector<std::size_t> largest_triangles(std::span<const Point> points, std::size_t count) {
    if (points.size() <= count) return all_of(points.size());
    std::vector<std::size_t> kept{0};
    kept.reserve(count);
    const auto buckets = count - 2;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        const auto begin = bucket_begin(points.size(), buckets, bucket);
        const auto end = bucket_begin(points.size(), buckets, bucket + 1);
        const bool last = bucket + 1 == buckets;
        const auto next_end =
            last ? points.size() : bucket_begin(points.size(), buckets, bucket + 2);
        const auto ahead = mean(points.subspan(end, next_end - end));
        auto best = begin;
        double area = -1;
        for (auto at = begin; at < end; ++at) {
            const auto candidate = triangle(points[kept.back()], points[at], ahead);
            if (candidate > area) {
                area = candidate;
                best = at;
            }
        }
        kept.push_back(best);
    }
    kept.push_back(points.size() - 1);
    return kept;
}

std::vector<std::size_t> minima_and_maxima(std::span<const Point> points, std::size_t count) {
    if (points.size() <= count) return all_of(points.size());
    std::vector<std::size_t> kept{0};
    kept.reserve(count);
    const auto buckets = (count - 2) / 2;
    const auto lower = [&points](std::size_t a, std::size_t b) {
        return points[a].y < points[b].y;
    };
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        const auto begin = bucket_begin(points.size(), buckets, bucket);
        const auto end = bucket_begin(points.size(), buckets, bucket + 1);
        auto lowest = begin;
        auto highest = begin;
        for (auto at = begin; at < end; ++at) {
            if (lower(at, lowest)) lowest = at;
            if (lower(highest, at)) highest = at;
        }
        kept.push_back(std::min(lowest, highest));
        if (lowest != highest) kept.push_back(std::max(lowest, highest));
    }
    kept.push_back(points.size() - 1);
    return kept;
}

}  // namespace chartcast::live
