#include "shard/shard.hpp"

#include "base/assert.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace socketio::shard {

namespace {

thread_local Shard* current_shard = nullptr;

/// Work that brings more work at once would never let a turn end: nothing would be written.
constexpr int handlers_per_turn_max = 512;

}  // namespace

TurnTask::~TurnTask() {
    if (shard_ != nullptr) shard_->tasks_[place_] = nullptr;
}

Shard::Shard(unsigned index, const Options& options, const base::Log& log)
    : index_(index),
      options_(options),
      log_(log),
      work_guard_(context_.get_executor()),
      timer_(context_),
      deadlines_(std::chrono::steady_clock::now()),
      hub_(hub::HubContext{options, deadlines_, random_, log_, index, wall_clock_ahead(),
                           &counters_}) {}

Shard::~Shard() = default;

Shard* Shard::current() noexcept {
    return current_shard;
}

base::Milliseconds Shard::wall_clock_ahead() noexcept {
    static const auto ahead = std::chrono::duration_cast<base::Milliseconds>(
        std::chrono::system_clock::now().time_since_epoch() -
        std::chrono::steady_clock::now().time_since_epoch());
    return ahead;
}

void Shard::post(std::unique_ptr<Letter> letter) {
    if (!mailbox_.put(std::move(letter))) return;
    boost::asio::post(context_, [this] {
        const auto guard = begin_work("reading the mailbox");
        read_mail();
    });
}

void Shard::read_mail() {
    for (auto& letter : mailbox_.take()) letter->read();
}

TurnGuard Shard::begin_work(const char* what) {
    deadlines_.set_now(std::chrono::steady_clock::now());
    return TurnGuard(what);
}

void Shard::schedule(TurnTask& task) {
    if (task.shard_ != nullptr) return;
    task.shard_ = this;
    task.place_ = tasks_.size();
    tasks_.push_back(&task);
}

void Shard::run() {
    SOCKETIO_ASSERT(current_shard == nullptr);
    current_shard = this;
    while (!stopping_) {
        // Waits for one handler, then takes whatever else is ready: together they are a turn.
        context_.run_one();
        int taken = 1;
        while (taken < handlers_per_turn_max && context_.poll_one() > 0) ++taken;
        end_turn();
    }
    current_shard = nullptr;
}

void Shard::end_turn() {
    const auto guard = begin_work("the end of a turn");
    // A task may schedule others, also itself once more, and what dies may do so too.
    while (!tasks_.empty() || !dead_.empty()) {
        for (std::size_t i = 0; i < tasks_.size(); ++i) {
            auto* task = std::exchange(tasks_[i], nullptr);
            if (task == nullptr) continue;
            task->shard_ = nullptr;
            task->at_turn_end();
        }
        tasks_.clear();
        std::exchange(dead_, {}).clear();
    }
    published_counters_.publish(counters_);
    arm_timer();
}

void Shard::arm_timer() {
    const auto next = deadlines_.next();
    if (next >= timer_armed_for_ || next == base::TimePoint::max()) return;
    timer_armed_for_ = next;
    timer_.expires_at(next);
    timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;  // Armed anew for an earlier time.
        timer_armed_for_ = base::TimePoint::max();
        const auto guard = begin_work("deadlines");
        deadlines_.advance(std::chrono::steady_clock::now());
    });
}

}  // namespace socketio::shard
