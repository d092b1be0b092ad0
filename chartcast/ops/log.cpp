#include "ops/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace chartcast::ops {
namespace {

constexpr std::size_t value_bytes_max = 1024;

spdlog::level::level_enum spdlog_level(socketio::LogLevel level) noexcept {
    switch (level) {
        case socketio::LogLevel::trace: return spdlog::level::trace;
        case socketio::LogLevel::debug: return spdlog::level::debug;
        case socketio::LogLevel::info: return spdlog::level::info;
        case socketio::LogLevel::warn: return spdlog::level::warn;
        case socketio::LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != '"' && c != '=' && c != '\\';
}

void append_quoted(std::string& line, std::string_view value) {
    line += '"';
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            line += fmt::format("\\x{:02x}", byte);
        } else {
            if (c == '"' || c == '\\') line += '\\';
            line += c;
        }
    }
    line += '"';
}

}  // namespace

void start_log(socketio::LogLevel level) {
    auto logger = spdlog::stderr_color_mt("chartcast");
    logger->set_level(spdlog_level(level));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%-7l%$ %v");
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

void log(socketio::LogLevel level, std::string_view event, const Fields& fields) {
    const auto wanted = spdlog_level(level);
    if (spdlog::should_log(wanted)) spdlog::log(wanted, "{}", log_line(event, fields));
}

std::function<void(const socketio::LogEvent&)> library_logger() {
    return [](const socketio::LogEvent& event) { log(event.level, event.event, event.fields); };
}

std::string log_line(std::string_view event, const Fields& fields) {
    std::string line(event);
    for (const auto& [name, whole] : fields) {
        const auto value = std::string_view(whole).substr(0, value_bytes_max);
        line += ' ';
        line += name;
        line += '=';
        if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
            line += value;
        } else {
            append_quoted(line, value);
        }
        if (value.size() < whole.size()) line += "...";
    }
    return line;
}

}  // namespace chartcast::ops
