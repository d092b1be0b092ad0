#pragma once
// What a Cluster's Deployment is subscribed to. Channels and patterns are heard on one node, since a Cluster
// passes PUBLISH on to all. A sharded channel is heard on the master of its slot, and follows the slot: all
// channels of a slot are at one server. Lives on the thread of its io_context.

#include "client/backend.hpp"
#include "protocol/redirection.hpp"
#include "protocol/slot_map.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace redis {

class ClusterSubscriptions : public std::enable_shared_from_this<ClusterSubscriptions> {
public:
    struct Ears {
        std::function<void(const Seed& server, const StateChange& change)> on_state;
        std::function<void(const Message&)> on_message;
        /// Of one of the servers.
        std::function<void()> on_ready;
        std::function<void(std::string_view name, const std::string& text)> on_refused;
        std::function<void(const Redirection&)> on_redirected;
    };

    /// `options` are for logging in to any node.
    ClusterSubscriptions(boost::asio::io_context& io, Options options);

    void start(Ears ears);
    void stop();

    [[nodiscard]] boost::system::error_code subscribe(Backend::Kind kind, std::string_view name);
    void unsubscribe(Backend::Kind kind, std::string_view name);

    /// The node for channels and patterns.
    void set_home(const Seed& server);
    /// After each change of the map, which outlives this object.
    void follow(const SlotMap& map);

    [[nodiscard]] bool ready() const noexcept;

private:
    struct Slot {
        std::set<std::string, std::less<>> names;
        /// Key into servers_; empty: nobody serves the slot.
        std::string server;
    };
    struct Server {
        std::unique_ptr<Subscriber> subscriber;
        std::size_t slots = 0;
    };

    [[nodiscard]] boost::system::error_code subscribe_sharded(std::string_view name);
    void unsubscribe_sharded(std::string_view name);
    void place(std::uint16_t number, Slot& slot);
    void leave_server(Slot& slot);
    [[nodiscard]] Server& server_at(const Seed& seed);
    void listen(Subscriber& subscriber);
    void retire(std::unique_ptr<Subscriber> subscriber);

    boost::asio::io_context& io_;
    const Options options_;
    Ears ears_;
    const SlotMap* map_ = nullptr;
    Subscriber home_;
    bool has_home_ = false;
    bool stopped_ = false;
    std::map<std::uint16_t, Slot> slots_;
    /// Slots that have a server.
    std::size_t placed_ = 0;
    std::size_t sharded_count_ = 0;
    /// Of sharded channels, by address.
    std::map<std::string, Server> servers_;
};

}  // namespace redis
