// Any bytes as a list of offers, as a compressed message under several limits, and as a payload that is
// compressed and must come back as it was.

#include "base/assert.hpp"
#include "wire/websocket_deflate.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace socketio::wire;
using socketio::errc;

void negotiate(std::string_view offers) {
    const auto agreed = negotiate_deflate(offers);
    if (!agreed) {
        SOCKETIO_ASSERT(agreed.error() == errc::invalid_websocket_frame);
        return;
    }
    if (agreed->empty()) return;
    SOCKETIO_ASSERT(offers.find("permessage-deflate") != std::string_view::npos);
    // Our answer is an offer that we would take ourselves.
    SOCKETIO_ASSERT(negotiate_deflate(*agreed).value() == *agreed);
}

void inflate(Inflater& inflater, std::string_view compressed) {
    constexpr std::size_t most = 100'000;
    const auto all = inflater.inflate(compressed, most);
    const std::string whole(all ? all->payload : std::string_view());
    SOCKETIO_ASSERT(whole.size() <= most);
    for (const std::size_t limit : {std::size_t{0}, whole.size() / 2, whole.size()}) {
        const auto message = inflater.inflate(compressed, limit);
        if (message) SOCKETIO_ASSERT(message->payload.size() <= limit);
        if (!all) continue;
        SOCKETIO_ASSERT(message.has_value() == (whole.size() <= limit));
        if (message) SOCKETIO_ASSERT(message->payload == whole);
    }
}

void round_trip(Deflater& deflater, Inflater& inflater, std::string_view payload, std::size_t cut) {
    const std::string compressed(deflater.deflate(payload.substr(0, cut), payload.substr(cut)));
    if (compressed.empty()) return;
    SOCKETIO_ASSERT(compressed.size() < payload.size());
    const auto message = inflater.inflate(compressed, payload.size());
    SOCKETIO_ASSERT(message && message->payload == payload);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static Inflater inflater;
    static Deflater fast({.threshold = 0, .level = 1});
    static Deflater small({.threshold = 0, .level = 9});
    negotiate(bytes);
    inflate(inflater, bytes);
    const auto payload = bytes.substr(0, deflate_bytes_max);
    const auto cut = payload.empty() ? 0 : data[0] % (payload.size() + 1);
    round_trip(fast, inflater, payload, cut);
    round_trip(small, inflater, payload, cut);
    return 0;
}
