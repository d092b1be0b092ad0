#pragma once
// One shard's answer to "who is this?": decides what kind of token it is, and lets JWTs wait whose key is not
// known yet. Lives on one shard.

#include "auth/api_keys.hpp"
#include "auth/audit.hpp"
#include "auth/authenticator.hpp"
#include "auth/key_source.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::auth {

/// Immutable; all shards share it.
struct TokenRules {
    TokenRules(config::SettingsPtr all_settings, Authenticator::Clock clock);

    config::SettingsPtr settings;
    Authenticator::Clock now;
    ApiKeys api_keys;
    /// Somebody without a token may do something.
    bool lets_anonymous_in = false;
};

class ShardFront : public std::enable_shared_from_this<ShardFront> {
public:
    /// `ask` asks for news(), `later` runs work on this shard in a later turn.
    struct Ports {
        std::function<void(Steady::time_point asked_at)> ask;
        std::function<void(std::function<void()>)> later;
    };

    ShardFront(std::shared_ptr<const TokenRules> rules, Ports ports, std::size_t waiting_max);

    void check(std::string_view token, OnVerdict done);
    /// What the key source has; whoever waits is answered.
    void news(KeyNews news);
    [[nodiscard]] Audit& audit() noexcept { return audit_; }

private:
    struct Waiting {
        std::string token;
        OnVerdict done;
    };

    [[nodiscard]] std::optional<Verdict> decide(std::string_view token) const;
    [[nodiscard]] std::optional<Verdict> decide_jwt(std::string_view token) const;
    [[nodiscard]] Refusal refusal_without_key() const noexcept;
    void wait(std::string_view token, OnVerdict done);
    void answer_some();

    std::shared_ptr<const TokenRules> rules_;
    Ports ports_;
    std::size_t waiting_max_;
    Audit audit_;
    KeyNews known_;
    /// Nothing: no question is open.
    std::optional<Steady::time_point> asked_at_;
    std::deque<Waiting> waiting_;
    /// Their news has come.
    std::deque<Waiting> ready_;
};

}  // namespace chartcast::auth
