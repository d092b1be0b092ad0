#pragma once
// Several redis-servers of a test's own that belong together: a master and its replica with three Sentinels,
// and a Cluster of three masters. All on free ports of 127.0.0.1; gone with the object.

#include "support/redis_server.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace test_support {

/// A master and a replica, watched as "mymaster" by three Sentinels, two of which decide.
class SentinelTrio {
public:
    /// Returns once the Sentinels know each other and the replica.
    SentinelTrio();

    /// "redis-sentinel://127.0.0.1:<port>,.../mymaster"
    [[nodiscard]] std::string url() const;
    /// 0 is the master at first, 1 its replica.
    [[nodiscard]] RedisServer& server(std::size_t index) { return *servers_.at(index); }
    [[nodiscard]] RedisServer& sentinel(std::size_t index) { return *sentinels_.at(index); }
    /// What the Sentinels say now.
    [[nodiscard]] std::uint16_t master_port() const;

private:
    void wait_for_acquaintance() const;

    std::vector<std::unique_ptr<RedisServer>> servers_;
    std::vector<std::unique_ptr<RedisServer>> sentinels_;
};

/// Masters 0, 1 and 2 with a third of the slots each; node 3, if there is one, is a replica of master 0.
class RedisCluster {
public:
    enum class Replica : std::uint8_t { none, of_first };

    /// Returns once every node says that the Cluster is whole.
    explicit RedisCluster(Replica replica = Replica::none);

    /// "redis-cluster://127.0.0.1:<port>,..."
    [[nodiscard]] std::string url() const;
    [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_.at(index); }
    /// The master that a key or channel belongs to at first.
    [[nodiscard]] std::size_t owner_of(const std::string& key) const;
    [[nodiscard]] std::uint16_t slot_of(const std::string& key) const;
    /// A slot without keys, from one master to another.
    void move_slot(std::uint16_t slot, std::size_t from, std::size_t to);
    /// Its first half: for keys of the slot that it has not, `from` answers ASK.
    void start_moving_slot(std::uint16_t slot, std::size_t from, std::size_t to);
    /// Returns once every node says that the Cluster is whole; all have to run.
    void wait_for_health() const;

private:
    void join(std::size_t index);
    [[nodiscard]] std::string id_of(std::size_t index) const;

    std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace test_support
