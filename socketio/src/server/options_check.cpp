#include "server/options_check.hpp"

#include "transport/entrance.hpp"
#include "wire/client_address.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace socketio {

namespace {

constexpr unsigned shards_max = 256;  // One byte of the sid.
// Whoever stops a server waits for it.
constexpr std::chrono::hours drain_window_max{1};

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

void check_limits_of_peers(const Options& options) {
    for (const auto& origin : options.allowed_origins) {
        // "*" would refuse everybody, and the slash of a URL never stands in an Origin.
        require(!origin.empty() && origin != "*" && !origin.ends_with('/'),
                "allowed_origins are as browsers write them (\"https://example.com\"), not \"" +
                    origin + '"');
    }
    require(options.address_connects_per_second_max <= 1'000'000,
            "address_connects_per_second_max must be at most 1000000, is " +
                std::to_string(options.address_connects_per_second_max));
    require(options.events_burst_max == 0 || options.events_per_second_max != 0,
            "events_burst_max needs events_per_second_max");
    require(options.event_rate_action <= EventRateAction::disconnect,
            "event_rate_action must be one of EventRateAction's");
    require(options.drain_window.count() >= 0 && options.drain_window <= drain_window_max,
            "drain_window must lie between 0 and one hour, is " +
                std::to_string(options.drain_window.count()) + " ms");
}

void check_listen_address(const ListenAddress& listen, bool has_trusted_proxies) {
    const bool is_unix = !listen.unix_path.empty();
    require(is_unix != !listen.address.empty(),
            "further_addresses must each name an address or a unix_path, and not both");
    require(listen.unix_path.find('\0') == std::string::npos,
            "unix_path must be the path of a file");
    require(listen.unix_mode <= 0777, "unix_mode must be at most 0777");
    if (const auto& tls = listen.tls) {
        require(!tls->certificate_file.empty() && !tls->key_file.empty(),
                "tls must name a certificate_file and a key_file");
        require(tls->version_min <= TlsOptions::Version::tls_1_3,
                "tls.version_min must be one of TlsOptions::Version's");
    }
    require(!listen.proxy_protocol || has_trusted_proxies,
            "proxy_protocol needs trusted_proxies, since a header of anybody else is refused");
}

void check_addresses(const Options& options) {
    for (const auto& entry : options.trusted_proxies) {
        require(wire::TrustedProxies::is_entry(entry),
                "trusted_proxies has \"" + entry +
                    "\", which is no address, no network as in 10.0.0.0/8, and not unix");
    }
    const auto addresses = transport::listen_addresses(options);
    require(!options.address.empty() || !(options.tls || options.proxy_protocol),
            "tls and proxy_protocol need an address; further_addresses have their own");
    for (const auto& listen : addresses) {
        check_listen_address(listen, !options.trusted_proxies.empty());
    }
}

void check(const RecoveryOptions& recovery) {
    require_positive(recovery.max_disconnection_duration,
                     "connection_state_recovery.max_disconnection_duration");
    require_positive(recovery.sessions_max, "connection_state_recovery.sessions_max");
    require_positive(recovery.session_bytes_max, "connection_state_recovery.session_bytes_max");
    require_positive(recovery.packets_max, "connection_state_recovery.packets_max");
    require_positive(recovery.packet_bytes_max, "connection_state_recovery.packet_bytes_max");
    require_positive(recovery.restore_timeout, "connection_state_recovery.restore_timeout");
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
    require(options.parser <= Parser::by_client, "parser must be one of Parser's");
    check_addresses(options);
    require(options.connects_per_second_max <= 1'000'000,
            "connects_per_second_max must be at most 1000000, is " +
                std::to_string(options.connects_per_second_max));
    check_limits_of_peers(options);
    require_positive(options.connect_timeout, "connect_timeout");
    require_positive(options.attachment_timeout, "attachment_timeout");
    require_positive(options.ping_interval, "ping_interval");
    require_positive(options.ping_timeout, "ping_timeout");
    require_positive(options.upgrade_timeout, "upgrade_timeout");
    require_positive(options.http_request_timeout, "http_request_timeout");
    require_positive(options.tls_handshake_timeout, "tls_handshake_timeout");
    require_positive(options.admission_timeout, "admission_timeout");
    require_positive(options.cluster_request_timeout, "cluster_request_timeout");
    require_positive(options.http_keep_alive_timeout, "http_keep_alive_timeout");
    require_positive(options.close_timeout, "close_timeout");
    if (const auto& deflate = options.per_message_deflate) {
        require(deflate->level >= 1 && deflate->level <= 9,
                "per_message_deflate.level must lie between 1 and 9, is " +
                    std::to_string(deflate->level));
    }
    if (options.connection_state_recovery) check(*options.connection_state_recovery);
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
    require_positive(options.cluster_answer_bytes_max, "cluster_answer_bytes_max");
    return options;
}

Options checked_for_mounting(Options options) {
    require(options.shards == 1, "shards must be 1 on an io_context of the application's, is " +
                                     std::to_string(options.shards));
    return checked(std::move(options));
}

}  // namespace socketio
