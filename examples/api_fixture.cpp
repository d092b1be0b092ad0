// The server that tests of the library's API drive: clients ask it to call this and that, and tell what came
// of it. Its contract stands in tests/conformance/README.md; tests/conformance/api_reference.mjs keeps the
// same one on the Node packages.

#include <socketio/socketio.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using socketio::Ack;
using socketio::Args;
using socketio::Array;
using socketio::BroadcastOperator;
using socketio::Namespace;
using socketio::Object;
using socketio::Socket;
using socketio::Value;
using std::chrono::milliseconds;

namespace {

struct Settings {
    std::uint16_t port = 0;
    unsigned shards = 1;
    bool eio3 = false;
    bool cleanup = false;
    bool any_parser = false;
};

void declare_options(CLI::App& app, Settings& settings) {
    app.add_option("--port", settings.port, "0 takes any free port");
    app.add_option("--shards", settings.shards, "threads; 0 is one for each core");
    app.add_flag("--eio3", settings.eio3, "let clients of socket.io 1.x and 2.x in");
    app.add_flag("--cleanup", settings.cleanup, "close children that nobody is in");
    app.add_flag("--any-parser", settings.any_parser, "let clients choose JSON or MessagePack");
}

/// Writes one whole line at once: handlers of different shards print at the same time.
template <class... Parts>
void print_line(const Parts&... parts) {
    std::ostringstream line;
    (line << ... << parts);
    line << '\n';
    std::cout << line.str() << std::flush;
}

std::vector<std::string> names_of(const Value& list) {
    std::vector<std::string> names;
    for (const auto& name : list.as_array()) names.push_back(name.as_string());
    return names;
}

milliseconds time_of(const Value& number) {
    return milliseconds(number.as_int64());
}

Value error_of(boost::system::error_code ec) {
    return ec ? Value(ec.message()) : Value();
}

// ---- Middlewares and handlers ------------------------------------------------------------------

void add_middlewares(Socket& socket) {
    socket.use([](Socket&, socketio::IncomingEvent& event, const socketio::NextEvent& next) {
        if (event.name == "blocked") return next.refuse("not allowed", Object{{"code", 7}});
        if (event.name == "changed") event.args.emplace_back("by the middleware");
        next();
    });
    socket.on_error([](Socket&, const socketio::EventRefusal& refusal) {
        print_line("error ", refusal.message);
    });
}

void watch(Socket& socket, const Ack& ack) {
    const auto seen = std::make_shared<Array>();
    const auto note = [seen](std::string_view what) {
        return [seen, what](Socket&, std::string_view event, const Args& args) {
            seen->emplace_back(std::string(what) + ' ' + std::string(event) + ' ' +
                               std::to_string(args.size()));
        };
    };
    socket.on_any(note("second"));
    const auto removed = socket.on_any(note("removed"));
    socket.off_any(removed);
    socket.prepend_any(note("first"));
    socket.on_any_outgoing(note("out"));
    socket.on("seen", [seen](Socket&, const Args&, const Ack& asked) { asked.reply(*seen); });
    socket.on("unwatch", [](Socket& from, const Args&, const Ack& asked) {
        from.off_any();
        from.off_any_outgoing();
        asked.reply();
    });
    ack.reply();
}

void try_reserved(Socket& socket, const Ack& ack) {
    Array refused;
    for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting",
                             "newListener", "removeListener", "reserved-not"}) {
        try {
            socket.emit(name);
        } catch (const std::invalid_argument&) {
            refused.emplace_back(name);
        }
    }
    ack.reply(std::move(refused));
}

