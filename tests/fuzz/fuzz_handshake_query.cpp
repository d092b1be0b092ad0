// Any bytes as the query of a request and as a session id. Fields that were read must come back when they
// are written with every byte escaped.

#include "base/assert.hpp"
#include "wire/handshake_query.hpp"
#include "wire/session_id.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

namespace {

using namespace socketio::wire;

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const auto character : text) {
        const auto byte = static_cast<unsigned char>(character);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t fields_max = 32;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    SOCKETIO_ASSERT(percent_decode(escaped(text), true) == text);
    SOCKETIO_ASSERT(percent_decode(text, false).size() <= text.size());

    const auto fields = parse_query_string(text, fields_max);
    std::string again;
    for (const auto& [name, value] : fields) {
        again += escaped(name);
        again += '=';
        again += escaped(value);
        again += '&';
    }
    const auto reread = parse_query_string(again, fields_max);
    SOCKETIO_ASSERT(std::distance(fields.begin(), fields.end()) <=
                    static_cast<std::ptrdiff_t>(fields_max));
    SOCKETIO_ASSERT(std::equal(fields.begin(), fields.end(), reread.begin(), reread.end()));

    const auto query = read_engine_query(fields);
    SOCKETIO_ASSERT(query.transport != TransportName::polling || query.transport_text == "polling");
    const auto shard = shard_of(query.sid, 8);
    SOCKETIO_ASSERT(!shard || (*shard < 8 && query.sid.size() == session_id_length));
    return 0;
}
