#pragma once
// The seed demo: one bar chart that every window shows alike. Its page and its push route; the chart itself is
// a raw chart like any other, whose order of pushes the feed keeps.

#include "pages/seed_feed.hpp"
#include <socketio/server.hpp>

#include <functional>

namespace chartcast::pages {

class SeedDemo {
public:
    /// The id of its chart.
    static constexpr auto chart = "simpleBarChart";
    /// Hears of each newer state, in the order of versions. Called on shard 0.
    using Show = std::function<void(const live::ChartState&)>;

    /// Before Server::run(). Server and feed must live until it has returned.
    SeedDemo(socketio::Server& server, SeedFeed& feed, Show show);
    SeedDemo(const SeedDemo&) = delete;
    SeedDemo& operator=(const SeedDemo&) = delete;

private:
    void answer_push(const socketio::HttpReply& reply,
                     const boost::system::result<live::ChartStatePtr>& pushed) const;

    socketio::Server& server_;
    SeedFeed& feed_;
    Show show_;
};

}  // namespace chartcast::pages
