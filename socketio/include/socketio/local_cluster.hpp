#pragma once
// Joins servers of one process, as redis_adapter() joins processes: a server on the program's own event loop and
// one with threads, or the two of a test.
//
//   socketio::LocalCluster cluster;
//   socketio::Server first({.port = 3001, .adapter = cluster.join()});
//   socketio::Server second({.port = 3002, .adapter = cluster.join()});

#include <cstddef>
#include <memory>

namespace socketio {

class Adapter;

/// Any thread. May go before the servers, which stay joined.
class LocalCluster {
public:
    LocalCluster();
    LocalCluster(const LocalCluster&) = delete;
    LocalCluster& operator=(const LocalCluster&) = delete;
    ~LocalCluster();

    /// For Options::adapter of one server. Broadcasts reach the clients of all, and server_side_emit() the other
    /// servers. What a server is sent waits in its event loop without a bound, as letters between shards do.
    [[nodiscard]] std::shared_ptr<Adapter> join();
    /// Those that run now.
    [[nodiscard]] std::size_t servers() const;

    struct Members;

private:
    std::shared_ptr<Members> members_;
};

}  // namespace socketio
