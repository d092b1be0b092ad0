#pragma once
// The library prints nothing by itself: facts go to Options::logger. Any thread.

#include "socketio/options.hpp"

namespace socketio::base {

class Log {
public:
    Log() = default;
    Log(std::function<void(const LogEvent&)> sink, LogLevel level)
        : sink_(std::move(sink)), level_(level) {}

    [[nodiscard]] bool enabled(LogLevel level) const noexcept { return sink_ && level >= level_; }
    /// `fields` is called only when somebody listens: logging costs nothing when off.
    template <class Fields>
    void write(LogLevel level, std::string_view event, Fields&& fields) const {
        if (enabled(level)) sink_(LogEvent{level, event, fields()});
    }
    void write(const LogEvent& event) const {
        if (enabled(event.level)) sink_(event);
    }

private:
    std::function<void(const LogEvent&)> sink_;
    LogLevel level_ = LogLevel::info;
};

using LogFields = std::vector<std::pair<std::string_view, std::string>>;

}  // namespace socketio::base
