#pragma once
// IPv4 and IPv6 addresses and networks as numbers, so that the same one is equal however it was written.
// Any thread. RFC 4291, section 2.2; RFC 4632 (CIDR).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace socketio::wire {

class IpAddress {
public:
    static constexpr std::size_t v4_bytes = 4;
    static constexpr std::size_t v6_bytes = 16;

    explicit IpAddress(std::span<const std::uint8_t, v4_bytes> bytes) noexcept;
    explicit IpAddress(std::span<const std::uint8_t, v6_bytes> bytes) noexcept;
    /// Nothing for a text that is no numeric address. A zone, as in `fe80::1%eth0`, is left out.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const noexcept;
    /// Sixteen in network order; IPv4 as ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2).
    [[nodiscard]] std::span<const std::uint8_t, v6_bytes> bytes() const noexcept { return bytes_; }
    /// As 192.0.2.1 or 2001:db8::1.
    [[nodiscard]] std::string text() const;
    friend bool operator==(const IpAddress&, const IpAddress&) = default;

private:
    std::array<std::uint8_t, v6_bytes> bytes_{};
};

/// All addresses that begin with the same bits.
class IpNetwork {
public:
    /// `10.0.0.0/8`, `2001:db8::/32`, or one address alone. Bits behind the prefix count for nothing.
    [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);
    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;

private:
    IpNetwork(const IpAddress& first, std::size_t bits) noexcept : first_(first), bits_(bits) {}

    IpAddress first_;
    std::size_t bits_;  ///< Of the sixteen bytes.
};

}  // namespace socketio::wire
