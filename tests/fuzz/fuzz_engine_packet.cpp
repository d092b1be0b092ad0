// Any bytes as one Engine.IO packet: what is accepted must be written back byte for byte.

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "wire/engine_packet.hpp"

#include <cstdint>
#include <string>

namespace {

using namespace socketio::wire;

void read_text(std::string_view text) {
    const auto packet = decode_engine_text(text);
    if (!packet) return;
    SOCKETIO_ASSERT(!packet->binary);
    SOCKETIO_ASSERT(to_digit(packet->type) + std::string(packet->data) == text);
}

void read_binary(std::string_view bytes) {
    const auto four = decode_engine_binary(bytes, EngineProtocol::v4);
    SOCKETIO_ASSERT(four && four->binary && four->data == bytes);
    const auto three = decode_engine_binary(bytes, EngineProtocol::v3);
    if (!three) return;
    SOCKETIO_ASSERT(static_cast<char>(three->type) + std::string(three->data) == bytes);
}

void read_base64(std::string_view text, EngineProtocol protocol) {
    const auto packet = decode_engine_base64(text, protocol);
    if (!packet) return;
    std::string again = "b";
    if (protocol == EngineProtocol::v3) again += to_digit(packet->type);
    socketio::base::append_base64(again, packet->data);
    const auto reread = decode_engine_base64(again, protocol);
    SOCKETIO_ASSERT(reread && reread->binary && reread->type == packet->type);
    SOCKETIO_ASSERT(reread->data == packet->data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    read_text(input);
    read_binary(input);
    read_base64(input, EngineProtocol::v4);
    read_base64(input, EngineProtocol::v3);
    return 0;
}
