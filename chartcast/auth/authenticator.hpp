#pragma once
// From a token to an identity. Any shard; a JWT whose key is not known yet waits for the provider's answer,
// which another thread fetches.

#include "auth/identity.hpp"
#include "config/settings.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace chartcast::auth {

enum class Refusal : std::uint8_t {
    missing,      ///< No token, and anonymous may nothing.
    malformed,    ///< No token that any of the configured kinds could be.
    unknown,      ///< A key, a signature or an issuer that is not ours.
    expired,
    not_yet,      ///< `nbf` is in the future.
    unavailable,  ///< The provider's keys cannot be fetched, and none are cached.
};
[[nodiscard]] std::string_view to_string(Refusal refusal) noexcept;

using Verdict = boost::system::result<Identity, Refusal>;
using OnVerdict = std::function<void(Verdict)>;

class Authenticator {
public:
    /// Milliseconds since 1970.
    using Clock = std::function<std::int64_t()>;

    Authenticator(config::SettingsPtr settings, Clock now);
    ~Authenticator();

    /// `token` as it stood behind `Bearer`, or empty. `done` comes at once, or later on a thread of the
    /// authenticator: whoever needs its shard posts there.
    void check(std::string_view token, OnVerdict done) const;

    struct EmbedRequest {
        std::string name;
        std::vector<std::string> charts;
        /// Values by claim name.
        socketio::Object rows;
        std::chrono::milliseconds ttl{0};
    };
    /// Longer than max_ttl counts as max_ttl. Nothing when no secret is configured.
    [[nodiscard]] std::optional<std::string> issue(const EmbedRequest& request) const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// "sha256:" and the hex digits.
[[nodiscard]] std::string hash_key(std::string_view key);

}  // namespace chartcast::auth
