#pragma once
// Where the pushes of the seed chart get their order. Lives on shard 0.

#include "live/chart_state.hpp"

#include <boost/system/result.hpp>

#include <functional>

namespace chartcast::pages {

class SeedFeed {
public:
    using OnState = std::function<void(const live::ChartStatePtr&)>;
    using OnPushed = std::function<void(boost::system::result<live::ChartStatePtr>)>;

    virtual ~SeedFeed() = default;

    /// Once, before Server::run(). `on_state` hears of each newer state once, in the order of versions.
    virtual void start(OnState on_state) = 0;
    /// Never null.
    [[nodiscard]] virtual const live::ChartStatePtr& current() const noexcept = 0;
    /// Makes the next data set the current one. `on_pushed` comes once: with the new state, of which
    /// `on_state` has heard by then, or with an error.
    virtual void push(OnPushed on_pushed) = 0;
};

/// Milliseconds since 1970.
using Clock = std::function<std::int64_t()>;

}  // namespace chartcast::pages
