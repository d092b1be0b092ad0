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

Shard::Shard(unsigned index, const Options& options, const base::Log& log,
             boost::asio::io_context* mounted)
    : index_(index),
      options_(options),
      log_(log),
      own_context_(mounted != nullptr ? nullptr : std::make_unique<boost::asio::io_context>(1)),
      context_(mounted != nullptr ? *mounted : *own_context_),
      timer_(context_),
      deadlines_(std::chrono::steady_clock::now()),
      hub_(hub::HubContext{options, deadlines_, random_, log_, index, wall_clock_ahead(),
                           &counters_}) {
    if (mounted == nullptr) work_guard_.emplace(context_.get_executor());
    deadlines_.observe_arming(*this);
}

Shard::~Shard() {
    // What members do on their way out begins no turn.
    ended_ = true;
}

Shard* Shard::current() noexcept {
    return current_shard;
}

base::Milliseconds Shard::wall_clock_ahead() noexcept {
    static const auto ahead = std::chrono::duration_cast<base::Milliseconds>(
        std::chrono::system_clock::now().time_since_epoch() -
        std::chrono::steady_clock::now().time_since_epoch());
    return ahead;
}

bool Shard::is_current() const noexcept {
    if (!is_mounted()) return current_shard == this;
    // The loop has one thread, so whoever is inside of it is alone.
    return finishing_ || context_.get_executor().running_in_this_thread();
}

void Shard::post(std::unique_ptr<Letter> letter) {
    if (!mailbox_.put(std::move(letter))) return;
    wake();
}

void Shard::wake() {
    const auto read = [this] {
        if (is_mounted() && !started_) return;  // Letters wait for start().
        const auto guard = begin_work("reading the mailbox");
        read_mail();
    };
    boost::asio::post(context_, handler(read));
}

void Shard::read_mail() {
    for (auto& letter : mailbox_.take()) letter->read();
}

TurnGuard Shard::begin_work(const char* what) {
    begin_turn(std::chrono::steady_clock::now());
    return TurnGuard(is_mounted() ? nullptr : what);
}

void Shard::begin_turn() {
    if (!in_turn_) begin_turn(std::chrono::steady_clock::now());
}

void Shard::begin_turn(base::TimePoint now) {
    deadlines_.set_now(now);
    if (ended_ || std::exchange(in_turn_, true) || !is_mounted()) return;
    boost::asio::post(context_, handler([this] { end_turn(); }));
}

void Shard::before_arming() {
    begin_turn();
    // A handler of the application's may have taken long since the turn began.
    if (is_mounted()) deadlines_.set_now(std::chrono::steady_clock::now());
}

void Shard::schedule(TurnTask& task) {
    if (task.shard_ != nullptr) return;
    begin_turn();
    task.shard_ = this;
    task.place_ = tasks_.size();
    tasks_.push_back(&task);
}

void Shard::run() {
    SOCKETIO_ASSERT(current_shard == nullptr && !is_mounted());
    current_shard = this;
    while (!stopping_) {
        // Waits for one handler, then takes whatever else is ready: together they are a turn.
        context_.run_one();
        int taken = 1;
        while (taken < handlers_per_turn_max && context_.poll_one() > 0) ++taken;
        end_turn();
    }
    mailbox_.close();
    current_shard = nullptr;
}

void Shard::end_turn() {
    const auto guard = begin_work("the end of a turn");
    do_scheduled();
    published_counters_.publish(counters_);
    in_turn_ = false;
    if (is_mounted() && stopping_) {
        end();
    } else {
        arm_timer();
    }
}

void Shard::destroy_buried() {
    // Some bury others on their way out.
    while (!dead_.empty()) std::exchange(dead_, {}).clear();
}

void Shard::do_scheduled() {
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
}

void Shard::start(std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    started_ = true;
    wake();
}

void Shard::end() {
    ended_ = true;
    mailbox_.close();
    timer_.cancel();
    if (const auto stopped = std::exchange(stopped_, nullptr)) stopped();
}

void Shard::finish(const std::function<void()>& work) {
    finishing_ = true;
    in_turn_ = true;
    work();
    do_scheduled();
    in_turn_ = false;
    finishing_ = false;
    ended_ = true;
    mailbox_.close();
    timer_.cancel();
}

void Shard::arm_timer() {
    const auto next = deadlines_.next();
    if (next >= timer_armed_for_ || next == base::TimePoint::max()) return;
    timer_armed_for_ = next;
    timer_.expires_at(next);
    timer_.async_wait(handler([this](boost::system::error_code ec) {
        if (ec) return;  // Armed anew for an earlier time, or the end.
        timer_armed_for_ = base::TimePoint::max();
        const auto guard = begin_work("deadlines");
        deadlines_.advance(std::chrono::steady_clock::now());
    }));
}

}  // namespace socketio::shard
