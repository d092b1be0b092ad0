#pragma once
// The identity provider's public keys (JWKS, RFC 7517), and signatures checked with them. Immutable once read:
// all shards share one. Any thread.

#include "auth/token/jwt.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::auth {

class KeySet {
public:
    /// Entries of the document that are looked at; a provider has two or three.
    static constexpr std::size_t keys_max = 100;

    /// Keys that we cannot use (without `kid`, for encryption, secret, short, broken) are passed over.
    /// Nothing when the text is no key set, or when no key is left.
    [[nodiscard]] static std::shared_ptr<const KeySet> parse(std::string_view json);

    enum class Match : std::uint8_t {
        good,
        no_such_kid,  ///< Perhaps a key that is newer than this set.
        no_fit,       ///< The key is there, and is not for this algorithm.
        bad_signature,
    };
    /// `token` is the text that `jwt` was parsed from.
    [[nodiscard]] Match verify(const Jwt& jwt, std::string_view token) const;

    [[nodiscard]] bool has(std::string_view kid) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

    struct Key;

private:
    std::vector<std::shared_ptr<const Key>> keys_;
};

using KeySetPtr = std::shared_ptr<const KeySet>;

}  // namespace chartcast::auth
