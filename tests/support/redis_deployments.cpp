// See redis_deployments.hpp.
#include "support/redis_deployments.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <stdexcept>

#include <poll.h>

namespace test_support {
namespace {

constexpr std::array<std::uint16_t, 4> first_slots{0, 5'461, 10'923, 16'384};
constexpr std::size_t masters = 3;

/// Asked again every few milliseconds; it is other processes that have to get there.
void wait_until(const std::string& what, const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("not in time: " + what);
        }
        poll(nullptr, 0, 20);
    }
}

void expect_ok(const RedisServer& server, const std::vector<std::string>& arguments) {
    const std::string answer = server.cli(arguments);
    if (answer != "OK") {
        throw std::runtime_error(arguments[0] + " " + arguments[1] + ": " + answer);
    }
}

/// redis-cli prints names and values of a flat list on lines of their own.
std::string field_of(const std::string& lines, const std::string& name) {
    const std::size_t at = ("\n" + lines).find("\n" + name + "\n");
    if (at == std::string::npos) {
        return {};
    }
    const std::size_t begin = at + name.size() + 1;
    return lines.substr(begin, lines.find('\n', begin) - begin);
}

std::string list_of(const std::vector<std::unique_ptr<RedisServer>>& servers) {
    std::string list;
    for (const auto& server : servers) {
        list += (list.empty() ? "127.0.0.1:" : ",127.0.0.1:") + std::to_string(server->port());
    }
    return list;
}

}  // namespace

SentinelTrio::SentinelTrio() {
    servers_.push_back(std::make_unique<RedisServer>());
    const std::string master = "127.0.0.1 " + std::to_string(servers_[0]->port());
    servers_.push_back(std::make_unique<RedisServer>(
        RedisServerOptions{.config = {"replicaof " + master, "repl-diskless-sync-delay 0"}}));
    // Before there are Sentinels: what they do not see at first they ask for again after ten seconds.
    wait_until("the replica follows its master", [this] {
        return servers_[1]->cli({"INFO", "replication"}).find("master_link_status:up") !=
               std::string::npos;
    });
    for (int i = 0; i < 3; ++i) {
        sentinels_.push_back(std::make_unique<RedisServer>(
            RedisServerOptions{.mode = RedisMode::sentinel,
                               .config = {"sentinel monitor mymaster " + master + " 2",
                                          "sentinel down-after-milliseconds mymaster 500",
                                          "sentinel failover-timeout mymaster 3000"}}));
    }
    wait_for_acquaintance();
}

void SentinelTrio::wait_for_acquaintance() const {
    for (const auto& sentinel : sentinels_) {
        wait_until("the Sentinels know each other and the replica", [&sentinel] {
            const std::string master = sentinel->cli({"SENTINEL", "master", "mymaster"});
            return field_of(master, "num-other-sentinels") == "2" &&
                   field_of(master, "num-slaves") == "1";
        });
    }
}

std::string SentinelTrio::url() const {
    return "redis-sentinel://" + list_of(sentinels_) + "/mymaster";
}

std::uint16_t SentinelTrio::master_port() const {
    const std::string address =
        sentinels_[0]->cli({"SENTINEL", "get-master-addr-by-name", "mymaster"});
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.find('\n') + 1)));
}

RedisCluster::RedisCluster(Replica replica) {
    const std::size_t count = replica == Replica::none ? masters : masters + 1;
    for (std::size_t i = 0; i < count; ++i) {
        nodes_.push_back(
            std::make_unique<RedisServer>(RedisServerOptions{.mode = RedisMode::cluster_node}));
    }
    for (std::size_t i = 0; i < count; ++i) {
        join(i);
    }
    wait_for_health();
    if (replica == Replica::of_first) {
        const std::string id = id_of(0);
        wait_until("the replica knows its master",
                   [&] { return nodes_[masters]->cli({"CLUSTER", "REPLICATE", id}) == "OK"; });
        wait_until("the replica follows its master", [this] {
            return nodes_[masters]->cli({"INFO", "replication"}).find("master_link_status:up") !=
                   std::string::npos;
        });
        const std::string replica_id = id_of(masters);
        for (std::size_t i = 0; i < masters; ++i) {
            wait_until("all know the replica", [&] {
                return nodes_[i]->cli({"CLUSTER", "REPLICAS", id}).find(replica_id) !=
                       std::string::npos;
            });
        }
    }
}

void RedisCluster::join(std::size_t index) {
    const RedisServer& node = *nodes_[index];
    expect_ok(node, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(index + 1)});
    if (index < masters) {
        expect_ok(node, {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first_slots[index]),
                         std::to_string(first_slots[index + 1] - 1)});
    }
    if (index > 0) {
        expect_ok(node, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[0]->port()),
                         std::to_string(nodes_[0]->bus_port())});
    }
}

void RedisCluster::wait_for_health() const {
    const std::string known = "cluster_known_nodes:" + std::to_string(nodes_.size());
    for (const auto& node : nodes_) {
        wait_until("the Cluster is whole", [&] {
            const std::string info = node->cli({"CLUSTER", "INFO"});
            return info.find("cluster_state:ok") != std::string::npos &&
                   info.find("cluster_slots_ok:16384") != std::string::npos &&
                   info.find(known) != std::string::npos;
        });
    }
}

std::string RedisCluster::url() const {
    return "redis-cluster://" + list_of(nodes_);
}

std::string RedisCluster::id_of(std::size_t index) const {
    return nodes_[index]->cli({"CLUSTER", "MYID"});
}

std::uint16_t RedisCluster::slot_of(const std::string& key) const {
    return static_cast<std::uint16_t>(std::stoi(nodes_[0]->cli({"CLUSTER", "KEYSLOT", key})));
}

std::size_t RedisCluster::owner_of(const std::string& key) const {
    const std::uint16_t slot = slot_of(key);
    std::size_t owner = 0;
    while (slot >= first_slots[owner + 1]) {
        ++owner;
    }
    return owner;
}

void RedisCluster::start_moving_slot(std::uint16_t slot, std::size_t from, std::size_t to) {
    const std::string number = std::to_string(slot);
    expect_ok(*nodes_[to], {"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(from)});
    expect_ok(*nodes_[from], {"CLUSTER", "SETSLOT", number, "MIGRATING", id_of(to)});
}

void RedisCluster::move_slot(std::uint16_t slot, std::size_t from, std::size_t to) {
    start_moving_slot(slot, from, to);
    const std::string number = std::to_string(slot);
    const std::string owner = id_of(to);
    expect_ok(*nodes_[to], {"CLUSTER", "SETSLOT", number, "NODE", owner});
    for (std::size_t i = 0; i < masters; ++i) {
        if (i != to) {
            expect_ok(*nodes_[i], {"CLUSTER", "SETSLOT", number, "NODE", owner});
        }
    }
}

}  // namespace test_support
