#include "server/options_check.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace socketio {

namespace {

constexpr unsigned shards_max = 256;  // One byte of the sid.

void require(bool holds, std::string_view what) {
    if (!holds) throw std::invalid_argument("socketio::Options: " + std::string(what));
}

void require_positive(std::chrono::milliseconds time, std::string_view name) {
    require(time.count() > 0, std::string(name) + " must be longer than nothing, is " +
                                  std::to_string(time.count()) + " ms");
}

void require_positive(std::size_t bound, std::string_view name) {
    require(bound > 0, std::string(name) + " must be at least 1");
}

}  // namespace

Options checked(Options options) {
    if (options.shards == 0) options.shards = std::max(1U, std::thread::hardware_concurrency());
    require(options.shards <= shards_max,
            "shards must be at most 256, is " + std::to_string(options.shards));
    require(options.path.starts_with('/'), "path must begin with '/', is \"" + options.path + '"');
    require(options.allow_polling || options.allow_websocket,
            "one of allow_polling and allow_websocket must be on");
    require(options.keep_request <= KeepRequest::always,
            "keep_request must be one of KeepRequest's");
    for (const auto& further : options.further_addresses) {
        require(!further.address.empty(), "further_addresses must each name an address");
    }
    require(options.connects_per_second_max <= 1'000'000,
            "connects_per_second_max must be at most 1000000, is " +
                std::to_string(options.connects_per_second_max));
    require_positive(options.connect_timeout, "connect_timeout");
    require_positive(options.ping_interval, "ping_interval");
    require_positive(options.ping_timeout, "ping_timeout");
    require_positive(options.upgrade_timeout, "upgrade_timeout");
    require_positive(options.http_request_timeout, "http_request_timeout");
    require_positive(options.http_keep_alive_timeout, "http_keep_alive_timeout");
    require_positive(options.close_timeout, "close_timeout");
    if (const auto& deflate = options.per_message_deflate) {
        require(deflate->level >= 1 && deflate->level <= 9,
                "per_message_deflate.level must lie between 1 and 9, is " +
                    std::to_string(deflate->level));
    }
    require_positive(options.message_bytes_max, "message_bytes_max");
    require_positive(options.json_depth_max, "json_depth_max");
    require_positive(options.send_queue_bytes_max, "send_queue_bytes_max");
    require_positive(options.send_queue_packets_max, "send_queue_packets_max");
    require(options.backlog_bytes < options.send_queue_bytes_max,
            "backlog_bytes must be less than send_queue_bytes_max, is " +
                std::to_string(options.backlog_bytes));
    require(options.http_header_bytes_max >= 256 && options.http_header_bytes_max <= 1024 * 1024,
            "http_header_bytes_max must lie between 256 and 1048576, is " +
                std::to_string(options.http_header_bytes_max));
    require_positive(options.http_body_bytes_max, "http_body_bytes_max");
    require_positive(options.http_stream_bytes_max, "http_stream_bytes_max");
    require_positive(options.namespaces_per_session_max, "namespaces_per_session_max");
    require_positive(options.rooms_per_socket_max, "rooms_per_socket_max");
    require_positive(options.pending_acks_max, "pending_acks_max");
    return options;
}

Options checked_for_mounting(Options options) {
    require(options.shards == 1, "shards must be 1 on an io_context of the application's, is " +
                                     std::to_string(options.shards));
    return checked(std::move(options));
}

}  // namespace socketio
