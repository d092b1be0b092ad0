// Any bytes as a polling body. The first byte picks the form. What was read must come back unchanged
// when it is written and read again, and must not be more than the body held.

#include "base/assert.hpp"
#include "wire/engine_payload.hpp"
#include "wire/utf8.hpp"

#include <cstdint>
#include <string>

namespace {

using namespace socketio::wire;

struct Form {
    DecodedPayload (*decode)(std::string_view body, std::size_t packets_max);
    void (*append)(std::string& out, EnginePacketView packet);
};

constexpr Form forms[] = {{decode_payload_v4, append_payload_v4},
                          {decode_payload_v3_text, append_payload_v3_text},
                          {decode_payload_v3_binary, append_payload_v3_binary}};
constexpr std::size_t packets_max = 100;

void check_same(const std::vector<EnginePacket>& a, const std::vector<EnginePacket>& b) {
    SOCKETIO_ASSERT(a.size() == b.size());
    for (std::size_t at = 0; at < a.size(); ++at) {
        SOCKETIO_ASSERT(a[at].type == b[at].type);
        SOCKETIO_ASSERT(a[at].binary == b[at].binary);
        SOCKETIO_ASSERT(a[at].data == b[at].data);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto& form = forms[data[0] % std::size(forms)];
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto decoded = form.decode(body, packets_max);
    SOCKETIO_ASSERT(decoded.packets.size() <= packets_max);

    std::size_t bytes = 0;
    std::string again;
    for (const auto& packet : decoded.packets) {
        bytes += packet.data.size();
        SOCKETIO_ASSERT(packet.binary || is_utf8(packet.data));
        form.append(again, packet.view());
    }
    SOCKETIO_ASSERT(bytes <= body.size());
    if (decoded.packets.empty()) return 0;
    const auto reread = form.decode(again, packets_max);
    SOCKETIO_ASSERT(!reread.malformed);
    check_same(reread.packets, decoded.packets);
    return 0;
}
