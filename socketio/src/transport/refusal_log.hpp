#pragma once
// Connections that are refused for one reason: a burst of them is one line in the log, and one more with their
// number as long as it lasts. Lives on one shard.

#include "base/deadline_queue.hpp"
#include "base/log.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::transport {

class RefusalLog {
public:
    /// `why` lasts. All of it outlives this.
    RefusalLog(base::DeadlineQueue& deadlines, const base::Log& log, std::string_view why) noexcept
        : deadlines_(deadlines), log_(log), why_(why) {}

    /// `field` makes what the first line of a burst says beside the reason.
    template <class Field>
    void note(Field&& field) {
        if (burst_.armed()) {
            ++more_;
            return;
        }
        log_.write(LogLevel::warn, "connection refused", [&] {
            return base::LogFields{{"why", std::string(why_)}, std::forward<Field>(field)()};
        });
        deadlines_.arm_after(burst_, burst_time);
    }
    void stop() noexcept { burst_.cancel(); }

private:
    static constexpr base::Milliseconds burst_time{10'000};

    void on_burst_over(base::TimePoint now);

    base::DeadlineQueue& deadlines_;
    const base::Log& log_;
    const std::string_view why_;
    base::MemberDeadline<RefusalLog, &RefusalLog::on_burst_over> burst_{*this};
    std::size_t more_ = 0;  ///< Since it was logged.
};

}  // namespace socketio::transport
