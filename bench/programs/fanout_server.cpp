// A chart server reduced to its fan-out, on the library's public headers. bench/peers has the same program on
// other libraries; bench/fanout_client is the other end.
//
// From SIGUSR2 on it emits, every interval, `burst` messages to everybody; a second SIGUSR2 stops it. As one of
// several over a Redis it passes on what an emitter says.

#include "support/chart_message.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"
#include <socketio/redis_adapter.hpp>
#include <socketio/socketio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace {

struct Settings {
    std::uint64_t port = 0;
    std::uint64_t shards = 1;
    std::string writer = "send";
    bool deflate = false;
    socketio::TlsOptions tls;
    std::string redis;
    double interval_ms = 10;
    std::uint64_t bytes = 200;
    std::uint64_t burst = 1;
};

Settings read_settings(int argc, char** argv) {
    Settings settings;
    bench::CommandLine("Broadcasts chart data over Socket.IO.")
        .number("--port", settings.port, "where it listens; 0 takes a free port")
        .number("--shards", settings.shards, "threads")
        .choice("--writer", settings.writer, {"send", "uring"}, "how bytes leave")
        .flag("--deflate", settings.deflate, "compress for clients that offer it")
        .text("--tls-cert", settings.tls.certificate_file, "serve TLS with this PEM file")
        .text("--tls-key", settings.tls.key_file, "and this key")
        .text("--redis", settings.redis, "join the servers at this URL, by the classic adapter")
        .decimal("--interval-ms", settings.interval_ms,
                 "between the beginnings of two bursts; 0 is no pause (10)")
        .number("--bytes", settings.bytes, "of one message on the wire, its frame included")
        .number("--burst", settings.burst, "messages at a time")
        .parse(argc, argv);
    if (settings.bytes < 100) bench::refuse("--bytes: a message has at least 100");
    return settings;
}

socketio::Options options_of(const Settings& settings) {
    socketio::Options options{.address = "127.0.0.1",
                              .port = static_cast<std::uint16_t>(settings.port),
                              .shards = static_cast<unsigned>(settings.shards)};
    options.writer = settings.writer == "uring" ? socketio::Writer::uring : socketio::Writer::send;
    if (!settings.tls.certificate_file.empty()) options.tls = settings.tls;
    if (!settings.deflate) options.per_message_deflate = std::nullopt;
    if (!settings.redis.empty()) options.adapter = socketio::redis_adapter(settings.redis);
    return options;
}

socketio::Array chart_rows(std::size_t message_bytes) {
    socketio::Array rows;
    for (const auto number : bench::chart_numbers(message_bytes)) rows.emplace_back(number);
    return rows;
}

/// Lives on shard 0.
class Broadcaster {
public:
    Broadcaster(socketio::Server& server, const Settings& settings)
        : server_(server),
          settings_(settings),
          rows_(chart_rows(settings.bytes)),
          interval_(static_cast<std::int64_t>(settings.interval_ms * 1e6)),
          timer_(server.context()),
          signals_(server.context(), SIGUSR2) {}

    void wait_for_signal() {
        signals_.async_wait([this](boost::system::error_code ec, int) {
            if (ec) return;
            running_ ? stop() : start();
            wait_for_signal();
        });
    }

private:
    void start() {
        running_ = true;
        due_ = std::chrono::steady_clock::now();
        broadcast();
    }

    void stop() {
        running_ = false;
        timer_.cancel();
        std::printf("sent %lu broadcasts\n", broadcasts_);
        std::fflush(stdout);
    }

    void broadcast() {
        for (std::uint64_t i = 0; i < settings_.burst; ++i) {
            server_.emit(bench::chart_event,
                         socketio::Object{{"t", bench::nanoseconds_now()}, {"data", rows_}});
            ++broadcasts_;
        }
        // No debt is kept: who is late goes on from now; not at once, since what is due already would
        // still belong to this turn of the loop, and nothing leaves before its end.
        constexpr std::chrono::microseconds turn_ends_meanwhile{100};
        due_ = std::max(due_ + interval_, std::chrono::steady_clock::now() + turn_ends_meanwhile);
        timer_.expires_at(due_);
        timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec && running_) broadcast();
        });
    }

    socketio::Server& server_;
    const Settings& settings_;
    socketio::Array rows_;
    std::chrono::nanoseconds interval_;
    boost::asio::steady_timer timer_;
    boost::asio::signal_set signals_;
    std::chrono::steady_clock::time_point due_;
    std::uint64_t broadcasts_ = 0;
    bool running_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    const auto settings = read_settings(argc, argv);
    bench::raise_open_files_limit();
    socketio::Server server(options_of(settings));
    Broadcaster broadcaster(server, settings);
    broadcaster.wait_for_signal();
    server.listen();
    // Said by the running server: who reads it may already send signals.
    server.post(0, [&] {
        std::printf("listening on port %u\n", server.port());
        std::fflush(stdout);
    });
    server.run();
}
