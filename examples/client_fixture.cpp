// The server that clients are tested against: small services with fixed names and answers, for the test
// suites of Socket.IO clients in any language.
//
//   client_fixture [--port P]        listens on 127.0.0.1; without a port on any free one
//
// What it serves is written down in tests/conformance/README.md; tests/conformance/client_reference.mjs
// keeps the same contract on the Node packages.

#include <socketio/socketio.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <any>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using socketio::Ack;
using socketio::Args;
using socketio::Binary;
using socketio::FieldList;
using socketio::Namespace;
using socketio::Object;
using socketio::Socket;
using socketio::Value;

namespace {

std::string formatted(std::time_t seconds, const char* format) {
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::int64_t milliseconds_of(std::chrono::system_clock::time_point time) {
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

/// As JSON has a JavaScript Date: "2026-01-31T12:00:00.000Z".
std::string iso_now() {
    const auto now = milliseconds_of(std::chrono::system_clock::now());
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(now % 1000));
    return formatted(static_cast<std::time_t>(now / 1000), "%Y-%m-%dT%H:%M:%S") + fraction.data();
}

/// As JavaScript writes a Date: "Sat Jan 31 2026 12:00:00 GMT+0000 (Coordinated Universal Time)".
std::string date_text(std::chrono::system_clock::time_point time) {
    return formatted(std::chrono::system_clock::to_time_t(time),
                     "%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)");
}

/// Fields that come several times are one in Node, with a comma between their values; cookies with `; `.
Object headers_object(const FieldList& fields) {
    Object headers;
    for (const auto& [name, value] : fields) {
        auto& member = headers[name];
        const auto* earlier = member.if_string();
        const auto* between = name == "cookie" ? "; " : ", ";
        member = earlier ? *earlier + between + std::string(value) : std::string(value);
    }
    return headers;
}

/// Of a parameter that comes several times the last one counts.
Object query_object(const FieldList& fields) {
    Object query;
    for (const auto& [name, value] : fields) query[name] = value;
    return query;
}

/// The object that Node's socket.handshake is.
Object handshake_object(const Socket& socket) {
    const auto& handshake = socket.handshake();
    return {
        {"headers", headers_object(handshake.headers())},
        {"time", date_text(handshake.issued)},
        {"address", handshake.address},
        {"xdomain", handshake.cross_domain},
        {"secure", handshake.secure},
        {"issued", milliseconds_of(handshake.issued)},
        {"url", handshake.url()},
        {"query", query_object(handshake.query)},
        {"auth", handshake.auth.is_null() ? Value(Object()) : handshake.auth},
    };
}

void refuse_who_asks_for_it(Namespace& root) {
    root.use([](Socket& socket, const socketio::Next& next) {
        if (!socket.handshake().query.find("fail")) return next();
        next.refuse("Auth failed (main namespace)");
    });
}

void serve_other_namespaces(socketio::Server& io) {
    io.of("/no").use(
        [](Socket&, const socketio::Next& next) { next.refuse("Auth failed (custom namespace)"); });
    io.of("/foo").on("getId",
                     [](Socket& socket, const Args&, const Ack& ack) { ack.reply(socket.id()); });
    for (const auto* name : {"/timeout_socket", "/valid", "/asd"}) io.of(name);
    io.of("/abc").on_connection(
        [](Socket& socket) { socket.emit("handshake", handshake_object(socket)); });
}

void serve_answers(Namespace& nsp) {
    nsp.on("hi", [](Socket& socket) { socket.emit("hi"); });
    nsp.on("echo", [](Socket&, const Args& args, const Ack& ack) { ack.reply(args.at(0)); });
    nsp.on("getId", [](Socket& socket, const Args&, const Ack& ack) { ack.reply(socket.id()); });
    nsp.on("getHandshake", [](Socket& socket, const Args&, const Ack& ack) {
        ack.reply(handshake_object(socket));
    });
    // The other way round: the client is asked.
    nsp.on("ack", [](Socket& socket) {
        const auto on_answer = [&socket](boost::system::error_code ec, const Args& answer) {
            // Without an error the socket is still there: one that leaves fails its acks.
            if (!ec && answer == Args{5, Object{{"test", true}}}) socket.emit("got it");
        };
        socket.emit_with_ack("ack", {}, std::chrono::milliseconds::zero(), on_answer);
    });
}

void serve_texts(Namespace& nsp) {
    nsp.on("getAckDate", [](Socket&, const Args&, const Ack& ack) { ack.reply(iso_now()); });
    nsp.on("getDate", [](Socket& socket) { socket.emit("takeDate", iso_now()); });
    nsp.on("getDateObj",
           [](Socket& socket) { socket.emit("takeDateObj", Object{{"date", iso_now()}}); });
    nsp.on("getUtf8", [](Socket& socket) {
        for (const auto* text :
             {"てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"}) {
            socket.emit("takeUtf8", text);
        }
    });
    nsp.on("false", [](Socket& socket) { socket.emit("false", false); });
}

bool has_binary(const Args& args) {
    return !args.empty() && args.front().if_binary() != nullptr;
}

/// {hello: "lol", message: binary, goodbye: "gotcha"}
bool is_greeting(const Args& args) {
    const auto* object = args.empty() ? nullptr : args.front().if_object();
    if (object == nullptr || object->size() != 3) return false;
    const auto is = [object](std::string_view key, std::string_view text) {
        const auto* value = object->find(key);
        return value != nullptr && *value == Value(text);
    };
    const auto* message = object->find("message");
    return is("hello", "lol") && is("goodbye", "gotcha") && message != nullptr &&
           message->if_binary() != nullptr;
}

void serve_binary(Namespace& nsp) {
    nsp.on("doge", [](Socket& socket) { socket.emit("doge", Binary("asdfasdf")); });
    nsp.on("getbin", [](Socket& socket) { socket.emit("takebin", Binary("asdfasdf")); });
    nsp.on("buffa", [](Socket& socket, const Args& args) {
        if (has_binary(args)) socket.emit("buffack");
    });
    nsp.on("blob", [](Socket& socket, const Args& args) {
        if (has_binary(args)) socket.emit("back");
    });
    nsp.on("jsonbuff", [](Socket& socket, const Args& args) {
        if (is_greeting(args)) socket.emit("jsonbuff-ack");
    });
    nsp.on("jsonblob", [](Socket& socket, const Args& args) {
        if (is_greeting(args)) socket.emit("jsonblob-ack");
    });
}

/// Notes the step of a sequence that a socket makes; false when it is not the one after `previous`.
bool take_step(Socket& socket, std::string_view step, std::string_view previous) {
    const auto* last = std::any_cast<std::string>(&socket.data());
    const bool in_order = previous.empty() || (last != nullptr && *last == previous);
    socket.data() = std::string(in_order ? step : "");
    return in_order;
}

/// Events that are answered once all of them have come, one after the other.
void serve_sequences(Namespace& nsp) {
    nsp.on("abuff1", [](Socket& socket, const Args& args) {
        if (has_binary(args)) take_step(socket, "abuff1", "");
    });
    nsp.on("abuff2", [](Socket& socket, const Args& args) {
        if (has_binary(args) && take_step(socket, "abuff2", "abuff1")) socket.emit("abuff2-ack");
    });
    nsp.on("blob1", [](Socket& socket, const Args& args) {
        if (has_binary(args)) take_step(socket, "blob1", "");
    });
    nsp.on("blob2", [](Socket& socket, const Args& args) {
        if (args == Args{"second"}) take_step(socket, "blob2", "blob1");
    });
    nsp.on("blob3", [](Socket& socket, const Args& args) {
        if (has_binary(args) && take_step(socket, "blob3", "blob2")) socket.emit("blob3-ack");
    });
}

/// Every handshake is answered after 10 ms, for clients that must not rely on less.
void answer_later(boost::asio::io_context& context, socketio::AdmissionReply reply) {
    const auto timer =
        std::make_shared<boost::asio::steady_timer>(context, std::chrono::milliseconds(10));
    timer->async_wait([timer, reply = std::move(reply)](boost::system::error_code ec) {
        if (!ec) reply.allow();
    });
}

void run_server(socketio::Options options) {
    socketio::Server* server = nullptr;
    options.allow_request = [&server](const socketio::HttpRequest&,
                                      socketio::AdmissionReply reply) {
        answer_later(server->context(server->current_shard()), std::move(reply));
    };
    options.address = "127.0.0.1";
    options.ping_interval = std::chrono::milliseconds(2'000);
    // Handshakes are asked for long after the connection.
    options.keep_request = socketio::KeepRequest::always;
    options.connection_state_recovery = socketio::RecoveryOptions{};
    socketio::Server io(std::move(options));
    server = &io;
    auto& root = io.of("/");
    refuse_who_asks_for_it(root);
    serve_answers(root);
    serve_texts(root);
    serve_binary(root);
    serve_sequences(root);
    serve_other_namespaces(io);
    io.listen();
    // From inside run(): whoever reads the line may send a signal at once.
    io.post(0, [&io] { std::cout << "listening on 127.0.0.1:" << io.port() << std::endl; });
    io.run();
}

}  // namespace

int main(int argc, char** argv) {
    socketio::Options options;
    options.port = 0;
    CLI::App app("A Socket.IO server for the test suites of clients.", "client_fixture");
    app.add_option("--port", options.port, "0 takes any free port");
    app.add_option("--shards", options.shards, "threads; 0 is one for each core");
    CLI11_PARSE(app, argc, argv);
    try {
        run_server(std::move(options));
    } catch (const std::exception& error) {
        std::cerr << "client_fixture: " << error.what() << '\n';
        return 1;
    }
}
