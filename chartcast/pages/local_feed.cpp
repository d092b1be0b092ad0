#include "pages/local_feed.hpp"

#include "live/simple_bar_chart.hpp"

namespace chartcast::pages {

LocalFeed::LocalFeed(Clock now)
    : now_(std::move(now)),
      current_(std::make_shared<live::ChartState>(live::simple_bar_chart(0, now_()))) {}

void LocalFeed::start(OnState on_state) {
    on_state_ = std::move(on_state);
}

void LocalFeed::push(OnPushed on_pushed) {
    current_ =
        std::make_shared<live::ChartState>(live::simple_bar_chart(current_->version + 1, now_()));
    on_state_(current_);
    on_pushed(current_);
}

}  // namespace chartcast::pages
