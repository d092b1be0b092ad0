#include "live/simple_bar_chart.hpp"

#include <array>

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

constexpr std::array regions = {"North", "East", "South", "Central", "West", "Abroad"};

struct Month {
    std::string_view name;
    std::array<int, regions.size()> new_customers;
    std::array<int, regions.size()> returning_customers;
};

// The largest bar of each month lies between 252 and 298: the axis then ends at 300 in all of them, and
// what a viewer sees move is a bar, never the scale.
constexpr std::array<Month, 6> months = {{
    {"January", {92, 168, 141, 74, 58, 37}, {143, 252, 208, 118, 86, 61}},
    {"February", {71, 132, 118, 63, 66, 52}, {126, 254, 187, 97, 93, 84}},
    {"March", {134, 211, 176, 121, 79, 68}, {158, 273, 231, 152, 104, 112}},
    {"April", {118, 187, 224, 139, 97, 94}, {171, 246, 289, 184, 121, 137}},
    {"May", {156, 236, 198, 112, 128, 83}, {192, 298, 242, 163, 149, 126}},
    {"June", {181, 203, 164, 158, 143, 121}, {237, 281, 216, 205, 178, 166}},
}};

const Month& month_of(std::uint64_t version) noexcept {
    return months[version % months.size()];
}

template <class Items>
Array array_of(const Items& items) {
    Array array;
    for (const auto& item : items) array.emplace_back(item);
    return array;
}

// Plain setOption merges series by id: the same ids in every option make the same bars move.
Value series(const char* id, const char* name, const std::array<int, regions.size()>& orders) {
    return Object{{"id", id}, {"type", "bar"}, {"name", name}, {"data", array_of(orders)}};
}

}  // namespace

ChartState simple_bar_chart(std::uint64_t version, std::int64_t pushed_at) {
    const auto& month = month_of(version);
    Object option{
        {"title", Object{{"text", "Orders by region"}, {"subtext", month.name}}},
        // Drawn on the canvas: text of the data never becomes HTML.
        {"tooltip", Object{{"trigger", "axis"}, {"renderMode", "richText"}}},
        {"legend", Object{{"data", Array{"New customers", "Returning customers"}}}},
        {"xAxis", Object{{"type", "category"},
                         {"data", array_of(regions)},
                         {"axisLabel", Object{{"interval", 0}}}}},
        {"yAxis", Object{{"type", "value"}}},
        {"series", Array{series("new", "New customers", month.new_customers),
                         series("returning", "Returning customers", month.returning_customers)}},
    };
    return {version, pushed_at, std::move(option)};
}

std::string_view simple_bar_chart_month(std::uint64_t version) noexcept {
    return month_of(version).name;
}

std::uint64_t simple_bar_chart_sets() noexcept {
    return months.size();
}

}  // namespace chartcast::live
