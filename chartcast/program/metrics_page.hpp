#pragma once
// What /metrics says. Collected on shard 0.

#include "program/internal_server.hpp"
#include "program/redis_probe.hpp"
#include "program/source_host.hpp"
#include "store/store.hpp"
#include "viewers/owner.hpp"
#include <socketio/server.hpp>

#include <string>

namespace chartcast::program {

struct MetricsSources {
    const socketio::Server& server;
    socketio::Census census;
    const viewers::Owner& owner;
    /// Null: none.
    const store::Store* store;
    const SourceHost& sources;
    /// Null: none.
    const RedisProbe* redis;
    /// As the adapter sees it; without an adapter its name is empty.
    socketio::ClusterStatus cluster;
    Readiness readiness;
};

/// docs/operating.md explains each family.
[[nodiscard]] std::string metrics_page(const MetricsSources& from);

}  // namespace chartcast::program
