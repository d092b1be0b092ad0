#include "program/restart_needs.hpp"

#include <algorithm>

namespace chartcast::program {

namespace {

bool same(const config::ListenAddress& one, const config::ListenAddress& other) {
    return one.address == other.address && one.port == other.port;
}

bool same(const std::optional<config::ListenAddress>& one,
          const std::optional<config::ListenAddress>& other) {
    return one && other ? same(*one, *other) : one.has_value() == other.has_value();
}

bool same(const std::vector<config::ListenAddress>& one,
          const std::vector<config::ListenAddress>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const auto& a, const auto& b) { return same(a, b); });
}

bool same(const config::Limits& one, const config::Limits& other) {
    return one.max_connections == other.max_connections && one.max_body == other.max_body &&
           one.client_queue == other.client_queue && one.connect_rate == other.connect_rate;
}

bool same(const std::optional<config::ClusterSettings>& one,
          const std::optional<config::ClusterSettings>& other) {
    if (!one || !other) return one.has_value() == other.has_value();
    return one->redis.url == other->redis.url && one->key_prefix == other->key_prefix;
}

}  // namespace

std::vector<std::string> restart_needs(const config::Settings& before,
                                       const config::Settings& now) {
    std::vector<std::string> keys;
    const auto check = [&](bool is_same, const char* key) {
        if (!is_same) keys.emplace_back(key);
    };
    check(same(before.server.listen, now.server.listen), "server.listen");
    check(before.server.tls == now.server.tls, "server.tls");
    check(before.server.trusted_proxies == now.server.trusted_proxies, "server.trusted_proxies");
    check(same(before.server.internal, now.server.internal), "server.internal");
    check(same(before.server.limits, now.server.limits), "server.limits");
    check(before.server.public_url == now.server.public_url, "server.public_url");
    check(before.server.origins == now.server.origins, "server.origins");
    check(before.server.frame_ancestors == now.server.frame_ancestors, "server.frame_ancestors");
    check(before.store.path == now.store.path, "store.path");
    check(same(before.cluster, now.cluster), "cluster");
    return keys;
}

}  // namespace chartcast::program
