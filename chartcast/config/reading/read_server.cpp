// server, store, cluster: where it listens, what it keeps, whom it works with.
#include "config/reading/networks.hpp"
#include "config/reading/parts.hpp"
#include "config/reading/redis_config.hpp"

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;

void read_listen(const Item& item, std::vector<ListenAddress>& listen) {
    if (!item.present()) return;
    std::vector<ListenAddress> addresses;
    for (const auto& address : item.list_or_one()) {
        address.address(addresses.emplace_back());
    }
    if (addresses.empty()) item.complain("names no address; give one, as in [\"0.0.0.0:8080\"]");
    listen = std::move(addresses);
}

void read_tls(const Item& item, std::optional<TlsFiles>& tls) {
    auto section = item.section();
    if (!section) return;
    tls.emplace();
    (*section)["cert"].required().text(tls->cert);
    (*section)["key"].required().text(tls->key);
    section->done();
}

void read_limits(const Item& item, Limits& limits) {
    auto section = item.section();
    if (!section) return;
    (*section)["max_connections"].whole(limits.max_connections, 1, 10'000'000);
    (*section)["max_body"].size(limits.max_body, kib, gib);
    (*section)["client_queue"].size(limits.client_queue, 16 * kib, 64 * mib);
    (*section)["connect_rate"].rate(limits.connect_rate, 1'000'000);
    section->done();
}

void read_internal(const Item& item, std::optional<ListenAddress>& internal) {
    if (!item.present()) return;
    if (item.node()->kind == Node::Kind::scalar && item.node()->text == "none") {
        internal.reset();
        return;
    }
    if (auto section = item.section()) {
        ListenAddress address = internal.value_or(ListenAddress{"127.0.0.1", 9090});
        (*section)["listen"].required().address(address);
        internal = address;
        section->done();
    }
}

void read_origins(const Item& item, bool wildcards, std::vector<std::string>& origins) {
    for (const auto& origin : item.list_or_one()) {
        const auto text = origin.scalar("an origin, as in https://bi.example.com");
        if (!text) continue;
        if (is_origin(*text, wildcards)) {
            origins.push_back(*text);
        } else {
            origin.complain(origin.shown() +
                            " is no origin; give scheme and host alone, as in "
                            "https://bi.example.com or http://localhost:3000");
        }
    }
}

void read_networks(const Item& item, std::vector<std::string>& networks) {
    for (const auto& network : item.list_or_one()) {
        const auto text = network.scalar("a network, as in 10.0.0.0/8");
        if (!text) continue;
        if (is_network(*text)) {
            networks.push_back(*text);
        } else {
            network.complain(network.shown() +
                             " is no network; give one as in 10.0.0.0/8, 127.0.0.1/32 or ::1/128");
        }
    }
}

}  // namespace

void read_server(Section section, Settings& settings) {
    auto& server = settings.server;
    read_listen(section["listen"], server.listen);
    section["public_url"].url(server.public_url);
    read_tls(section["tls"], server.tls);
    read_limits(section["limits"], server.limits);
    read_internal(section["internal"], server.internal);
    read_origins(section["origins"], false, server.origins);
    read_origins(section["frame_ancestors"], true, server.frame_ancestors);
    read_networks(section["trusted_proxies"], server.trusted_proxies);
    section.done();
}

void read_store(Section section, Reading& reading) {
    auto& store = reading.settings.store;
    section["path"].required().text(store.path);
    if (auto history = section["history"].section()) {
        constexpr auto longest = 24h * 3650;
        (*history)["default"].duration(store.history, 0ms, longest);
        (*history)["max_size"].size(store.max_size, mib, 1024 * gib);
        for (const auto& [name, item] : history->members()) {
            if (name == "default" || name == "max_size") continue;
            if (!reading.names.datasets.contains(name)) continue;
            item.duration(store.history_of[name], 0ms, longest);
            (void)(*history)[name];
        }
        // So that a suggestion knows the datasets, too.
        for (const auto& name : reading.names.datasets) (void)(*history)[name];
        history->done();
    }
    section.done();
}

void read_cluster(Section section, Settings& settings) {
    auto& cluster = settings.cluster.emplace();
    const auto redis = section["redis"].required();
    if (auto inside = redis.section()) {
        const auto url = (*inside)["url"].required();
        if (const auto text = url.scalar("redis://:PASSWORD@HOST:PORT/DB")) {
            auto parsed = redis_config_of(*text);
            if (auto* config = std::get_if<RedisConfig>(&parsed))
                cluster.redis = std::move(*config);
            // The reason never repeats the URL.
            if (auto* reason = std::get_if<std::string>(&parsed)) url.complain(*reason);
        }
        (*inside)["key_prefix"].text(cluster.key_prefix);
        inside->done();
    }
    section["accept_emitter"].flag(cluster.accept_emitter);
    section["ready_alone"].flag(cluster.ready_alone);
    section.done();
}

}  // namespace chartcast::config
