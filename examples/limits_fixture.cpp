// The server that tests of bounds, admission and the end drive: each bound is an option, and handshakes say
// themselves how they want to be answered. Its contract stands in tests/conformance/README.md;
// tests/conformance/limits_reference.mjs keeps what Node has of it on the Node packages.

#include <socketio/socketio.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using socketio::Ack;
using socketio::AdmissionReply;
using socketio::Args;
using socketio::HttpRequest;
using socketio::Namespace;
using socketio::Object;
using socketio::Socket;
using socketio::Value;
using std::chrono::milliseconds;

namespace {

struct Settings {
    socketio::Options options;
    std::int64_t admission_timeout_ms = 10'000;
    std::int64_t attachment_timeout_ms = 30'000;
    std::int64_t drain_window_ms = 0;
    std::size_t compression_threshold = 1'024;
    std::string cookie;
    std::string unix_path;
    bool no_compression = false;
    bool disconnect_floods = false;
};

void declare_options(CLI::App& app, Settings& settings) {
    auto& options = settings.options;
    app.add_option("--port", options.port, "0 takes any free port");
    app.add_option("--shards", options.shards, "threads; 0 is one for each core");
    app.add_flag("--eio3", options.allow_eio3, "let clients of socket.io 1.x and 2.x in");
    app.add_option("--path", options.path, "where Socket.IO is");
    app.add_flag("!--no-client", options.serve_client, "do not serve the browser's client");
    app.add_flag("!--no-polling", options.allow_polling);
    app.add_flag("!--no-websocket", options.allow_websocket);
    app.add_flag("!--no-upgrades", options.allow_upgrades);
    app.add_option("--cookie", settings.cookie, "its name, or `io` for the default one");
    app.add_option("--allowed-origin", options.allowed_origins, "may be repeated");
    app.add_option("--initial-packet", options.initial_packet, "follows the open packet");
    app.add_option("--compression-threshold", settings.compression_threshold,
                   "smallest answer to a poll that is compressed, bytes");
    app.add_flag("--no-compression", settings.no_compression, "answers to polls go as they are");
    app.add_option("--admission-timeout-ms", settings.admission_timeout_ms);
    app.add_option("--attachment-timeout-ms", settings.attachment_timeout_ms);
    app.add_option("--trusted-proxy", options.trusted_proxies, "may be repeated");
    app.add_flag("--proxy-protocol", options.proxy_protocol, "the port wants PROXY headers");
    app.add_option("--unix", settings.unix_path, "listens on this path, too");
    app.add_option("--address-connections", options.address_connections_max);
    app.add_option("--address-connects-per-second", options.address_connects_per_second_max);
    app.add_option("--events-per-second", options.events_per_second_max);
    app.add_option("--events-burst", options.events_burst_max);
    app.add_flag("--disconnect-floods", settings.disconnect_floods,
                 "who sends events too fast is disconnected");
    app.add_option("--drain-window-ms", settings.drain_window_ms);
}

/// Writes one whole line at once: handlers of different shards print at the same time.
template <class... Parts>
void print_line(const Parts&... parts) {
    std::ostringstream line;
    (line << ... << parts);
    line << '\n';
    std::cout << line.str() << std::flush;
}

// ---- Admission ---------------------------------------------------------------------------------

void answer(const AdmissionReply& reply, std::string_view wish) {
    if (wish == "allow") return reply.allow();
    if (wish == "refuse") return reply.refuse("not today");
    if (wish == "twice") {
        reply.refuse("first");
        reply.allow();
    }
    // "drop": nobody says anything.
}

void answer_after(boost::asio::io_context& context, milliseconds delay, AdmissionReply reply,
                  std::string wish) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(context, delay);
    timer->async_wait(
        [timer, reply = std::move(reply), wish = std::move(wish)](boost::system::error_code ec) {
            if (!ec) answer(reply, wish);
        });
}

/// `admission` in the query says how the handshake wants to be answered, `after` when: in so many
/// milliseconds, or by another thread.
void admit(socketio::Server& io, const HttpRequest& request, AdmissionReply reply) {
    auto wish = std::string(request.query.get("admission"));
    if (wish.empty()) wish = "allow";
    if (wish == "throw") throw std::runtime_error("admission fails");
    const auto after = request.query.get("after");
    print_line("asked ", wish, ' ', after);
    if (after == "thread") {
        std::thread([reply = std::move(reply), wish] { answer(reply, wish); }).detach();
        return;
    }
    std::int64_t delay = 0;
    std::from_chars(after.data(), after.data() + after.size(), delay);
    if (after.empty()) return answer(reply, wish);
    answer_after(io.context(io.current_shard()), milliseconds(delay), std::move(reply),
                 std::move(wish));
}

