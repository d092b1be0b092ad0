// The writing half: frames as a server sends them, and the opening handshake's proof. Any thread.
// RFC 6455, sections 4.2.2, 5.2 and 5.5.1.

#include "wire/websocket_frame.hpp"

#include "base/assert.hpp"
#include "base/base64.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace socketio::wire {

namespace {

constexpr unsigned final_bit = 0x80;
constexpr unsigned compressed_bit = 0x40;
constexpr std::size_t control_bytes_max = 125;
constexpr std::size_t close_reason_bytes_max = control_bytes_max - 2;

void append_big_endian(std::string& out, std::uint64_t number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(number >> shift & 0xFF);
    }
}

[[nodiscard]] bool is_continuation(char character) noexcept {
    return (static_cast<unsigned char>(character) & 0xC0) == 0x80;
}

}  // namespace

void append_websocket_header(std::string& out, WebSocketOpcode opcode, std::size_t payload_bytes,
                             WebSocketPayload form) {
    const auto flags = form == WebSocketPayload::deflated ? final_bit | compressed_bit : final_bit;
    out += static_cast<char>(flags | static_cast<unsigned>(opcode));
    if (payload_bytes < 126) {
        out += static_cast<char>(payload_bytes);
    } else if (payload_bytes <= 0xFFFF) {
        out += static_cast<char>(126);
        append_big_endian(out, payload_bytes, 2);
    } else {
        out += static_cast<char>(127);
        append_big_endian(out, payload_bytes, 8);
    }
}

void append_websocket_frame(std::string& out, WebSocketOpcode opcode, std::string_view payload) {
    SOCKETIO_ASSERT(opcode < WebSocketOpcode::close || payload.size() <= control_bytes_max);
    append_websocket_header(out, opcode, payload.size());
    out += payload;
}

void append_websocket_close(std::string& out, std::uint16_t code, std::string_view reason) {
    if (code == websocket_close::no_status) {
        append_websocket_header(out, WebSocketOpcode::close, 0);
        return;
    }
    SOCKETIO_ASSERT(code != websocket_close::abnormal);
    auto length = std::min(reason.size(), close_reason_bytes_max);
    while (length > 0 && length < reason.size() && is_continuation(reason[length])) --length;
    append_websocket_header(out, WebSocketOpcode::close, 2 + length);
    append_big_endian(out, code, 2);
    out += reason.substr(0, length);
}

std::string websocket_accept(std::string_view key) {
    std::string proof(key);
    proof += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(reinterpret_cast<const unsigned char*>(proof.data()), proof.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
    std::string accept;
    base::append_base64(accept, digest);
    return accept;
}

bool is_websocket_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    const bool standard_alphabet = key.find_first_of("-_") == std::string_view::npos;
    return standard_alphabet && base::decode_base64(key).has_value();
}

}  // namespace socketio::wire
