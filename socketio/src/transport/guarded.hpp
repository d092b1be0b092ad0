#pragma once
// Calls of an application's handler: what it throws ends the handler, not the server. Any thread.

#include "base/log.hpp"

#include <exception>
#include <string>
#include <string_view>

namespace socketio::transport {

/// False when it threw; that is logged then, as `event`.
template <class Call>
bool guarded(const base::Log& log, std::string_view event, std::string_view path, Call&& call) {
    try {
        call();
        return true;
    } catch (const std::exception& failure) {
        log.write(LogLevel::error, event, [&] {
            return base::LogFields{{"path", std::string(path)}, {"what", failure.what()}};
        });
        return false;
    }
}

}  // namespace socketio::transport
