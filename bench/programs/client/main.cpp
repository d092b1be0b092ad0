// The clients of one measurement, and of a cluster the emitter. Reads what the servers used, in CPU and memory,
// from /proc, and prints all on one line of JSON. The window that is measured begins and ends in a moment of
// silence, so that each message and its cost are inside or outside together.

#include "client/dialect.hpp"
#include "client/fanout_client.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"
#include "support/process_usage.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace {

struct Settings {
    std::vector<std::uint64_t> ports;
    std::vector<std::uint64_t> servers;
    std::uint64_t clients = 1000;
    std::string dialect = "socketio";
    bool deflate = false;
    bool tls = false;
    bool raw = false;
    std::uint64_t bytes = 200;
    std::uint64_t redis_port = 0;
    double interval_ms = 10;
    double idle_seconds = 0.2;
    double warm_up_seconds = 0.3;
    double seconds = 2;
    double drain_seconds = 0.2;
};

Settings read_settings(int argc, char** argv) {
    Settings settings;
    bench::CommandLine("Connects, counts, and reads from /proc what the server used meanwhile.")
        .numbers("--port", settings.ports, "of a server on 127.0.0.1")
        .numbers("--server", settings.servers, "its process; told by SIGUSR2 to begin and to stop")
        .number("--clients", settings.clients, "connections")
        .choice("--dialect", settings.dialect, {"socketio", "centrifuge"}, "of the server")
        .flag("--deflate", settings.deflate, "offer permessage-deflate")
        .flag("--tls", settings.tls, "speak TLS, whoever the server is")
        .flag("--raw", settings.raw, "no handshake, count bytes: the other end of limit")
        .number("--bytes", settings.bytes, "of one message, for --raw and --redis-port")
        .number("--redis-port", settings.redis_port,
                "emit by way of that Redis, in place of the servers; 0 does not")
        .decimal("--interval-ms", settings.interval_ms,
                 "between two messages so emitted; 0 is full speed (10)")
        .decimal("--idle-seconds", settings.idle_seconds, "before its memory is read (0.2)")
        .decimal("--warm-up-seconds", settings.warm_up_seconds,
                 "of broadcasts before the measured ones (0.3)")
        .decimal("--seconds", settings.seconds, "of measured broadcasts; 0 is none (2)")
        .decimal("--drain-seconds", settings.drain_seconds,
                 "of silence after which nothing more is expected (0.2)")
        .parse(argc, argv);
    const auto is_no_port = [](std::uint64_t port) { return port == 0 || port > 65'535; };
    if (settings.ports.empty() || std::ranges::any_of(settings.ports, is_no_port)) {
        bench::refuse("--port: which one?");
    }
    if (settings.servers.size() != settings.ports.size() ||
        std::ranges::find(settings.servers, 0u) != settings.servers.end()) {
        bench::refuse("--server: which process?");
    }
    if (settings.redis_port > 65'535) bench::refuse("--redis-port: which one?");
    if (settings.redis_port != 0 && settings.bytes < 100) {
        bench::refuse("--bytes: a message has at least 100");
    }
    if (settings.clients == 0 || settings.bytes == 0) bench::refuse("there is nothing to count");
    return settings;
}

std::uint64_t nanoseconds(double seconds) {
    return static_cast<std::uint64_t>(seconds * 1e9);
}

double per(std::uint64_t amount, std::uint64_t count) {
    return count == 0 ? 0 : static_cast<double>(amount) / static_cast<double>(count);
}

bench::ClientSettings client_settings_of(const Settings& settings) {
    bench::ClientSettings of_clients{
        .ports = {},
        .clients = settings.clients,
        .dialect = settings.raw ? nullptr : bench::find_dialect(settings.dialect),
        .deflate = settings.deflate,
        .tls = settings.tls,
        .raw_message_bytes = settings.bytes,
        .emission = std::nullopt};
    for (const auto port : settings.ports) {
        of_clients.ports.push_back(static_cast<std::uint16_t>(port));
    }
    if (settings.redis_port != 0) {
        of_clients.emission =
            bench::EmissionSettings{.redis_port = static_cast<std::uint16_t>(settings.redis_port),
                                    .interval_ms = settings.interval_ms,
                                    .message_bytes = settings.bytes};
    }
    return of_clients;
}

struct Snapshot {
    std::uint64_t time;
    std::uint64_t cpu;
    bench::Counts counts;
};

class Measurement {
public:
    explicit Measurement(const Settings& settings)
        : settings_(settings), client_(client_settings_of(settings)) {
        for (const auto server : settings.servers) {
            servers_.push_back(static_cast<pid_t>(server));
        }
    }

    void run() {
        std::printf("{\"clients\": %lu", settings_.clients);
        connect();
        if (settings_.seconds > 0) broadcast();
        std::printf("}\n");
    }

private:
    void connect() {
        const auto memory_before = sum_of(bench::anonymous_bytes_of);
        const auto before = snapshot();
        client_.connect_all();
        const auto joined_at = bench::nanoseconds_now();
        rest();
        const auto after = snapshot();
        const auto memory_after = sum_of(bench::anonymous_bytes_of);
        const auto grown = memory_after - std::min(memory_before, memory_after);
        std::printf(", \"connect_seconds\": %.3f, \"connect_cpu_us\": %.2f, \"idle_bytes\": %.0f",
                    per(joined_at - before.time, 1'000'000'000),
                    per(after.cpu - before.cpu, settings_.clients * 1000),
                    per(grown, settings_.clients));
    }

    void broadcast() {
        begin();
        client_.read_until(bench::nanoseconds_now() + nanoseconds(settings_.warm_up_seconds));
        const bool began_quietly = find_silence();
        client_.forget_latencies();
        const auto before = snapshot();
        client_.read_until(before.time + nanoseconds(settings_.seconds));
        const bool ended_quietly = find_silence();
        const auto after = snapshot();
        end();
        read_the_rest();
        report(before, after, began_quietly && ended_quietly);
    }

    void report(const Snapshot& before, const Snapshot& after, bool quietly) const {
        const auto time = after.time - before.time;
        const auto cpu = after.cpu - before.cpu;
        const auto messages = after.counts.messages - before.counts.messages;
        std::printf(", \"seconds\": %.3f, \"deliveries\": %lu, \"wire_bytes\": %lu",
                    per(time, 1'000'000'000), messages,
                    after.counts.wire_bytes - before.counts.wire_bytes);
        std::printf(", \"cpu_us_per_delivery\": %.4f, \"server_load\": %.3f, \"quietly\": %s",
                    per(cpu, messages * 1000), per(cpu, time), quietly ? "true" : "false");
        std::printf(", \"p50_us\": %.1f, \"p99_us\": %.1f",
                    per(client_.latencies().percentile(50), 1000),
                    per(client_.latencies().percentile(99), 1000));
        std::printf(", \"total\": %lu, \"fewest\": %lu, \"most\": %lu", client_.counts().messages,
                    client_.fewest_messages(), client_.most_messages());
        std::printf(", \"compressed\": %lu, \"inflated_one\": %s", client_.counts().compressed,
                    client_.inflated_one() ? "true" : "false");
        if (settings_.redis_port != 0) std::printf(", \"published\": %lu", client_.published());
    }

    static int milliseconds(double seconds) { return static_cast<int>(seconds * 1000); }

    // What the server does after the last client has joined belongs to their joining.
    void rest() {
        constexpr std::uint64_t give_up = 10'000'000'000;
        client_.read_until_quiet(milliseconds(settings_.idle_seconds),
                                 bench::nanoseconds_now() + give_up);
    }

    // Between two broadcasts: nothing arrives, and everybody has as many messages. A server that is
    // saturated never falls silent; there the error is one broadcast in hundreds.
    bool find_silence() {
        constexpr std::uint64_t patience = 300'000'000;
        const auto give_up = bench::nanoseconds_now() + patience;
        while (bench::nanoseconds_now() < give_up) {
            const bool quiet = client_.read_until_quiet(1, give_up);
            if (quiet && client_.everybody_has_all()) return true;
        }
        return false;
    }

    void read_the_rest() {
        constexpr std::uint64_t give_up = 30'000'000'000;
        if (!client_.read_until_quiet(milliseconds(settings_.drain_seconds),
                                      bench::nanoseconds_now() + give_up)) {
            bench::refuse("the server did not stop");
        }
    }

    [[nodiscard]] Snapshot snapshot() const {
        return {bench::nanoseconds_now(), sum_of(bench::cpu_nanoseconds_of), client_.counts()};
    }

    [[nodiscard]] std::uint64_t sum_of(std::uint64_t (*usage)(pid_t)) const {
        std::uint64_t sum = 0;
        for (const auto server : servers_) sum += usage(server);
        return sum;
    }

    void begin() { settings_.redis_port == 0 ? signal_servers() : client_.start_emitting(); }

    void end() { settings_.redis_port == 0 ? signal_servers() : client_.stop_emitting(); }

    void signal_servers() const {
        for (const auto server : servers_) {
            if (::kill(server, SIGUSR2) != 0) bench::fail("signalling a server");
        }
    }

    const Settings& settings_;
    std::vector<pid_t> servers_;
    bench::FanoutClient client_;
};

}  // namespace

int main(int argc, char** argv) {
    const auto settings = read_settings(argc, argv);
    bench::raise_open_files_limit();
    Measurement(settings).run();
}
