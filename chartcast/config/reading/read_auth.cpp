// auth: keys, tokens, and what those without either may do.
#include "config/reading/parts.hpp"

#include <algorithm>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

bool is_key_hash(std::string_view text) noexcept {
    constexpr std::string_view prefix = "sha256:";
    constexpr std::size_t digits = 64;
    return text.starts_with(prefix) && text.size() == prefix.size() + digits &&
           std::ranges::all_of(text.substr(prefix.size()), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

bool is_scope(std::string_view text) noexcept {
    if (text == "tokens") return true;
    for (const std::string_view verb : {"view:", "publish:", "edit:"}) {
        if (!text.starts_with(verb)) continue;
        const auto what = text.substr(verb.size());
        return what == "*" || is_id(what);
    }
    return false;
}

void read_hash(const Item& item, std::string& hash) {
    const auto text = item.scalar("sha256: and 64 hex digits");
    if (!text) return;
    if (!is_key_hash(*text)) {
        // Never shown: somebody may have put the key itself here.
        return item.complain(
            "is no hash of a key; give sha256: and 64 hex digits, as `chartcast hash-key` prints "
            "them");
    }
    hash = *text;
    std::ranges::transform(hash, hash.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
}

void read_api_key(Section section, ApiKey& key) {
    section["id"].required().id(key.id);
    read_hash(section["hash"].required(), key.hash);
    const auto can = section["can"].required();
    for (const auto& scope : can.list_or_one()) {
        const auto text = scope.scalar("a scope, as in publish:deals");
        if (!text) continue;
        if (!is_scope(*text)) {
            scope.complain(scope.shown() +
                           " is no scope; give view:, publish: or edit: and an id or *, or tokens");
            continue;
        }
        key.can.push_back(*text);
    }
    section.done();
}

void read_api_keys(const Item& item, std::vector<ApiKey>& keys) {
    NameSet ids;
    for (const auto& entry : item.list()) {
        auto section = entry.section();
        if (!section) continue;
        auto& key = keys.emplace_back();
        read_api_key(*section, key);
        if (!key.id.empty() && !ids.insert(key.id).second) {
            entry.complain("a key with the id " + key.id + " stands further up already");
        }
    }
}

void read_jwt(const Item& item, std::optional<JwtSettings>& jwt) {
    auto section = item.section();
    if (!section) return;
    jwt.emplace();
    (*section)["jwks_url"].required().url(jwt->jwks_url);
    (*section)["audience"].required().text(jwt->audience);
    (*section)["issuer"].text(jwt->issuer);
    (*section)["user"].text(jwt->user);
    (*section)["roles"].text(jwt->roles);
    section->done();
}

void read_embed(const Item& item, std::optional<EmbedSettings>& embed) {
    constexpr std::size_t secret_bytes_min = 32;
    auto section = item.section();
    if (!section) return;
    embed.emplace();
    const auto secret = (*section)["secret"].required();
    if (auto text = secret.scalar("at least 32 characters")) {
        if (text->size() < secret_bytes_min) {
            secret.complain(
                "is shorter than 32 characters; give a random one, as `openssl rand -hex 32` "
                "prints");
        }
        embed->secret = *std::move(text);
    }
    (*section)["max_ttl"].duration(embed->max_ttl, 1s, 24h * 366);
    section->done();
}

}  // namespace

void read_auth(Section section, AuthSettings& auth) {
    using Anonymous = AuthSettings::Anonymous;
    section["anonymous"].choice(auth.anonymous,
                                {{"none", Anonymous::none}, {"view", Anonymous::view}});
    read_api_keys(section["api_keys"], auth.api_keys);
    read_jwt(section["jwt"], auth.jwt);
    read_embed(section["embed"], auth.embed);
    section.done();
}

}  // namespace chartcast::config
