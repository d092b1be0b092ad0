#pragma once
// A signed JSON Web Token as text: taken apart, and its claims held against what we expect. Whether its
// signature is good is another question, see key_set.hpp. Pure; any thread. RFC 7515, 7519, 8725.

#include "auth/token/refusal.hpp"
#include <socketio/value.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::auth {

/// Of any kind of token: it travels in a header or a URL.
constexpr std::size_t token_bytes_max = 8 * 1024;

/// Signatures that only the provider can make. `none`, and HS*, whose key would be the provider's public
/// key, are not among them.
enum class Algorithm : std::uint8_t { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384 };
[[nodiscard]] std::string_view to_string(Algorithm algorithm) noexcept;

struct Jwt {
    Algorithm algorithm = Algorithm::rs256;
    std::string kid;
    socketio::Object claims;
};

/// Three parts, a header that we understand in full, and claims that are an object; else `malformed`.
[[nodiscard]] boost::system::result<Jwt, Refusal> parse_jwt(std::string_view token);

struct Expectations {
    std::string audience;
    /// Empty: any.
    std::string issuer;
};

/// What is wrong with the claims at this moment, in milliseconds since 1970.
[[nodiscard]] std::optional<Refusal> check_claims(const socketio::Object& claims,
                                                  const Expectations& expected, std::int64_t now);

/// A time of the claims (`exp`, `nbf`, `iat`) in milliseconds since 1970; nothing when it is missing or no
/// plausible number.
[[nodiscard]] std::optional<std::int64_t> time_claim(const socketio::Object& claims,
                                                     std::string_view name);

/// The claim of that name; `realm_access.roles` also finds the member of an object. nullptr when there is none.
[[nodiscard]] const socketio::Value* find_claim(const socketio::Object& claims,
                                                std::string_view name);

}  // namespace chartcast::auth
