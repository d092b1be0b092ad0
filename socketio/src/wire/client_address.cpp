#include "wire/client_address.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <optional>

namespace socketio::wire {

namespace {

// A longer chain of proxies is nobody's; a header may hold thousands of addresses.
constexpr std::size_t proxies_max = 32;
constexpr std::string_view unix_entry = "unix";

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The last entries of a header that is a list, the last one first: several headers of that name are one.
std::vector<std::string_view> last_entries(const FieldList& headers, std::string_view name) {
    std::vector<std::string_view> values;
    for (const auto& [header, value] : headers) {
        if (header == name) values.push_back(value);
    }
    std::vector<std::string_view> entries;
    for (auto value = values.rbegin(); value != values.rend(); ++value) {
        for (auto rest = *value; entries.size() < proxies_max;) {
            const auto comma = rest.rfind(',');
            if (comma == std::string_view::npos) {
                entries.push_back(trimmed(rest));
                break;
            }
            entries.push_back(trimmed(rest.substr(comma + 1)));
            rest = rest.substr(0, comma);
        }
    }
    return entries;
}

/// Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711.
std::optional<IpAddress> address_in(std::string_view entry) {
    if (entry.starts_with('[')) return IpAddress::parse(entry.substr(1, entry.find(']') - 1));
    const auto colon = entry.find(':');
    const bool has_port = colon != std::string_view::npos && colon == entry.rfind(':');
    return IpAddress::parse(has_port ? entry.substr(0, colon) : entry);
}

bool is_secure(std::string_view protocol) noexcept {
    const auto equals = [protocol](std::string_view name) {
        return std::equal(protocol.begin(), protocol.end(), name.begin(), name.end(),
                          [](char one, char other) { return (one | 0x20) == other; });
    };
    return equals("https") || equals("wss");
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& entries) {
    networks_.reserve(entries.size());
    for (const auto& entry : entries) {
        if (entry == unix_entry) {
            unix_peers_ = true;
            continue;
        }
        const auto network = IpNetwork::parse(entry);
        SOCKETIO_ASSERT(network);
        networks_.push_back(*network);
    }
}

bool TrustedProxies::is_entry(std::string_view text) {
    return text == unix_entry || IpNetwork::parse(text).has_value();
}

bool TrustedProxies::contain(const IpAddress& address) const noexcept {
    return std::any_of(networks_.begin(), networks_.end(),
                       [&](const IpNetwork& network) { return network.contains(address); });
}

bool TrustedProxies::contain(std::string_view address) const {
    if (address.empty()) return unix_peers_;
    const auto parsed = IpAddress::parse(address);
    return parsed && contain(*parsed);
}

ClientAddress client_address(ClientAddress peer, const FieldList& headers,
                             const TrustedProxies& trusted) {
    if (trusted.empty() || !trusted.contain(peer.address)) return peer;
    std::size_t proxies = 1;
    for (const auto entry : last_entries(headers, "x-forwarded-for")) {
        const auto address = address_in(entry);
        if (!address) break;
        peer.address = address->text();
        if (!trusted.contain(*address)) break;
        ++proxies;
    }
    const auto protocols = last_entries(headers, "x-forwarded-proto");
    if (!protocols.empty()) {
        peer.secure = is_secure(protocols[std::min(proxies, protocols.size()) - 1]);
    }
    return peer;
}

}  // namespace socketio::wire