// ---- Services ----------------------------------------------------------------------------------

Object counters_of(const socketio::Server& io) {
    const auto counters = io.counters();
    return {
        {"handshakes", counters.handshakes},
        {"handshakesRefused", counters.handshakes_refused},
        {"addressesRefused", counters.addresses_refused},
        {"eventsRefused", counters.events_refused},
        {"connections", counters.connections},
        {"sessions", counters.polling_sessions + counters.websocket_sessions},
    };
}

void serve(socketio::Server& io, Namespace& nsp) {
    nsp.on_connection([](Socket& socket) {
        print_line("connect ", socket.nsp().name(), ' ', socket.id());
        socket.on_disconnect([](Socket& left, socketio::DisconnectReason reason) {
            print_line("disconnect ", left.nsp().name(), ' ', left.id(), ' ', to_string(reason));
        });
        socket.on_error([](Socket&, const socketio::EventRefusal& refusal) {
            print_line("error ", refusal.event, ' ', refusal.message);
        });
    });
    nsp.on("echo", [](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    nsp.on("counters", [&io](Socket&, const Args&, const Ack& ack) { ack.reply(counters_of(io)); });
    nsp.on("text", [](Socket& socket, const Args& args) {
        socket.send("text", {args.at(0)}, {.compress = args.at(1).as_bool()});
    });
    nsp.on("to-all", [&nsp](Socket&, const Args& args) { nsp.emit("all", args.at(0)); });
}

void run_server(Settings settings) {
    socketio::Server* server = nullptr;
    auto& options = settings.options;
    options.address = "127.0.0.1";
    options.admission_timeout = milliseconds(settings.admission_timeout_ms);
    options.attachment_timeout = milliseconds(settings.attachment_timeout_ms);
    options.drain_window = milliseconds(settings.drain_window_ms);
    if (!settings.unix_path.empty()) {
        options.further_addresses.emplace_back().unix_path = settings.unix_path;
    }
    if (!settings.cookie.empty()) options.cookie = socketio::CookieOptions{.name = settings.cookie};
    options.http_compression->threshold = settings.compression_threshold;
    if (settings.no_compression) options.http_compression.reset();
    if (settings.disconnect_floods) {
        options.event_rate_action = socketio::EventRateAction::disconnect;
    }
    options.allow_request = [&server](const HttpRequest& request, AdmissionReply reply) {
        admit(*server, request, std::move(reply));
    };
    options.connection_error = [](const socketio::ConnectionError& error) {
        std::string context;
        for (const auto& [name, value] : error.context) {
            context.append("|").append(name).append("|").append(value);
        }
        print_line("refused ", error.code, ' ', error.message, context);
    };
    options.logger = [](const socketio::LogEvent& event) {
        std::string fields;
        for (const auto& [name, value] : event.fields) {
            fields.append(" ").append(name).append("=").append(value);
        }
        print_line("log ", event.event, fields);
    };
    socketio::Server io(std::move(options));
    server = &io;
    serve(io, io.of("/"));
    io.on_http("GET", "/page", [](const HttpRequest&, const socketio::HttpReply& reply) {
        reply.send(socketio::HttpResponse::text(200, "page"));
    });
    io.add_endpoint(socketio::WebSocketEndpoint{
        .path = "/echo",
        .on_open = {},
        .on_message =
            [](socketio::WebSocketConnection& connection, std::string_view data, bool binary) {
                binary ? connection.send_binary(data) : connection.send_text(data);
            },
        .on_close = {},
    });
    io.listen();
    io.post(0, [&io] { print_line("listening on 127.0.0.1:", io.port()); });
    io.run();
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    settings.options.port = 0;
    CLI::App app("A Socket.IO server for tests of its bounds.", "limits_fixture");
    declare_options(app, settings);
    CLI11_PARSE(app, argc, argv);
    try {
        run_server(std::move(settings));
    } catch (const std::exception& error) {
        std::cerr << "limits_fixture: " << error.what() << '\n';
        return 1;
    }
}
