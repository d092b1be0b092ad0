#include "sources/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <utility>

namespace chartcast::sources {

struct Deadline::State {
    explicit State(boost::asio::io_context& io) : timer(io) {}

    boost::asio::steady_timer timer;
    /// A handler that is queued already cannot be cancelled: it is told by its number that it is too late.
    std::uint64_t times_set = 0;
};

Deadline::Deadline(boost::asio::io_context& io) : state_(std::make_shared<State>(io)) {}

Deadline::~Deadline() {
    cancel();
}

void Deadline::at(Clock::time_point when, std::function<void()> due) {
    const auto number = ++state_->times_set;
    state_->timer.expires_at(when);
    state_->timer.async_wait([weak = std::weak_ptr(state_), number, due = std::move(due)](auto ec) {
        const auto state = weak.lock();
        if (!ec && state && state->times_set == number) due();
    });
}

void Deadline::cancel() {
    ++state_->times_set;
    state_->timer.cancel();
}

}  // namespace chartcast::sources
