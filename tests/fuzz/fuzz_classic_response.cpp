// Fuzzes what other processes may publish on the channels of responses, and the sockets in it: whatever is read is
// written and read again as itself.
#include "base/assert.hpp"
#include "cluster/codec/classic_response.hpp"
#include "cluster/codec/message_parts.hpp"
#include "wire/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace socketio;

namespace {

void check_socket(const Value& value) {
    const auto details = cluster::read_details(value);
    if (!details) return;
    const Value written = cluster::value_of(*details);
    const auto again = cluster::read_details(written);
    SOCKETIO_ASSERT(again.has_value());
    SOCKETIO_ASSERT(wire::to_json(cluster::value_of(*again)) == wire::to_json(written));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)cluster::is_own_response(bytes, "abcdef");
    auto read = cluster::decode_response(bytes);
    if (!read.has_value() || !*read) return 0;
    cluster::ClassicResponse& response = **read;
    if (response.kind == cluster::ClassicResponse::Kind::sockets) {
        for (const Value& socket : *response.value.if_array()) check_socket(socket);
    }
    // Bytes are compared, not values: NaN is not equal to itself, and 1.0 is written as 1.
    const std::string once = cluster::encode_response(response);
    auto again = cluster::decode_response(once);
    if (again.has_error()) {
        // The other format may say the same with a level more.
        SOCKETIO_ASSERT(again.error() == errc::too_deep);
        return 0;
    }
    SOCKETIO_ASSERT(again->has_value());
    SOCKETIO_ASSERT(cluster::encode_response(**again) == once);
    response.uid = "abcdef";
    SOCKETIO_ASSERT(cluster::is_own_response(cluster::encode_response(response), "abcdef"));
    return 0;
}
