#pragma once
// Tokens of our own for pages that show some charts: `cc1.PAYLOAD.MAC`, both base64url. The payload is JSON,
// {"name", "charts", "rows", "iat", "exp"} with times in seconds; the MAC is HMAC-SHA256 of "cc1.PAYLOAD"
// under the shared secret. Pure; any thread.

#include "auth/token/refusal.hpp"
#include <socketio/value.hpp>

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::auth {

struct EmbedClaims {
    std::string name;
    /// Ids of charts, or "*".
    std::vector<std::string> charts;
    /// Values by claim name.
    socketio::Object rows;
    /// Milliseconds since 1970.
    std::int64_t issued_at = 0;
    std::int64_t expires_at = 0;
};

struct EmbedRules {
    std::string secret;
    std::chrono::milliseconds max_ttl{0};
};

[[nodiscard]] bool is_embed_token(std::string_view token) noexcept;

/// Nothing when it would be longer than a token may be. Times are rounded down to seconds.
[[nodiscard]] std::optional<std::string> sign_embed_token(const EmbedClaims& claims,
                                                          std::string_view secret);

/// Who has the secret may make tokens without asking us, so that what they say is checked as well: a life
/// longer than max_ttl is `malformed`.
[[nodiscard]] boost::system::result<EmbedClaims, Refusal> check_embed_token(std::string_view token,
                                                                            const EmbedRules& rules,
                                                                            std::int64_t now);

/// The claims without the signature's proof, for the check above and for fuzzing.
[[nodiscard]] std::optional<EmbedClaims> read_embed_payload(std::string_view payload);

}  // namespace chartcast::auth
