// What proxies say of clients: any bytes as a PROXY header, as X-Forwarded-For and as a network.

#include "base/assert.hpp"
#include "wire/client_address.hpp"
#include "wire/proxy_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace socketio::wire;
using State = ProxyHeader::State;

/// A header is decided on by its own bytes alone, and by none of them too early.
void check_proxy_header(std::string_view bytes) {
    const auto header = read_proxy_header(bytes);
    if (header.state == State::complete) {
        SOCKETIO_ASSERT(header.bytes > 0 && header.bytes <= bytes.size());
        SOCKETIO_ASSERT(header.bytes <= proxy_header_bytes_max);
        const auto alone = read_proxy_header(bytes.substr(0, header.bytes));
        SOCKETIO_ASSERT(alone.state == State::complete && alone.bytes == header.bytes);
        SOCKETIO_ASSERT(alone.source == header.source && alone.secure == header.secure);
        const auto cut = read_proxy_header(bytes.substr(0, header.bytes - 1));
        SOCKETIO_ASSERT(cut.state == State::incomplete);
    }
    if (header.state == State::incomplete) SOCKETIO_ASSERT(bytes.size() < proxy_header_bytes_max);
}

void check_address(std::string_view text) {
    const auto address = IpAddress::parse(text);
    if (!address) return;
    SOCKETIO_ASSERT(IpAddress::parse(address->text()) == address);
    const auto network = IpNetwork::parse(text);
    SOCKETIO_ASSERT(!network || network->contains(*address));
}

void check_forwarded(std::string_view text) {
    static const TrustedProxies trusted({"10.0.0.0/8", "::1", "unix"});
    socketio::FieldList headers;
    const auto half = text.size() / 2;
    headers.add("x-forwarded-for", text.substr(0, half));
    headers.add("x-forwarded-proto", text.substr(half));
    const auto client = client_address({"10.0.0.1", false}, headers, trusted);
    SOCKETIO_ASSERT(IpAddress::parse(client.address).has_value());
    const auto stranger = client_address({"192.0.2.1", false}, headers, trusted);
    SOCKETIO_ASSERT(stranger.address == "192.0.2.1" && !stranger.secure);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_proxy_header(text);
    check_address(text);
    check_forwarded(text);
    return 0;
}
