#pragma once
// What a listen address asks of the connections that come through it, before anything is spoken. Made on any
// thread; immutable, and each shard has its own copy: a reload gives it another.

#include "socketio/options.hpp"

#include <memory>
#include <vector>

namespace socketio::transport {

class TlsContext;

struct Entrance {
    /// Null: plain.
    std::shared_ptr<const TlsContext> tls;
    bool proxy_header = false;
};

/// All listen addresses of the options, the first one first. An entrance is known by its place among them.
[[nodiscard]] std::vector<ListenAddress> listen_addresses(const Options& options);
/// Of all listen addresses. Reads certificates: throws std::runtime_error that says which file cannot be used,
/// and why.
[[nodiscard]] std::vector<Entrance> make_entrances(const Options& options);

}  // namespace socketio::transport
