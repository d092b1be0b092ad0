#pragma once
// From a token to an identity. One for the process, called on every shard: each shard has a front of its own
// with the provider's keys as that shard knows them, and one key source on its own thread fetches them.

#include "auth/audit.hpp"
#include "auth/identity.hpp"
#include "auth/key_limits.hpp"
#include "auth/token/refusal.hpp"
#include "config/settings.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {
class Server;
}

namespace chartcast::auth {

using Verdict = boost::system::result<Identity, Refusal>;
using OnVerdict = std::function<void(Verdict)>;

/// The threads that call.
struct Shards {
    unsigned count = 1;
    /// The number of the calling one.
    std::function<unsigned()> current = [] { return 0U; };
    /// Runs work on one of them. Without it nothing can be fetched, so that no JWT is taken.
    std::function<void(unsigned shard, std::function<void()> work)> post;
};
/// The server must outlive its users.
[[nodiscard]] Shards shards_of(socketio::Server& server);

class Authenticator {
public:
    /// Milliseconds since 1970.
    using Clock = std::function<std::int64_t()>;

    /// Throws std::invalid_argument when JWTs are configured and `shards` cannot post.
    Authenticator(config::SettingsPtr settings, Clock now, Shards shards = {},
                  KeyLimits limits = {});
    /// When no shard calls any more. Tokens that still wait are never answered.
    ~Authenticator();

    /// `token` as it stood behind `Bearer`, or empty. `done` comes at once, in this call; only for a JWT
    /// whose key is not known yet it comes later, on the calling shard. A bad token is refused even where
    /// anonymous would be let in.
    void check(std::string_view token, OnVerdict done) const;

    struct EmbedRequest {
        std::string name;
        /// Ids, or "*".
        std::vector<std::string> charts;
        /// Values by claim name.
        socketio::Object rows;
        /// 0 is max_ttl.
        std::chrono::milliseconds ttl{0};
    };
    /// Longer than max_ttl counts as max_ttl. Nothing when no secret is configured, or when the token would
    /// be longer than 8 KiB.
    [[nodiscard]] std::optional<std::string> issue(const EmbedRequest& request) const;

    /// Writes a refusal into the calling shard's audit.
    void refused(const Refused& what) const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// "sha256:" and the hex digits.
[[nodiscard]] std::string hash_key(std::string_view key);

}  // namespace chartcast::auth
