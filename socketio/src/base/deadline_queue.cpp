#include "base/deadline_queue.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <utility>

namespace socketio::base {

namespace {
// One turn of the wheel is 40.96 s: most timers (heartbeats of 25 s) need no second turn.
constexpr std::size_t slot_count = 4096;
constexpr std::int64_t slot_mask = slot_count - 1;
// Of entries that are firing and wait in the list of due ones.
constexpr std::int64_t due_tick = -1;
}  // namespace

Deadline::~Deadline() {
    cancel();
}

void Deadline::cancel() noexcept {
    if (queue_ != nullptr) queue_->unlink(*this);
}

DeadlineQueue::DeadlineQueue(TimePoint now) : origin_(now), now_(now), slots_(slot_count) {}

DeadlineQueue::~DeadlineQueue() {
    for (auto& slot : slots_) {
        while (slot.first != nullptr) unlink(*slot.first);
    }
    while (due_.first != nullptr) unlink(*due_.first);
}

DeadlineQueue::Slot& DeadlineQueue::slot_of(std::int64_t at_tick) noexcept {
    if (at_tick == due_tick) return due_;
    return slots_[static_cast<std::size_t>(at_tick & slot_mask)];
}

std::int64_t DeadlineQueue::tick_at_or_after(TimePoint when) const noexcept {
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(when - origin_).count();
    constexpr auto length = std::chrono::nanoseconds(tick).count();
    // Rounded up without adding to `since`, which may be the largest number there is.
    return since <= 0 ? 0 : since / length + (since % length != 0 ? 1 : 0);
}

void DeadlineQueue::arm(Deadline& deadline, TimePoint when) {
    if (observer_ != nullptr) observer_->before_arming();
    arm_at(deadline, when);
}

void DeadlineQueue::arm_after(Deadline& deadline, Milliseconds delay) {
    if (observer_ != nullptr) observer_->before_arming();
    const auto longest = std::chrono::duration_cast<Milliseconds>(TimePoint::max() - now_);
    arm_at(deadline, now_ + std::min(delay, longest));
}

void DeadlineQueue::arm_at(Deadline& deadline, TimePoint when) {
    deadline.cancel();
    deadline.tick_ = std::max(tick_at_or_after(when), current_tick_ + 1);
    link(deadline);
    first_busy_tick_ = std::min(first_busy_tick_, deadline.tick_);
}

void DeadlineQueue::link(Deadline& deadline) noexcept {
    auto& slot = slot_of(deadline.tick_);
    deadline.queue_ = this;
    deadline.previous_ = slot.last;
    deadline.next_ = nullptr;
    (slot.last != nullptr ? slot.last->next_ : slot.first) = &deadline;
    slot.last = &deadline;
    ++armed_;
}

void DeadlineQueue::unlink(Deadline& deadline) noexcept {
    auto& slot = slot_of(deadline.tick_);
    (deadline.previous_ != nullptr ? deadline.previous_->next_ : slot.first) = deadline.next_;
    (deadline.next_ != nullptr ? deadline.next_->previous_ : slot.last) = deadline.previous_;
    deadline.queue_ = nullptr;
    deadline.previous_ = deadline.next_ = nullptr;
    --armed_;
}

void DeadlineQueue::advance(TimePoint now) {
    set_now(now);
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now_ - origin_).count();
    const auto target = elapsed / std::chrono::nanoseconds(tick).count();
    while (current_tick_ < target) {
        if (armed_ == 0) {
            current_tick_ = target;
            return;
        }
        ++current_tick_;
        fire_slot(current_tick_);
    }
}

void DeadlineQueue::fire_slot(std::int64_t at_tick) {
    // A handler may cancel, arm or destroy any entry, so what is due waits in a list of its own, which
    // unlink() knows; entries of later turns are passed once, however many are due.
    for (auto* entry = slot_of(at_tick).first; entry != nullptr;) {
        auto& candidate = *std::exchange(entry, entry->next_);
        if (candidate.tick_ > at_tick) continue;
        unlink(candidate);
        candidate.tick_ = due_tick;
        link(candidate);
    }
    while (due_.first != nullptr) {
        auto& entry = *due_.first;
        unlink(entry);
        entry.on_deadline(now_);
    }
}

TimePoint DeadlineQueue::next() const noexcept {
    if (armed_ == 0) {
        // Any later arm() lowers it again.
        first_busy_tick_ = current_tick_ + static_cast<std::int64_t>(slot_count);
        return TimePoint::max();
    }
    if (due_.first != nullptr) return now_;
    first_busy_tick_ = std::max(first_busy_tick_, current_tick_ + 1);
    while (slots_[static_cast<std::size_t>(first_busy_tick_ & slot_mask)].first == nullptr) {
        ++first_busy_tick_;
    }
    return origin_ + first_busy_tick_ * tick;
}

}  // namespace socketio::base
