#pragma once
// Why a token proves nothing. Any thread.

#include <cstdint>
#include <string_view>

namespace chartcast::auth {

enum class Refusal : std::uint8_t {
    missing,    ///< No token, and anonymous may nothing.
    malformed,  ///< No token that any of the configured kinds could be.
    unknown,    ///< A key, a signature, an issuer or an audience that is not ours.
    expired,
    not_yet,      ///< `nbf` or `iat` is in the future.
    unavailable,  ///< The provider's keys cannot be fetched, and none are cached.
};
[[nodiscard]] std::string_view to_string(Refusal refusal) noexcept;

}  // namespace chartcast::auth
