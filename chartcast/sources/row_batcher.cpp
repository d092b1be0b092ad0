#include "sources/row_batcher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace chartcast::sources {

RowBatcher::RowBatcher(const SourceContext& context, Options options, std::function<void()> ready)
    : port_(context.port),
      options_(std::move(options)),
      ready_(std::move(ready)),
      report_(port_, options_.dataset),
      due_(context.io),
      forget_(context.io),
      self_(std::make_shared<RowBatcher*>(this)) {}

void RowBatcher::add(LineRows rows) {
    std::ranges::move(rows.rows, std::back_inserter(waiting_));
    counts.lines_skipped += rows.lines_skipped;
    if (rows.lines_skipped > 0) {
        if (skipped_.empty()) skipped_ = rows.first_skipped;
        // Perhaps nothing more comes: time alone makes it good.
        forget_.in(options_.memory, [this] {
            skipped_.clear();
            say();
        });
    }
    const auto alive = std::weak_ptr(self_);
    say();
    if (!alive.expired()) plan();
}

void RowBatcher::flush() {
    flushing_ = true;
    plan();
}

void RowBatcher::stop() {
    self_.reset();
    due_.cancel();
    forget_.cancel();
}

void RowBatcher::problem(const std::string& text) {
    if (!text.empty()) ++counts.failures;
    reading_problem_ = text;
    say();
}

void RowBatcher::plan() {
    if (deciding_) return;
    if (waiting_.empty()) {
        flushing_ = false;
    } else if (full() || flushing_ || options_.delay.count() == 0) {
        publish();
    } else if (!std::exchange(due_is_set_, true)) {
        due_.in(options_.delay, [this] { flush(); });
    }
}

void RowBatcher::publish() {
    due_.cancel();
    due_is_set_ = false;
    deciding_ = true;
    const auto end =
        waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(rows_max, waiting_.size()));
    socketio::Array rows(std::move_iterator(waiting_.begin()), std::move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    port_.publish(options_.dataset, options_.operation, std::move(rows),
                  [weak = std::weak_ptr(self_)](const std::string& problem) {
                      if (const auto self = weak.lock()) (*self)->decided(problem);
                  });
}

void RowBatcher::decided(const std::string& problem) {
    deciding_ = false;
    ++(problem.empty() ? counts.batches : counts.failures);
    refusal_ = problem;
    const auto alive = std::weak_ptr(self_);
    say();
    if (!alive.expired()) plan();
    if (!alive.expired() && !full()) ready_();
}

void RowBatcher::say() {
    if (!reading_problem_.empty()) return report_.say(reading_problem_);
    report_.say(refusal_.empty() ? skipped_ : refusal_);
}

}  // namespace chartcast::sources
