// The server that the protocol tests drive: echoes and small services behind the public API. Its
// contract, options and lines on stdout included, is written down in tests/conformance/README.md;
// tests/conformance/reference_fixture.mjs keeps the same contract on the Node packages.

#include "fixture_loops.hpp"

#include <socketio/socketio.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using socketio::Ack;
using socketio::Args;
using socketio::DisconnectReason;
using socketio::Namespace;
using socketio::Socket;
using socketio::Value;

namespace {

struct Settings {
    std::uint16_t port = 0;
    unsigned shards = 1;
    std::string loop = "own";
    std::int64_t ping_interval_ms = 25'000;
    std::int64_t ping_timeout_ms = 20'000;
    std::int64_t connect_timeout_ms = 45'000;
    std::int64_t upgrade_timeout_ms = 10'000;
    std::int64_t request_timeout_ms = 10'000;
    std::size_t max_payload = 1'000'000;
    std::vector<std::string> cors_origins;
    bool cors_credentials = false;
    bool allow_request = false;
    bool eio3 = false;
    bool recovery = false;
    std::int64_t recovery_ms = 120'000;
    bool engine_echo = false;
    bool ws_echo = false;
    bool no_deflate = false;
    std::string parser = "json";
    socketio::DeflateOptions deflate;
    socketio::TlsOptions tls;
};

void declare_options(CLI::App& app, Settings& settings) {
    app.add_option("--port", settings.port, "0 takes any free port");
    app.add_option("--shards", settings.shards, "threads; 0 is one for each core");
    app.add_option("--loop", settings.loop, "who runs the server, and who accepts")
        ->check(CLI::IsMember({"own", "mounted", "handed-over"}));
    app.add_option("--ping-interval-ms", settings.ping_interval_ms);
    app.add_option("--ping-timeout-ms", settings.ping_timeout_ms);
    app.add_option("--max-payload", settings.max_payload, "largest message and POST body, bytes");
    app.add_option("--connect-timeout-ms", settings.connect_timeout_ms);
    app.add_option("--upgrade-timeout-ms", settings.upgrade_timeout_ms);
    app.add_option("--request-timeout-ms", settings.request_timeout_ms,
                   "time for a whole request head or body");
    app.add_option("--cors-origin", settings.cors_origins, "may be repeated; * is any");
    app.add_flag("--cors-credentials", settings.cors_credentials);
    app.add_flag("--allow-request", settings.allow_request,
                 "refuse handshakes that have a query parameter `refuse`");
    app.add_flag("--eio3", settings.eio3, "let clients of socket.io 1.x and 2.x in");
    app.add_flag("--recovery", settings.recovery, "sockets may come back");
    app.add_option("--recovery-ms", settings.recovery_ms, "how long they may be away");
    app.add_flag("--engine-echo", settings.engine_echo, "bare Engine.IO on /engine.io/");
    app.add_flag("--ws-echo", settings.ws_echo, "bare WebSocket on /echo");
    app.add_flag("--no-deflate", settings.no_deflate, "take no offer of permessage-deflate");
    app.add_option("--parser", settings.parser, "what packets are written in")
        ->check(CLI::IsMember({"json", "msgpack", "by-client"}));
    app.add_option("--deflate-threshold", settings.deflate.threshold,
                   "smallest message that is compressed, bytes");
    app.add_option("--tls-cert", settings.tls.certificate_file, "PEM; the port has TLS then");
    app.add_option("--tls-key", settings.tls.key_file, "PEM");
}

void admit(const socketio::HttpRequest& request, const socketio::AdmissionReply& reply) {
    const auto refuse = request.query.find("refuse");
    if (!refuse) return reply.allow();
    reply.refuse(std::string(*refuse));
}

socketio::Parser parser_of(std::string_view name) {
    if (name == "msgpack") return socketio::Parser::msgpack;
    return name == "by-client" ? socketio::Parser::by_client : socketio::Parser::json;
}

socketio::Options server_options(const Settings& settings) {
    using std::chrono::milliseconds;
    socketio::Options options;
    options.address = "127.0.0.1";
    options.port = settings.port;
    options.shards = settings.shards;
    options.ping_interval = milliseconds(settings.ping_interval_ms);
    options.ping_timeout = milliseconds(settings.ping_timeout_ms);
    options.connect_timeout = milliseconds(settings.connect_timeout_ms);
    options.upgrade_timeout = milliseconds(settings.upgrade_timeout_ms);
    options.http_request_timeout = milliseconds(settings.request_timeout_ms);
    options.message_bytes_max = settings.max_payload;
    options.allow_eio3 = settings.eio3;
    options.parser = parser_of(settings.parser);
    if (!settings.cors_origins.empty()) {
        socketio::CorsOptions cors;
        cors.origins = settings.cors_origins;
        cors.credentials = settings.cors_credentials;
        options.cors = std::move(cors);
    }
    if (settings.allow_request) options.allow_request = admit;
    if (settings.recovery) {
        options.connection_state_recovery = socketio::RecoveryOptions{
            .max_disconnection_duration = milliseconds(settings.recovery_ms)};
    }
    options.per_message_deflate = settings.deflate;
    if (settings.no_deflate) options.per_message_deflate.reset();
    if (!settings.tls.certificate_file.empty()) options.tls = settings.tls;
    return options;
}

/// Writes one whole line at once: handlers of different shards print at the same time.
template <class... Parts>
void print_line(const Parts&... parts) {
    std::ostringstream line;
    (line << ... << parts);
    line << '\n';
    std::cout << line.str() << std::flush;
}

Args without_first(const Args& args, std::size_t count) {
    const auto skipped = static_cast<std::ptrdiff_t>(std::min(count, args.size()));
    return {args.begin() + skipped, args.end()};
}

/// One room's name or an array of them.
std::vector<std::string> names_of(const Value& value) {
    if (value.if_array() == nullptr) return {value.as_string()};
    std::vector<std::string> names;
    for (const auto& name : value.as_array()) names.push_back(name.as_string());
    return names;
}

void serve_echoes(Namespace& nsp) {
    nsp.on("message", [](Socket& socket, const Args& args) { socket.send("message-back", args); });
    nsp.on("message-with-ack", [](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    nsp.on("volatile", [](Socket& socket, const Args& args) {
        socket.send("volatile-back", args, {.is_volatile = true});
    });
    nsp.on("ask", [](Socket& socket, const Args& args) {
        // Without an error the socket is still there: one that leaves fails its acks.
        auto answered = [&socket](boost::system::error_code ec, const Args& answer) {
            if (!ec) socket.send("answer", answer);
        };
        socket.emit_with_ack("question", args, std::chrono::milliseconds::zero(), answered);
    });
    nsp.on("kick",
           [](Socket& socket, const Args& args) { socket.disconnect(args.at(0).as_bool()); });
}

void serve_rooms(Namespace& nsp) {
    nsp.on("join", [](Socket& socket, const Args& args, const Ack& ack) {
        socket.join(args.at(0).as_string());
        ack.reply(args.at(0));
    });
    nsp.on("leave", [](Socket& socket, const Args& args, const Ack& ack) {
        socket.leave(args.at(0).as_string());
        ack.reply(args.at(0));
    });
    nsp.on("to-room", [&nsp](Socket&, const Args& args) {
        socketio::BroadcastOperator(nsp)
            .to(names_of(args.at(0)))
            .send("room", without_first(args, 1));
    });
    nsp.on("to-room-except", [&nsp](Socket&, const Args& args) {
        socketio::BroadcastOperator(nsp)
            .to(names_of(args.at(0)))
            .except(names_of(args.at(1)))
            .send("room", without_first(args, 2));
    });
    nsp.on("to-all", [&nsp](Socket&, const Args& args) {
        socketio::BroadcastOperator(nsp).send("all", args);
    });
    nsp.on("broadcast",
           [](Socket& socket, const Args& args) { socket.broadcast().send("broadcast", args); });
}

/// What is left of a socket when it comes back.
void serve_memory(Namespace& nsp) {
    nsp.on("remember", [](Socket& socket, const Args& args, const Ack& ack) {
        socket.data() = args.at(0);
        ack.reply();
    });
    nsp.on("recall", [](Socket& socket, const Args&, const Ack& ack) {
        auto names = socket.rooms();
        std::sort(names.begin(), names.end());
        socketio::Array rooms;
        for (auto& name : names) rooms.emplace_back(std::move(name));
        const auto* data = std::any_cast<Value>(&socket.data());
        ack.reply(socket.recovered(), data != nullptr ? *data : Value(), std::move(rooms));
    });
}

void serve(Namespace& nsp) {
    nsp.on_connection([name = nsp.name()](Socket& socket) {
        print_line("connect ", name, ' ', socket.id());
        socket.on_disconnect([name](Socket& left, DisconnectReason reason) {
            print_line("disconnect ", name, ' ', left.id(), ' ', to_string(reason));
        });
        const auto& auth = socket.handshake().auth;
        socket.emit("auth", auth.is_null() ? Value(socketio::Object()) : auth);
    });
    serve_echoes(nsp);
    serve_rooms(nsp);
    serve_memory(nsp);
}

void guard(Namespace& nsp) {
    nsp.use([](Socket& socket, const socketio::Next& next) {
        const auto* auth = socket.handshake().auth.if_object();
        const auto* token = auth ? auth->find("token") : nullptr;
        if (token != nullptr && *token == Value("secret")) return next();
        const auto* data = auth ? auth->find("data") : nullptr;
        next.refuse("not authorized", data ? *data : Value());
    });
}

socketio::EngineEndpoint engine_echo() {
    return {
        .path = "/engine.io/",
        .on_open = {},
        .on_message =
            [](socketio::EngineConnection& connection, std::string_view data, bool binary) {
                binary ? connection.send_binary(data) : connection.send_text(data);
            },
        .on_close =
            [](socketio::EngineConnection& connection, DisconnectReason reason) {
                print_line("engine-close ", connection.id(), ' ', to_string(reason));
            },
    };
}

socketio::WebSocketEndpoint websocket_echo() {
    return {
        .path = "/echo",
        .on_open = {},
        .on_message =
            [](socketio::WebSocketConnection& connection, std::string_view data, bool binary) {
                binary ? connection.send_binary(data) : connection.send_text(data);
            },
        .on_close = {},
    };
}

void set_up(socketio::Server& io, const Settings& settings) {
    serve(io.of("/"));
    serve(io.of("/custom"));
    guard(io.of("/guarded"));
    serve(io.of("/guarded"));
    if (settings.engine_echo) io.add_endpoint(engine_echo());
    if (settings.ws_echo) io.add_endpoint(websocket_echo());
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app("A Socket.IO server for protocol tests.", "protocol_fixture");
    declare_options(app, settings);
    CLI11_PARSE(app, argc, argv);
    try {
        fixture::run(
            settings.loop, server_options(settings),
            [&](socketio::Server& io) { set_up(io, settings); },
            [&](std::uint16_t port) {
                print_line("listening on 127.0.0.1:", port);
                print_line("loop ", settings.loop);
            });
    } catch (const std::exception& error) {
        std::cerr << "protocol_fixture: " << error.what() << '\n';
        return 1;
    }
}
