// Fuzzes what other processes may publish on the channels of requests: whatever is read is written and read
// again as itself.
#include "base/assert.hpp"
#include "cluster/codec/classic_request.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace socketio;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)cluster::is_own_request(bytes, "abcdef");
    auto read = cluster::decode_request(bytes);
    if (!read.has_value() || !*read) return 0;
    cluster::ClassicRequest& request = **read;
    // Bytes are compared, not values: NaN is not equal to itself, and 1.0 is written as 1.
    const std::string once = cluster::encode_request(request);
    auto again = cluster::decode_request(once);
    if (again.has_error()) {
        // The other format may say the same with a level more.
        SOCKETIO_ASSERT(again.error() == errc::too_deep);
        return 0;
    }
    SOCKETIO_ASSERT(again->has_value());
    SOCKETIO_ASSERT(cluster::encode_request(**again) == once);
    request.uid = "abcdef";
    SOCKETIO_ASSERT(cluster::is_own_request(cluster::encode_request(request), "abcdef"));
    return 0;
}
