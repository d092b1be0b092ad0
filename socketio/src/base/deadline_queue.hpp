#pragma once
// Every timer of a shard: a hashed timing wheel of intrusive entries, so that ten thousand heartbeats
// cost no allocation and one clock. Lives on one shard; driven by whoever owns the clock.

#include "base/time.hpp"

#include <cstdint>
#include <vector>

namespace socketio::base {

class DeadlineQueue;

/// Something that happens at a time unless it is cancelled or armed anew. Part of its owner; leaves the
/// queue when destroyed.
class Deadline {
public:
    Deadline() = default;
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    virtual ~Deadline();

    [[nodiscard]] bool armed() const noexcept { return queue_ != nullptr; }
    void cancel() noexcept;

protected:
    /// Not armed any more when called; may arm again, destroy itself or any other deadline.
    virtual void on_deadline(TimePoint now) = 0;

private:
    friend class DeadlineQueue;
    DeadlineQueue* queue_ = nullptr;
    Deadline* previous_ = nullptr;
    Deadline* next_ = nullptr;
    std::int64_t tick_ = 0;
};

/// Who owns the clock. Told before a deadline is armed, since the time as of the last advance() or set_now()
/// may be older than the call that arms it: then it brings the queue up to date.
class ArmingObserver {
public:
    virtual ~ArmingObserver() = default;
    virtual void before_arming() = 0;
};

/// A deadline fires at the first tick at or after its time, so up to one tick late and never early.
class DeadlineQueue {
public:
    static constexpr Milliseconds tick{10};

    explicit DeadlineQueue(TimePoint now);
    DeadlineQueue(const DeadlineQueue&) = delete;
    DeadlineQueue& operator=(const DeadlineQueue&) = delete;
    /// Entries still armed are let go.
    ~DeadlineQueue();

    /// The time as of the last advance() or set_now().
    [[nodiscard]] TimePoint now() const noexcept { return now_; }
    void set_now(TimePoint now) noexcept { now_ = now > now_ ? now : now_; }
    /// It outlives the queue.
    void observe_arming(ArmingObserver& observer) noexcept { observer_ = &observer; }

    void arm(Deadline& deadline, TimePoint when);
    /// A delay too long for the clock is as long as the clock can tell.
    void arm_after(Deadline& deadline, Milliseconds delay);
    /// Fires what is due, earlier ticks first.
    void advance(TimePoint now);

    [[nodiscard]] bool empty() const noexcept { return armed_ == 0; }
    /// When advance() is worth calling next; a time in the far future when nothing is armed.
    [[nodiscard]] TimePoint next() const noexcept;

private:
    friend class Deadline;
    struct Slot {
        Deadline* first = nullptr;
        Deadline* last = nullptr;
    };

    [[nodiscard]] Slot& slot_of(std::int64_t at_tick) noexcept;
    [[nodiscard]] std::int64_t tick_at_or_after(TimePoint when) const noexcept;
    void arm_at(Deadline& deadline, TimePoint when);
    /// Appends to the slot of its tick.
    void link(Deadline& deadline) noexcept;
    void unlink(Deadline& deadline) noexcept;
    void fire_slot(std::int64_t at_tick);

    ArmingObserver* observer_ = nullptr;
    TimePoint origin_;
    TimePoint now_;
    std::int64_t current_tick_ = 0;  ///< Every tick up to this one has fired.
    std::size_t armed_ = 0;
    /// No slot before this tick holds an entry; brought up to date by next().
    mutable std::int64_t first_busy_tick_ = 0;
    std::vector<Slot> slots_;
    /// What fires in this tick and has not yet; empty between calls of advance().
    Slot due_;
};

/// A deadline that calls a member function of the object it is part of.
template <class Owner, void (Owner::*Handler)(TimePoint now)>
class MemberDeadline final : public Deadline {
public:
    explicit MemberDeadline(Owner& owner) noexcept : owner_(owner) {}

private:
    void on_deadline(TimePoint now) override { (owner_.*Handler)(now); }

    Owner& owner_;
};

}  // namespace socketio::base
