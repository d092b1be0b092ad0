#include "sources/refresher.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::sources {

Refresher::Refresher(boost::asio::io_context& io, const RefreshPlan& plan,
                     std::function<void()> run)
    : plan_(plan), run_(std::move(run)), next_(io), random_(std::random_device{}()) {}

void Refresher::start() {
    started_ = true;
    arm();
}

void Refresher::stop() {
    started_ = false;
    next_.cancel();
}

void Refresher::watched(bool by_somebody) {
    watched_ = by_somebody;
    arm();
}

void Refresher::changed() {
    change_waits_ = true;
    arm();
}

bool Refresher::wanted() const noexcept {
    return started_ && (watched_ || !plan_.only_while_watched);
}

void Refresher::arm() {
    if (!wanted()) {
        next_.cancel();
        return;
    }
    if (running_) return;
    auto when = due_;
    if (change_waits_) {
        when = std::min(when, change_followed_ ? *change_followed_ + plan_.debounce : begun_);
    }
    next_.at(when, [this] { begin(); });
}

void Refresher::begin() {
    running_ = true;
    begun_ = Clock::now();
    if (std::exchange(change_waits_, false)) change_followed_ = begun_;
    run_();
}

void Refresher::ended(bool well) {
    running_ = false;
    failures_ = well ? 0 : failures_ + 1;
    due_ = well ? begun_ + plan_.every : Clock::now() + retry_delay();
    arm();
}

milliseconds Refresher::retry_delay() {
    // 2, 4, 8 ... times the shortest, of which the later half is drawn from.
    const auto doubled = milliseconds(plan_.retry_shortest.count() << std::min(failures_, 20U));
    const auto most = std::min(plan_.retry_longest, doubled);
    std::uniform_int_distribution<milliseconds::rep> draw(most.count() / 2, most.count());
    return milliseconds(draw(random_));
}

}  // namespace chartcast::sources
