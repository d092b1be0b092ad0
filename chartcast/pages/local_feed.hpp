#pragma once
// The order of pushes on a node that works alone: a counter. Lives on shard 0.

#include "pages/seed_feed.hpp"

namespace chartcast::pages {

class LocalFeed final : public SeedFeed {
public:
    explicit LocalFeed(Clock now);

    void start(OnState on_state) override;
    [[nodiscard]] const live::ChartStatePtr& current() const noexcept override { return current_; }
    void push(OnPushed on_pushed) override;

private:
    Clock now_;
    OnState on_state_;
    live::ChartStatePtr current_;
};

}  // namespace chartcast::pages
