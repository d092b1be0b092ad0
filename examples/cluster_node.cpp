// A server of a cluster that is driven from outside: its clients have it call the library, and are told what came
// of it. Servers of this program and of Node may be mixed; tests/support/cluster_node.mjs does the same on the npm
// packages, and tests/cluster/README.md has the contract of both.
//
//   cluster_node --port 3001 --redis redis://127.0.0.1:6379 --adapter sharded --name first

#include <socketio/redis_adapter.hpp>
#include <socketio/sharded_adapter.hpp>
#include <socketio/socketio.hpp>
#include <socketio/streams_adapter.hpp>

#include <CLI/CLI.hpp>

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
    std::string redis = "redis://127.0.0.1:6379";
    std::string adapter = "classic";
    std::string subscription_mode = "dynamic";
    std::string name = "node";
};

void declare_options(CLI::App& app, Settings& settings) {
    app.add_option("--port", settings.port, "0 takes any free port");
    app.add_option("--shards", settings.shards, "threads; 0 is one for each core");
    app.add_option("--redis", settings.redis, "URL of the Redis that the servers share");
    app.add_option("--adapter", settings.adapter, "how they share it")
        ->check(CLI::IsMember({"classic", "sharded", "streams"}));
    app.add_option("--subscription-mode", settings.subscription_mode,
                   "which rooms have a sharded channel of their own, in Node's words")
        ->check(CLI::IsMember({"static", "dynamic", "dynamic-private"}));
    app.add_option("--name", settings.name, "what this server is called");
}

socketio::RoomChannels room_channels_of(std::string_view mode) {
    if (mode == "static") return socketio::RoomChannels::none;
    if (mode == "dynamic-private") return socketio::RoomChannels::all_rooms;
    return socketio::RoomChannels::public_rooms;
}

std::shared_ptr<socketio::Adapter> make_adapter(const Settings& settings) {
    if (settings.adapter == "sharded") {
        socketio::ShardedAdapterOptions options;
        options.url = settings.redis;
        options.room_channels = room_channels_of(settings.subscription_mode);
        return socketio::sharded_adapter(std::move(options));
    }
    if (settings.adapter == "streams") {
        socketio::StreamsAdapterOptions options;
        options.url = settings.redis;
        return socketio::streams_adapter(std::move(options));
    }
    return socketio::redis_adapter(settings.redis);
}

/// Writes one whole line at once: handlers of different shards print at the same time.
void print_line(const std::string& line) {
    std::cout << (line + '\n') << std::flush;
}

void print_event(const socketio::LogEvent& event) {
    std::ostringstream line;
    line << event.event;
    for (const auto& [name, value] : event.fields) line << ' ' << name << '=' << value;
    print_line(line.str());
}

// ---- What clients ask for ----------------------------------------------------------------------

/// One name or an array of them; none when there is nothing.
std::vector<std::string> names_of(const Value* wanted) {
    if (wanted == nullptr || wanted->is_null()) return {};
    if (const auto* one = wanted->if_string()) return {*one};
    std::vector<std::string> names;
    for (const auto& name : wanted->as_array()) names.push_back(name.as_string());
    return names;
}

bool is_set(const Object& wanted, std::string_view key) {
    const auto* value = wanted.find(key);
    return value != nullptr && value->as_bool();
}

const std::string& text_of(const Object& wanted, std::string_view key) {
    const auto* value = wanted.find(key);
    if (value == nullptr) throw std::invalid_argument(std::string(key) + " is missing");
    return value->as_string();
}

