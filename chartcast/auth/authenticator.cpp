#include "auth/authenticator.hpp"

#include "auth/shard_front.hpp"
#include "auth/token/embed_token.hpp"
#include <socketio/server.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace chartcast::auth {

Shards shards_of(socketio::Server& server) {
    return {server.shards(), [&server] { return server.current_shard(); },
            [&server](unsigned shard, std::function<void()> work) {
                server.post(shard, std::move(work));
            }};
}

class Authenticator::Implementation {
public:
    Implementation(config::SettingsPtr settings, Clock now, Shards shards, KeyLimits limits)
        : rules(std::make_shared<TokenRules>(std::move(settings), std::move(now))),
          shards_(std::move(shards)) {
        const auto& jwt = rules->settings->auth.jwt;
        if (jwt && !shards_.post) {
            throw std::invalid_argument("JWTs need shards that can be posted to");
        }
        make_fronts(limits);
        if (jwt) start_source(jwt->jwks_url, limits);
    }

    [[nodiscard]] ShardFront& front() const { return *fronts_.at(shards_.current()); }

    std::shared_ptr<const TokenRules> rules;

private:
    void make_fronts(const KeyLimits& limits) {
        const auto waiting_max = std::max<std::size_t>(1, limits.waiting_max / shards_.count);
        for (unsigned shard = 0; shard < shards_.count; ++shard) {
            ShardFront::Ports ports{
                [this, shard](Steady::time_point asked_at) { source_->want(shard, asked_at); },
                [post = shards_.post, shard](std::function<void()> work) {
                    post(shard, std::move(work));
                }};
            fronts_.push_back(std::make_shared<ShardFront>(rules, std::move(ports), waiting_max));
        }
    }

    /// What is posted may arrive after this object is gone, and then finds no front.
    void start_source(const std::string& url, const KeyLimits& limits) {
        const std::vector<std::weak_ptr<ShardFront>> fronts(fronts_.begin(), fronts_.end());
        auto tell = [fronts, post = shards_.post](unsigned shard, KeyNews news) {
            post(shard, [front = fronts[shard], news = std::move(news)] {
                if (const auto alive = front.lock()) alive->news(news);
            });
        };
        source_ = std::make_unique<KeySource>(url, limits, shards_.count, std::move(tell));
    }

    Shards shards_;
    std::vector<std::shared_ptr<ShardFront>> fronts_;
    std::unique_ptr<KeySource> source_;
};

Authenticator::Authenticator(config::SettingsPtr settings, Clock now, Shards shards,
                             KeyLimits limits)
    : implementation_(std::make_unique<Implementation>(std::move(settings), std::move(now),
                                                       std::move(shards), limits)) {}

Authenticator::~Authenticator() = default;

void Authenticator::check(std::string_view token, OnVerdict done) const {
    implementation_->front().check(token, std::move(done));
}

std::optional<std::string> Authenticator::issue(const EmbedRequest& request) const {
    const auto& rules = *implementation_->rules;
    const auto& embed = rules.settings->auth.embed;
    if (!embed || embed->secret.empty()) return std::nullopt;
    const bool own = request.ttl.count() > 0 && request.ttl < embed->max_ttl;
    const auto ttl = own ? request.ttl : embed->max_ttl;
    const auto now = rules.now();
    return sign_embed_token({request.name, request.charts, request.rows, now, now + ttl.count()},
                            embed->secret);
}

void Authenticator::refused(const Refused& what) const {
    implementation_->front().audit().refused(what);
}

}  // namespace chartcast::auth
