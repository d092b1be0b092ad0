#pragma once
// The configured API keys, found by what a client sends. Immutable; any thread.

#include "auth/identity.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chartcast::auth {

class ApiKeys {
public:
    /// A key whose hash is not "sha256:" and 64 hex digits never matches.
    explicit ApiKeys(const std::vector<config::ApiKey>& keys);

    [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
    [[nodiscard]] std::optional<Identity> find(std::string_view key) const;

private:
    struct Known {
        std::string digest;
        config::ApiKey key;
    };
    /// By the first bytes of the digest. What a timing tells is about the digest of a guess, which leads to
    /// no key.
    std::unordered_multimap<std::uint64_t, Known> keys_;
};

}  // namespace chartcast::auth
