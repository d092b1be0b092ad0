#pragma once
// The order of pushes that many nodes share: a counter and the current state in Redis, and a channel on
// which each new state reaches every node. Lives on shard 0.
//
//   chartcast:{seed}:counter    pushes so far
//   chartcast:{seed}:state      the current state, as live/state_json.hpp writes it
//   chartcast:{seed}:pushed     channel: each new state
//
// All of it is a register whose higher version wins, so nothing depends on who speaks first:
//   - A push is one script: INCR the counter, SET the state, PUBLISH it. It starts from the node's own
//     version where Redis has a lower one.
//   - A node SUBSCRIBEs before it reads the state, at start and after each reconnect: what is published
//     after the read comes by the channel, what was published before it is in what it reads.
//   - A node that has a newer state than Redis (which lost its memory in a restart) puts its own back and
//     publishes it; so it does when a message is older than what it has.
//   - Older and equal versions are ignored.

#include "pages/seed_feed.hpp"
#include <redis/deployment.hpp>
#include <redis/script.hpp>

namespace chartcast::pages {

class RedisFeed final : public SeedFeed {
public:
    RedisFeed(boost::asio::io_context& io, const redis::Options& options, Clock now);

    void start(OnState on_state) override;
    [[nodiscard]] const live::ChartStatePtr& current() const noexcept override { return current_; }
    void push(OnPushed on_pushed) override;

private:
    /// Takes the state from Redis, or gives it ours, whichever is newer.
    void reconcile();
    void finish_push(boost::system::error_code ec, const redis::Reply& reply,
                     const OnPushed& on_pushed);
    /// Nothing when the text is no state.
    live::ChartStatePtr take(std::string_view text);

    Clock now_;
    redis::Deployment redis_;
    redis::Script push_script_;
    redis::Script reconcile_script_;
    OnState on_state_;
    live::ChartStatePtr current_;
};

}  // namespace chartcast::pages