void serve_handlers(Namespace& nsp) {
    nsp.on("echo", [](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    nsp.on("blocked", [](Socket&) { print_line("handled blocked"); });
    nsp.on("changed", [](Socket&, const Args& args, const Ack& ack) { ack.send(args); });
    nsp.on("watch", [](Socket& socket, const Args&, const Ack& ack) { watch(socket, ack); });
    nsp.on("reserved",
           [](Socket& socket, const Args&, const Ack& ack) { try_reserved(socket, ack); });
    nsp.on("say", [](Socket& socket, const Args& args) { socket.emit_message(args.at(0)); });
    nsp.on("expect-once", [](Socket& socket, const Args&, const Ack& ack) {
        socket.once("only", [](Socket& from, const Args& args) { from.send("only-back", args); });
        ack.reply();
    });
}

// ---- Many sockets ------------------------------------------------------------------------------

/// {rooms, except, local, compress, volatile} in the words of clients.
BroadcastOperator operator_of(const Namespace& nsp, const Value& wanted) {
    auto to = nsp.everyone();
    for (const auto& [name, value] : wanted.as_object()) {
        if (name == "rooms") to = to.to(names_of(value));
        if (name == "except") to = to.except(names_of(value));
        if (name == "local") to = to.local();
        if (name == "volatile") to = to.as_volatile();
        if (name == "compress") to = to.compress(value.as_bool());
    }
    return to;
}

Value details_of(const socketio::SocketDetails& socket) {
    auto rooms = socket.rooms;
    std::sort(rooms.begin(), rooms.end());
    Array names;
    for (auto& room : rooms) names.emplace_back(std::move(room));
    return Object{{"id", socket.id},
                  {"rooms", std::move(names)},
                  {"data", socket.data},
                  {"tag", std::string(socket.handshake.query.get("tag"))},
                  {"address", socket.handshake.address}};
}

void serve_many(Namespace& nsp) {
    nsp.on("data", [](Socket& socket, const Args& args, const Ack& ack) {
        socket.data() = args.at(0);
        ack.reply();
    });
    nsp.on("join", [](Socket& socket, const Args& args, const Ack& ack) {
        for (const auto& room : names_of(args.at(0))) socket.join(room);
        ack.reply();
    });
    nsp.on("emit-to", [](Socket& socket, const Args& args) {
        operator_of(socket.nsp(), args.at(0)).emit("to", args.at(1));
    });
    nsp.on("fetch", [](Socket& socket, const Args& args, const Ack& ack) {
        operator_of(socket.nsp(), args.at(0))
            .fetch_sockets([ack](const socketio::FetchedSockets& all) {
                Array list;
                for (const auto& found : all.sockets) list.push_back(details_of(found));
                ack.reply(std::move(list));
            });
    });
    nsp.on("sockets-join", [](Socket& socket, const Args& args) {
        operator_of(socket.nsp(), args.at(0)).sockets_join(names_of(args.at(1)));
    });
    nsp.on("sockets-leave", [](Socket& socket, const Args& args) {
        operator_of(socket.nsp(), args.at(0)).sockets_leave(names_of(args.at(1)));
    });
    nsp.on("disconnect-sockets", [](Socket& socket, const Args& args) {
        operator_of(socket.nsp(), args.at(0)).disconnect_sockets(args.at(1).as_bool());
    });
}

// ---- Answers -----------------------------------------------------------------------------------

socketio::Task ask_twice(Socket& socket, Ack ack) {
    const auto first = co_await socket.emit_with_ack("question", Args(), milliseconds(5'000));
    const auto second = co_await socket.emit_with_ack("question", first.args, milliseconds(5'000));
    ack.reply(error_of(second.ec), Array(second.args));
}

void serve_questions(Namespace& nsp) {
    nsp.on("ask-me", [](Socket& socket, const Args& args, const Ack& ack) {
        socket.emit_with_ack("question", {}, time_of(args.at(0)),
                             [ack](boost::system::error_code ec, const Args& answer) {
                                 ack.reply(error_of(ec), Array(answer));
                             });
    });
    nsp.on("ask-me-twice", [](Socket& socket, const Args&, const Ack& ack) {
        socket.spawn(ask_twice(socket, ack));
    });
    nsp.on("ask-all", [](Socket& socket, const Args& args, const Ack& ack) {
        operator_of(socket.nsp(), args.at(0))
            .emit_with_ack("question", {args.at(2)}, time_of(args.at(1)),
                           [ack](const socketio::BroadcastAnswers& answers) {
                               ack.reply(error_of(answers.ec), Array(answers.values));
                           });
    });
}

void serve(Namespace& nsp) {
    nsp.on_connection([](Socket& socket) {
        print_line("connect ", socket.nsp().name(), ' ', socket.id());
        socket.on_disconnect([](Socket& left, socketio::DisconnectReason reason) {
            print_line("disconnect ", left.nsp().name(), ' ', left.id(), ' ', to_string(reason));
        });
        socket.on_upgrade([](Socket& upgraded) {
            print_line("upgrade ", upgraded.id(), ' ', upgraded.transport());
        });
        add_middlewares(socket);
    });
    serve_handlers(nsp);
    serve_many(nsp);
    serve_questions(nsp);
}

// ---- Namespaces that clients ask for, rooms, and what Engine.IO tells ---------------------------

bool is_tenant(std::string_view name, const Value& auth) {
    const auto* said = auth.if_object();
    const auto* token = said != nullptr ? said->find("token") : nullptr;
    return name.starts_with("/tenant-") && token != nullptr && *token == Value("t");
}

void serve_dynamic(socketio::Server& io) {
    io.on_new_namespace([](Namespace& nsp) { print_line("new namespace ", nsp.name()); });
    auto& numbered = io.of_matching(socketio::matching("^/dynamic-\\d+$"));
    numbered.use([](Socket& socket, const socketio::Next& next) {
        const auto* auth = socket.handshake().auth.if_object();
        if (auth != nullptr && auth->find("refuse") != nullptr) return next.refuse("not here");
        next();
    });
    serve(numbered);
    serve(io.of_matching(is_tenant));
    io.of("/").on("emit-to-children",
                  [&numbered](Socket&, const Args& args) { numbered.emit("to", args.at(0)); });
}

std::string_view word_of(socketio::RoomEvent::Kind kind) {
    switch (kind) {
        case socketio::RoomEvent::Kind::created: return "create-room";
        case socketio::RoomEvent::Kind::joined: return "join-room";
        case socketio::RoomEvent::Kind::left: return "leave-room";
        case socketio::RoomEvent::Kind::deleted: return "delete-room";
    }
    return "";
}

void tell_of_rooms(Namespace& nsp) {
    nsp.on_room([](const socketio::RoomEvent& event) {
        print_line(word_of(event.kind), ' ', event.room, '|', event.socket_id);
    });
}

void add_hooks(socketio::Options& options) {
    options.initial_headers = [](socketio::FieldList& headers, const socketio::HttpRequest&) {
        headers.add("x-first", "yes");
    };
    options.headers = [](socketio::FieldList& headers, const socketio::HttpRequest& request) {
        headers.add("x-every", request.method);
    };
    options.connection_error = [](const socketio::ConnectionError& error) {
        const auto& [name, value] = error.context.front();
        print_line("refused ", error.code, ' ', error.message, '|', name, '|', value);
    };
}

void run_server(const Settings& settings) {
    socketio::Options options;
    options.cleanup_empty_child_namespaces = settings.cleanup;
    add_hooks(options);
    options.address = "127.0.0.1";
    options.port = settings.port;
    options.shards = settings.shards;
    options.allow_eio3 = settings.eio3;
    if (settings.any_parser) options.parser = socketio::Parser::by_client;
    socketio::Server io(options);
    serve_dynamic(io);
    serve(io.of("/"));
    tell_of_rooms(io.of("/"));
    io.listen();
    io.post(0, [&io] { print_line("listening on 127.0.0.1:", io.port()); });
    io.run();
}

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app("A Socket.IO server for tests of its API.", "api_fixture");
    declare_options(app, settings);
    CLI11_PARSE(app, argc, argv);
    try {
        run_server(settings);
    } catch (const std::exception& error) {
        std::cerr << "api_fixture: " << error.what() << '\n';
        return 1;
    }
}
