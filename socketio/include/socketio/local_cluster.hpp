#pragma once
// Joins servers of one process, as redis_adapter() joins processes: a server on the program's own event loop and
// one with threads, or the two of a test.
//
//   socketio::LocalCluster cluster;
//   socketio::Server first({.port = 3001, .adapter = cluster.join()});
//   socketio::Server second({.port = 3002, .adapter = cluster.join()});

#include "socketio/options.hpp"

#include <cstddef>
#include <memory>

namespace socketio {

class Adapter;

/// Any thread. May go before the servers, which stay joined.
class LocalCluster {
public:
    LocalCluster();
    /// One that keeps the sessions of sockets that left and the events that they miss, so that they may come back
    /// to any of the servers, all of which have Options::connection_state_recovery on. The bounds are those of the
    /// whole cluster, and skip_middlewares is each server's own.
    explicit LocalCluster(const RecoveryOptions& kept);
    LocalCluster(const LocalCluster&) = delete;
    LocalCluster& operator=(const LocalCluster&) = delete;
    ~LocalCluster();

    /// For Options::adapter of one server: everything that an adapter can do. What a server is sent waits in its
    /// event loop without a bound, as letters between shards do. A server that stops is known to be gone at once.
    [[nodiscard]] std::shared_ptr<Adapter> join();
    /// Those that run now.
    [[nodiscard]] std::size_t servers() const;

    struct Members;

private:
    std::shared_ptr<Members> members_;
};

}  // namespace socketio
