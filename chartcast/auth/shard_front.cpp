#include "auth/shard_front.hpp"

#include "auth/token/embed_token.hpp"
#include "auth/token/jwt.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chartcast::auth {
namespace {

/// A check of a signature takes 0.1 ms at worst: others have their turn in between.
constexpr std::size_t answers_in_a_turn = 50;
constexpr std::size_t name_bytes_max = 256;

bool names_anonymous(const std::optional<config::Allow>& allow) {
    const auto in = [](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), "anonymous") != list.end();
    };
    return allow && (in(allow->view) || in(allow->publish) || in(allow->edit));
}

bool lets_anonymous_in(const config::Settings& settings) {
    const auto open = [](const auto& one) { return names_anonymous(one.allow); };
    return settings.auth.anonymous != config::AuthSettings::Anonymous::none ||
           std::any_of(settings.charts.begin(), settings.charts.end(), open) ||
           std::any_of(settings.dashboards.begin(), settings.dashboards.end(), open);
}

std::vector<std::string> texts_of(const socketio::Value* value) {
    if (!value) return {};
    if (const auto* one = value->if_string()) return {*one};
    std::vector<std::string> texts;
    const auto* list = value->if_array();
    for (const auto& item : list ? *list : socketio::Array()) {
        if (const auto* text = item.if_string()) texts.push_back(*text);
    }
    return texts;
}

Verdict person_of(Jwt jwt, const config::JwtSettings& settings) {
    const auto* user = find_claim(jwt.claims, settings.user);
    const auto* name = user ? user->if_string() : nullptr;
    if (!name || name->empty() || name->size() > name_bytes_max) return Refusal::malformed;
    Identity who;
    who.kind = Identity::Kind::jwt;
    who.name = *name;
    who.roles = texts_of(find_claim(jwt.claims, settings.roles));
    who.expires_at = time_claim(jwt.claims, "exp");
    who.claims = std::move(jwt.claims);
    return who;
}

Verdict embed_of(std::string_view token, const config::EmbedSettings& settings, std::int64_t now) {
    auto claims = check_embed_token(token, {settings.secret, settings.max_ttl}, now);
    if (!claims) return claims.error();
    Identity who;
    who.kind = Identity::Kind::embed;
    who.name = std::move(claims->name);
    who.charts = std::move(claims->charts);
    who.claims = std::move(claims->rows);
    who.expires_at = claims->expires_at;
    return who;
}

}  // namespace

TokenRules::TokenRules(config::SettingsPtr all_settings, Authenticator::Clock clock)
    : settings(std::move(all_settings)),
      now(std::move(clock)),
      api_keys(settings->auth.api_keys),
      lets_anonymous_in(auth::lets_anonymous_in(*settings)) {}

ShardFront::ShardFront(std::shared_ptr<const TokenRules> rules, Ports ports,
                       std::size_t waiting_max)
    : rules_(std::move(rules)),
      ports_(std::move(ports)),
      waiting_max_(waiting_max),
      audit_(rules_->now) {}

void ShardFront::check(std::string_view token, OnVerdict done) {
    if (auto verdict = decide(token)) {
        done(std::move(*verdict));
    } else {
        wait(token, std::move(done));
    }
}

void ShardFront::news(KeyNews news) {
    known_ = std::move(news);
    // Sent before we asked: the answer is still to come.
    if (asked_at_ && known_.told_at < *asked_at_) return;
    asked_at_.reset();
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(ready_));
    waiting_.clear();
    answer_some();
}

/// Nothing: it is for a key that the source should look for.
std::optional<Verdict> ShardFront::decide(std::string_view token) const {
    const auto& auth = rules_->settings->auth;
    if (token.empty()) {
        return rules_->lets_anonymous_in ? Verdict(Identity()) : Verdict(Refusal::missing);
    }
    if (token.size() > token_bytes_max) return Refusal::malformed;
    if (auto key = rules_->api_keys.find(token)) return std::move(*key);
    if (is_embed_token(token) && auth.embed) return embed_of(token, *auth.embed, rules_->now());
    if (auth.jwt && token.find('.') != token.npos) return decide_jwt(token);
    return rules_->api_keys.empty() ? Refusal::malformed : Refusal::unknown;
}

std::optional<Verdict> ShardFront::decide_jwt(std::string_view token) const {
    const auto& settings = *rules_->settings->auth.jwt;
    auto jwt = parse_jwt(token);
    if (!jwt) return jwt.error();
    // Before the signature: a token that is no use in any case makes nobody fetch keys.
    const Expectations expected{settings.audience, settings.issuer};
    if (const auto refusal = check_claims(jwt->claims, expected, rules_->now())) return *refusal;
    const auto match = known_.keys ? known_.keys->verify(*jwt, token) : KeySet::Match::no_such_kid;
    if (match == KeySet::Match::good) return person_of(std::move(*jwt), settings);
    if (match != KeySet::Match::no_such_kid) return Refusal::unknown;
    if (Steady::now() < known_.ask_from) return refusal_without_key();
    return std::nullopt;
}

Refusal ShardFront::refusal_without_key() const noexcept {
    return known_.keys ? Refusal::unknown : Refusal::unavailable;
}

void ShardFront::wait(std::string_view token, OnVerdict done) {
    if (waiting_.size() + ready_.size() >= waiting_max_) return done(Refusal::unavailable);
    waiting_.push_back({std::string(token), std::move(done)});
    if (asked_at_) return;
    asked_at_ = Steady::now();
    ports_.ask(*asked_at_);
}

void ShardFront::answer_some() {
    for (std::size_t i = 0; i < answers_in_a_turn && !ready_.empty(); ++i) {
        auto next = std::move(ready_.front());
        ready_.pop_front();
        // Who waited has had its fetch.
        auto verdict = decide(next.token);
        next.done(verdict ? std::move(*verdict) : Verdict(refusal_without_key()));
    }
    if (ready_.empty()) return;
    ports_.later([self = weak_from_this()] {
        if (const auto front = self.lock()) front->answer_some();
    });
}

}  // namespace chartcast::auth
