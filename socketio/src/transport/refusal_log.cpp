#include "transport/refusal_log.hpp"

#include <string>

namespace socketio::transport {

void RefusalLog::on_burst_over(base::TimePoint) {
    if (more_ == 0) return;
    const auto count = std::exchange(more_, 0);
    log_.write(LogLevel::warn, "connections refused", [&] {
        return base::LogFields{{"why", std::string(why_)}, {"count", std::to_string(count)}};
    });
    deadlines_.arm_after(burst_, burst_time);
}

}  // namespace socketio::transport
