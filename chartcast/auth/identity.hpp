#pragma once
// Who somebody is, as far as a token proves it. Any thread.

#include <socketio/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chartcast::auth {

struct Identity {
    enum class Kind : std::uint8_t {
        anonymous,
        api_key,  ///< A program of the company: sees all rows.
        jwt,      ///< A person, vouched for by the company's identity provider.
        embed,    ///< A page that shows the charts that its token names.
    };
    Kind kind = Kind::anonymous;
    /// The key's id, the user's name, or the name that an embed token was given.
    std::string name;
    std::vector<std::string> roles;
    /// Of an API key: its scopes.
    std::vector<std::string> can;
    /// Of an embed token: the charts that it opens.
    std::vector<std::string> charts;
    /// By claim name, for row access: lists of values, or a single value. Of a JWT all its claims, of an
    /// embed token its `rows`.
    socketio::Object claims;
    /// Milliseconds since 1970; nothing when it does not expire.
    std::optional<std::int64_t> expires_at;
};

/// "user:anna", "key:erp", "embed:partner page" or "anonymous", for the log.
[[nodiscard]] std::string describe(const Identity& who);

}  // namespace chartcast::auth
