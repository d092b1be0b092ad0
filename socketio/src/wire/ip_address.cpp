#include "wire/ip_address.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace socketio::wire {

namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t v4_prefix_bits = 8 * v4_prefix.size();

/// Nothing when it is not all digits, or more than `most`.
std::optional<std::size_t> bits_of(std::string_view digits, std::size_t most) {
    std::size_t bits = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [rest, ec] = std::from_chars(digits.data(), end, bits);
    if (ec != std::errc() || rest != end || bits > most) return std::nullopt;
    return bits;
}

}  // namespace

IpAddress::IpAddress(std::span<const std::uint8_t, v4_bytes> bytes) noexcept {
    const auto rest = std::copy(v4_prefix.begin(), v4_prefix.end(), bytes_.begin());
    std::copy(bytes.begin(), bytes.end(), rest);
}

IpAddress::IpAddress(std::span<const std::uint8_t, v6_bytes> bytes) noexcept {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    text = text.substr(0, text.find('%'));
    // inet_pton() wants a text with an end, and would not look behind an earlier one.
    std::array<char, INET6_ADDRSTRLEN> whole{};
    if (text.size() >= whole.size() || text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    std::copy(text.begin(), text.end(), whole.begin());
    std::array<std::uint8_t, v4_bytes> v4{};
    if (::inet_pton(AF_INET, whole.data(), v4.data()) == 1) return IpAddress(v4);
    std::array<std::uint8_t, v6_bytes> v6{};
    if (::inet_pton(AF_INET6, whole.data(), v6.data()) == 1) return IpAddress(v6);
    return std::nullopt;
}

bool IpAddress::is_v4() const noexcept {
    return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_v4()) {
        ::inet_ntop(AF_INET, bytes_.data() + v4_prefix.size(), text.data(), text.size());
    } else {
        ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    }
    return text.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto first = IpAddress::parse(text.substr(0, slash));
    if (!first) return std::nullopt;
    const bool as_v4 = first->is_v4() && text.find(':') == std::string_view::npos;
    const auto before = as_v4 ? v4_prefix_bits : 0;
    const auto most = 8 * IpAddress::v6_bytes - before;
    if (slash == std::string_view::npos) return IpNetwork(*first, before + most);
    const auto bits = bits_of(text.substr(slash + 1), most);
    if (!bits) return std::nullopt;
    return IpNetwork(*first, before + *bits);
}

bool IpNetwork::contains(const IpAddress& address) const noexcept {
    const auto whole_bytes = static_cast<std::ptrdiff_t>(bits_ / 8);
    const auto ours = first_.bytes();
    const auto theirs = address.bytes();
    if (!std::equal(ours.begin(), ours.begin() + whole_bytes, theirs.begin())) return false;
    const auto rest = bits_ % 8;
    if (rest == 0) return true;
    const auto at = static_cast<std::size_t>(whole_bytes);
    return (ours[at] ^ theirs[at]) >> (8 - rest) == 0;
}

}  // namespace socketio::wire
