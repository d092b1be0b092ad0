#include "auth/api_keys.hpp"

#include "auth/authenticator.hpp"

#include <boost/algorithm/hex.hpp>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>
#include <iterator>
#include <utility>

namespace chartcast::auth {
namespace {

constexpr std::string_view prefix = "sha256:";

std::string digest_of(std::string_view key) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
    return {digest.begin(), digest.end()};
}

std::optional<std::string> parse_hash(std::string_view hash) {
    if (!hash.starts_with(prefix)) return std::nullopt;
    hash.remove_prefix(prefix.size());
    if (hash.size() != 2 * SHA256_DIGEST_LENGTH) return std::nullopt;
    if (hash.find_first_not_of("0123456789abcdefABCDEF") != hash.npos) return std::nullopt;
    return boost::algorithm::unhex(std::string(hash));
}

std::uint64_t first_bytes(const std::string& digest) noexcept {
    std::uint64_t number = 0;
    std::memcpy(&number, digest.data(), sizeof number);
    return number;
}

}  // namespace

ApiKeys::ApiKeys(const std::vector<config::ApiKey>& keys) {
    for (const auto& key : keys) {
        auto digest = parse_hash(key.hash);
        if (!digest) continue;
        const auto first = first_bytes(*digest);
        keys_.emplace(first, Known{std::move(*digest), key});
    }
}

std::optional<Identity> ApiKeys::find(std::string_view key) const {
    const auto digest = digest_of(key);
    const auto [begin, end] = keys_.equal_range(first_bytes(digest));
    for (auto known = begin; known != end; ++known) {
        const auto& candidate = known->second;
        if (CRYPTO_memcmp(candidate.digest.data(), digest.data(), digest.size()) != 0) continue;
        Identity who;
        who.kind = Identity::Kind::api_key;
        who.name = candidate.key.id;
        who.can = candidate.key.can;
        return who;
    }
    return std::nullopt;
}

std::string hash_key(std::string_view key) {
    std::string text(prefix);
    const auto digest = digest_of(key);
    boost::algorithm::hex_lower(digest, std::back_inserter(text));
    return text;
}

}  // namespace chartcast::auth
