// Any text as a token: as a JWT, as an embed token, and as the payload of an embed token whose signature
// is good. What is accepted must be within its bounds and survive being written again.

#include "auth/token/base64url.hpp"
#include "auth/token/embed_token.hpp"
#include "auth/token/jwt.hpp"
#include "base/assert.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace chartcast::auth;

constexpr std::int64_t now = 1'700'000'000'000;
constexpr std::string_view secret = "a secret of the company";
const EmbedRules rules{std::string(secret), std::chrono::hours(1)};

void try_base64url(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (bytes) SOCKETIO_ASSERT(to_base64url(*bytes) == text);
    SOCKETIO_ASSERT(from_base64url(to_base64url(text)) == text);
}

void try_jwt(std::string_view text) {
    const auto jwt = parse_jwt(text);
    if (!jwt) return;
    SOCKETIO_ASSERT(text.size() <= token_bytes_max && !jwt->kid.empty());
    const auto refusal = check_claims(jwt->claims, {"chartcast", "https://sso.example"}, now);
    if (!refusal) SOCKETIO_ASSERT(time_claim(jwt->claims, "exp").value() > now - 60'000);
    (void)find_claim(jwt->claims, "realm_access.roles");
}

void try_embed_token(std::string_view text) {
    (void)check_embed_token(text, rules, now);
    const auto claims = read_embed_payload(to_base64url(text));
    if (!claims) return;
    const auto token = sign_embed_token(*claims, secret);
    if (!token) return;
    SOCKETIO_ASSERT(token->size() <= token_bytes_max);
    const auto checked = check_embed_token(*token, rules, now);
    if (!checked) return;
    SOCKETIO_ASSERT(checked->charts == claims->charts && checked->expires_at > now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try_base64url(text);
    try_jwt(text);
    try_embed_token(text);
    return 0;
}
