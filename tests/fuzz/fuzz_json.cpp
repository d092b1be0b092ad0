// Any bytes as JSON text. What is accepted must be written as a text that reads and writes as itself.

#include "base/assert.hpp"
#include "wire/json.hpp"
#include "wire/utf8.hpp"

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace socketio::wire;
    constexpr std::size_t depth_max = 64;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto value = parse_json(text, depth_max);
    if (!value) {
        SOCKETIO_ASSERT(value.error() == socketio::errc::invalid_json ||
                        value.error() == socketio::errc::too_deep);
    } else {
        SOCKETIO_ASSERT(is_utf8(text));
        const auto written = to_json(*value);
        SOCKETIO_ASSERT(is_utf8(written));
        const auto reread = parse_json(written, depth_max);
        SOCKETIO_ASSERT(reread);
        SOCKETIO_ASSERT(to_json(*reread) == written);
        // Doubles over 2^53 may read back as the integer that they print, so only now are they equal.
        SOCKETIO_ASSERT(*parse_json(written, depth_max) == *reread);
        auto copy = *value;
        SOCKETIO_ASSERT(copy == *value);
        copy = nullptr;
    }

    // Any text at all can be written as a string, and comes back with its broken parts replaced.
    std::string quoted;
    append_json_string(quoted, text);
    const auto string = parse_json(quoted, depth_max);
    SOCKETIO_ASSERT(string && string->as_string() == to_valid_utf8(text));
    SOCKETIO_ASSERT(!is_utf8(text) || string->as_string() == text);
    return 0;
}