/// Node's own is five seconds.
milliseconds timeout_of(const Object& wanted) {
    const auto* timeout = wanted.find("timeout");
    return timeout != nullptr ? milliseconds(timeout->as_int64()) : milliseconds(5'000);
}

/// `data` is one argument, `args` any number of them.
Args args_of(const Object& wanted) {
    if (const auto* several = wanted.find("args")) return several->as_array();
    Args one;
    if (const auto* data = wanted.find("data")) one.push_back(*data);
    return one;
}

BroadcastOperator audience_of(const Namespace& nsp, const Object& wanted) {
    auto to = nsp.everyone().to(names_of(wanted.find("rooms")));
    to = to.except(names_of(wanted.find("except")));
    if (is_set(wanted, "local")) to = to.local();
    if (is_set(wanted, "volatile")) to = to.as_volatile();
    if (const auto* compress = wanted.find("compress")) to = to.compress(compress->as_bool());
    return to;
}

// ---- What they are told ------------------------------------------------------------------------

Array array_of(const std::vector<std::string>& names) {
    return Array(names.begin(), names.end());
}

Array array_of(const std::vector<socketio::SocketDetails>& sockets) {
    Array array;
    array.reserve(sockets.size());
    for (const auto& socket : sockets) {
        array.emplace_back(
            Object{{"id", socket.id}, {"rooms", array_of(socket.rooms)}, {"data", socket.data}});
    }
    return array;
}

void refuse(const Ack& ack, std::string text, Array responses = {}) {
    ack.reply(Object{{"error", std::move(text)}, {"responses", std::move(responses)}});
}

/// The servers that were missing in the last question of one socket; an answer has no place for them.
using Missing = std::shared_ptr<std::vector<std::string>>;

struct Question {
    Ack ack;
    Missing missing;

    void end(bool failed, std::string text, Array responses,
             const std::vector<std::string>& names) const {
        *missing = names;
        if (failed) return refuse(ack, std::move(text), std::move(responses));
        ack.reply(std::move(responses));
    }
};

void ask_clients(const BroadcastOperator& to, const Object& wanted, Question question) {
    to.emit_with_ack(text_of(wanted, "event"), args_of(wanted), timeout_of(wanted),
                     [question = std::move(question)](const socketio::BroadcastAnswers& answers) {
                         question.end(answers.ec.failed(), answers.ec.message(),
                                      Array(answers.values), answers.missing);
                     });
}

void fetch_sockets(const BroadcastOperator& to, Question question) {
    to.fetch_sockets([question = std::move(question)](const socketio::FetchedSockets& all) {
        question.end(all.ec.failed(), all.ec.message(), array_of(all.sockets), all.missing);
    });
}

void ask_servers(const Namespace& nsp, const Object& wanted, Question question) {
    const auto* event = wanted.find("event");
    nsp.server_side_emit_with_ack(
        event != nullptr ? event->as_string() : "whoami", args_of(wanted), timeout_of(wanted),
        [question = std::move(question)](const socketio::ServerSideAnswers& answers) {
            question.end(answers.ec.failed(), answers.message(), Array(answers.values),
                         answers.missing);
        });
}

/// False for an operation that is none of these.
bool operate(const BroadcastOperator& to, std::string_view operation, const Object& wanted,
             const Ack& ack) {
    if (operation == "emit") {
        to.send(text_of(wanted, "event"), args_of(wanted));
    } else if (operation == "socketsJoin") {
        to.sockets_join(names_of(wanted.find("join")));
    } else if (operation == "socketsLeave") {
        to.sockets_leave(names_of(wanted.find("leave")));
    } else if (operation == "disconnectSockets") {
        ack.reply("ok");  // Whoever asked may be among them.
        to.disconnect_sockets(is_set(wanted, "close"));
    } else {
        return false;
    }
    ack.reply("ok");
    return true;
}

void run_operation(const Namespace& nsp, const Args& args, const Question& question) {
    const auto& operation = args.at(0).as_string();
    const auto* given = args.size() > 1 ? args[1].if_object() : nullptr;
    const auto wanted = given != nullptr ? *given : Object();
    const auto to = audience_of(nsp, wanted);
    if (operation == "emitWithAck") return ask_clients(to, wanted, question);
    if (operation == "fetchSockets") return fetch_sockets(to, question);
    if (operation == "serverSideEmitWithAck") return ask_servers(nsp, wanted, question);
    if (operation == "serverSideEmit") {
        nsp.send_server_side(text_of(wanted, "event"), args_of(wanted));
        return question.ack.reply("ok");
    }
    if (!operate(to, operation, wanted, question.ack)) {
        refuse(question.ack, "no such operation: " + operation);
    }
}

Value value_of(const socketio::ClusterStatus& status) {
    return Object{{"adapter", status.adapter},
                  {"name", status.name},
                  {"is_reached", status.is_reached},
                  {"servers", status.servers},
                  {"published", status.published},
                  {"lost", status.lost},
                  {"spared", status.spared},
                  {"received", status.received},
                  {"own", status.own},
                  {"passed_over", status.passed_over},
                  {"rejected", status.rejected},
                  {"outages", status.outages}};
}

// ---- The server --------------------------------------------------------------------------------

class Node {
public:
    explicit Node(const Settings& settings) : name_(settings.name), io_(options_of(settings)) {
        for (const auto* nsp : {"/", "/admin"}) serve(io_.of(nsp));
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    void run() {
        io_.listen();
        io_.post(0, [this] { print_line("listening on port " + std::to_string(io_.port())); });
        io_.run();
    }

private:
    static socketio::Options options_of(const Settings& settings) {
        socketio::Options options;
        options.port = settings.port;
        options.shards = settings.shards;
        options.adapter = make_adapter(settings);
        // What the streams adapter has of a socket, another server may go on with.
        if (settings.adapter == "streams") {
            options.connection_state_recovery = socketio::RecoveryOptions{};
        }
        options.logger = print_event;
        return options;
    }

    void serve(Namespace& nsp) {
        nsp.on_connection([this](Socket& socket) { welcome(socket); });
        nsp.on("join", [](Socket& socket, const Args& args, const Ack& ack) {
            for (const auto& room : names_of(&args.at(0))) socket.join(room);
            ack.reply("ok");
        });
        nsp.on("status", [this](Socket&, const Args&, const Ack& ack) { tell_status(ack); });
        nsp.on_server_side("whoami", [this](const Args&, const socketio::ServerSideReply& reply) {
            reply.reply(name_);
        });
        // What other programs' messages have in them: clients here see that they came.
        for (const auto* event : {"ping2", "hello", "sse"}) {
            nsp.on_server_side(
                event, [&nsp, event](const Args& args, const socketio::ServerSideReply& reply) {
                    nsp.local().emit("server side", event, Array(args));
                    reply.reply("pong");
                });
        }
    }

    void welcome(Socket& socket) {
        // One that comes back brings what it had, from whichever server.
        if (!socket.recovered()) socket.data() = Value(Object{{"name", name_}});
        const auto missing = std::make_shared<std::vector<std::string>>();
        socket.on("cluster", [missing](Socket& from, const Args& args, const Ack& ack) {
            try {
                run_operation(from.nsp(), args, {ack, missing});
            } catch (const std::exception& error) {
                refuse(ack, error.what());
            }
        });
        socket.on("missing", [missing](Socket&, const Args&, const Ack& ack) {
            ack.reply(array_of(*missing));
        });
        socket.on("recovered",
                  [](Socket& from, const Args&, const Ack& ack) { ack.reply(from.recovered()); });
    }

    /// Told on shard 0; the answer lives on the socket's.
    void tell_status(const Ack& ack) {
        io_.take_cluster_status(
            [this, ack, shard = io_.current_shard()](const socketio::ClusterStatus& status) {
                io_.post(shard, [ack, told = value_of(status)] { ack.reply(told); });
            });
    }

    std::string name_;
    socketio::Server io_;
};

}  // namespace

int main(int argc, char** argv) {
    Settings settings;
    CLI::App app("A server of a cluster that its clients drive.", "cluster_node");
    declare_options(app, settings);
    CLI11_PARSE(app, argc, argv);
    try {
        Node(settings).run();
    } catch (const std::exception& error) {
        std::cerr << "cluster_node: " << error.what() << '\n';
        return 1;
    }
}
