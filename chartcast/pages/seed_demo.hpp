#pragma once
// The seed demo: one bar chart that every window shows alike. Its page, its push route and its events.
//
// Each shard keeps the current state; the feed on shard 0 gives them their order. A window that connects
// while a push is on its way must neither miss it nor fall back to an older picture. For that, shard 0
// sends each shard two messages in this order, and mailboxes keep it:
//
//   1. the shard's state becomes S      2. its sockets get `new chart data` S
//
//   a socket connects    gets
//   before 1             `init chart data` with the state before S, then S by 2
//   between 1 and 2      `init chart data` with S, then S again by 2: the same picture
//   after 2              `init chart data` with S
//
// The other order of the two would lose S for a socket that connects between them.

#include "pages/seed_feed.hpp"
#include <socketio/per_shard.hpp>
#include <socketio/server.hpp>

namespace chartcast::pages {

class SeedDemo {
public:
    /// Before Server::run(). Server and feed must live until it has returned.
    SeedDemo(socketio::Server& server, SeedFeed& feed);
    SeedDemo(const SeedDemo&) = delete;
    SeedDemo& operator=(const SeedDemo&) = delete;

private:
    void welcome(socketio::Socket& socket);
    void show(const live::ChartStatePtr& state);
    void answer_push(const socketio::HttpReply& reply,
                     const boost::system::result<live::ChartStatePtr>& pushed) const;
    void answer_health(const socketio::HttpReply& reply) const;

    socketio::Server& server_;
    SeedFeed& feed_;
    socketio::PerShard<live::ChartStatePtr> current_;
};

}  // namespace chartcast::pages
