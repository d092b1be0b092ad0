// Any JSON as what a viewer says of itself, and as what it asks for later; any text in its URL. What is
// understood must be within its bounds.

#include "base/assert.hpp"
#include "viewers/hello/chart_request.hpp"
#include "viewers/hello/hello.hpp"
#include <socketio/handshake.hpp>
#include <socketio/json.hpp>

#include <cmath>
#include <cstdint>
#include <string_view>

namespace {

using namespace chartcast::viewers;

void check_rate(const std::optional<double>& rate) {
    if (rate) SOCKETIO_ASSERT(std::isfinite(*rate) && *rate > 0);
}

void check_since(const Since& since) {
    constexpr std::size_t positions_max = 256;
    SOCKETIO_ASSERT(since.tpl.size() <= positions_max && since.datasets.size() <= positions_max &&
                    since.raw.size() <= positions_max);
    for (const auto& [chart, tpl] : since.tpl) SOCKETIO_ASSERT(is_id(chart) && tpl.size() <= 64);
    for (const auto& [dataset, position] : since.datasets) {
        SOCKETIO_ASSERT(is_id(dataset) && position.epoch.size() <= 64);
    }
}

void check_hello(const Hello& hello) {
    SOCKETIO_ASSERT(hello.charts.size() <= charts_max);
    for (const auto& chart : hello.charts) SOCKETIO_ASSERT(chart.size() <= 64);
    SOCKETIO_ASSERT(hello.locale.size() <= 35 && hello.token.size() <= 8 * 1024 + 1);
    check_rate(hello.max_rate);
    check_since(hello.since);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    socketio::Handshake handshake;
    handshake.query.add("token", text);
    handshake.query.add("locale", text);
    check_hello(read_hello(handshake));

    auto value = socketio::parse_json(text);
    if (!value) return 0;
    handshake.auth = *value;
    check_hello(read_hello(handshake));
    const auto request = read_chart_request({*value});
    if (!request) return 0;
    SOCKETIO_ASSERT(!request->charts.empty() && request->charts.size() <= charts_max);
    for (const auto& chart : request->charts) SOCKETIO_ASSERT(is_id(chart));
    check_rate(request->max_rate);
    if (request->since) check_since(*request->since);
    return 0;
}
