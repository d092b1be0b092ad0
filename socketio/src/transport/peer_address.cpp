#include "transport/peer_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace socketio::transport {

namespace {

// Within IPv6's multicast addresses, which nobody connects from.
constexpr std::uint64_t v4_prefix = 0xffff'ffff'0000'0000;

shard::AddressKey key_of(const in_addr& address) noexcept {
    return shard::AddressKey{v4_prefix | ntohl(address.s_addr)};
}

shard::AddressKey key_of(const in6_addr& address) noexcept {
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        in_addr v4{};
        std::memcpy(&v4, &address.s6_addr[12], sizeof v4);
        return key_of(v4);
    }
    std::uint64_t network = 0;
    for (int i = 0; i < 8; ++i) network = network << 8 | address.s6_addr[i];
    return shard::AddressKey{network};
}

}  // namespace

std::string address_text(const sockaddr_storage& peer) {
    namespace ip = boost::asio::ip;
    if (peer.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
        return ip::make_address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
    }
    if (peer.ss_family != AF_INET6) return {};
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    ip::address_v6::bytes_type bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    const ip::address_v6 address(bytes, v6.sin6_scope_id);
    if (address.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address).to_string();
    return address.to_string();
}

std::optional<shard::AddressKey> address_key(const sockaddr_storage& peer) noexcept {
    if (peer.ss_family == AF_INET) {
        return key_of(reinterpret_cast<const sockaddr_in&>(peer).sin_addr);
    }
    if (peer.ss_family == AF_INET6) {
        return key_of(reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr);
    }
    return std::nullopt;
}

std::optional<shard::AddressKey> address_key(std::string_view address) {
    // The name of an interface behind it says nothing of the peer.
    const std::string text(address.substr(0, address.find('%')));
    in_addr v4{};
    if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return key_of(v4);
    in6_addr v6{};
    if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) return key_of(v6);
    return std::nullopt;
}

}  // namespace socketio::transport
