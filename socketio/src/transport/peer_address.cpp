#include "transport/peer_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <netinet/in.h>

namespace socketio::transport {

namespace {

// Within IPv6's multicast addresses, which nobody connects from.
constexpr std::uint64_t v4_prefix = 0xffff'ffff'0000'0000;

std::uint64_t number_of(std::span<const std::uint8_t> bytes) noexcept {
    std::uint64_t number = 0;
    for (const auto byte : bytes) number = number << 8 | byte;
    return number;
}

/// Of the kernel's own form, which has them in the same order.
template <std::size_t Size, class Address>
wire::IpAddress from_kernel(const Address& address) noexcept {
    static_assert(sizeof address == Size);
    std::array<std::uint8_t, Size> bytes{};
    std::memcpy(bytes.data(), &address, Size);
    return wire::IpAddress(bytes);
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

std::optional<wire::IpAddress> ip_address(const sockaddr_storage& peer) noexcept {
    using wire::IpAddress;
    if (peer.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
        return from_kernel<IpAddress::v4_bytes>(v4.sin_addr);
    }
    if (peer.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
        return from_kernel<IpAddress::v6_bytes>(v6.sin6_addr);
    }
    return std::nullopt;
}

std::optional<wire::IpAddress> peer_address(int fd) noexcept {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return std::nullopt;
    return ip_address(peer);
}

shard::AddressKey address_key(const wire::IpAddress& address) noexcept {
    const std::span<const std::uint8_t> bytes = address.bytes();
    if (address.is_v4()) {
        return shard::AddressKey{v4_prefix | number_of(bytes.last(wire::IpAddress::v4_bytes))};
    }
    constexpr std::size_t network_bytes = 8;
    return shard::AddressKey{number_of(bytes.first(network_bytes))};
}

}  // namespace socketio::transport
