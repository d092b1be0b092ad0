#include "wire/repeated_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace socketio::wire {

namespace {

/// Up to here, comparing every key with every other costs less than sorting them.
constexpr std::size_t few_members = 12;

/// A member's place in sorted order; the first bytes of its key decide nearly every comparison.
struct SortedKey {
    std::uint64_t prefix;
    std::size_t index;
};

[[nodiscard]] std::uint64_t prefix_of(std::string_view key) noexcept {
    std::uint64_t prefix = 0;
    for (std::size_t at = 0; at < 8; ++at) {
        prefix = prefix << 8 | (at < key.size() ? static_cast<unsigned char>(key[at]) : 0U);
    }
    return prefix;
}

[[nodiscard]] bool has_repeated_key(const std::vector<Object::Member>& few) noexcept {
    for (std::size_t at = 1; at < few.size(); ++at) {
        for (std::size_t before = 0; before < at; ++before) {
            if (few[before].first == few[at].first) return true;
        }
    }
    return false;
}

}  // namespace

void merge_repeated_keys(std::vector<Object::Member>& members) {
    if (members.size() <= few_members && !has_repeated_key(members)) return;
    std::vector<SortedKey> sorted;
    sorted.reserve(members.size());
    for (std::size_t at = 0; at < members.size(); ++at) {
        sorted.push_back({prefix_of(members[at].first), at});
    }
    std::sort(sorted.begin(), sorted.end(), [&members](SortedKey a, SortedKey b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        const int order = members[a.index].first.compare(members[b.index].first);
        return order != 0 ? order < 0 : a.index < b.index;
    });
    std::vector<bool> surplus;
    for (std::size_t at = 1, first = 0; at < sorted.size(); ++at) {
        auto& earliest = members[sorted[first].index];
        auto& later = members[sorted[at].index];
        if (sorted[first].prefix != sorted[at].prefix || earliest.first != later.first) {
            first = at;
            continue;
        }
        earliest.second = std::move(later.second);
        surplus.resize(members.size());
        surplus[sorted[at].index] = true;
    }
    if (surplus.empty()) return;
    std::size_t kept = 0;
    for (std::size_t at = 0; at < members.size(); ++at) {
        if (surplus[at]) continue;
        if (kept != at) members[kept] = std::move(members[at]);
        ++kept;
    }
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
}

}  // namespace socketio::wire
