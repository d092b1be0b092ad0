#pragma once
// What the program is asked to do: one struct for each command. Plain values; before start-up only.

#include "config/config.hpp"
#include "decode/format.hpp"
#include <socketio/emitter.hpp>
#include <socketio/options.hpp>
#include <socketio/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chartcast::config {

struct Settings;

/// The program has said what there was to say: --help, --version, or a mistake.
struct Exit {
    /// 0 goes to standard output, everything else to standard error.
    int code = 0;
    std::string text;
};

/// `chartcast` and `chartcast demo`.
struct DemoCommand {
    Config config;
};

/// Flags (and their environment variables) that win over the files.
struct Flags {
    std::optional<ListenAddress> listen;
    unsigned shards = 0;
    std::optional<RedisConfig> redis;
    socketio::LogLevel log_level = socketio::LogLevel::info;
};

struct ServeCommand {
    /// Files and folders.
    std::vector<std::string> files;
    Flags flags;
};

struct CheckCommand {
    std::vector<std::string> files;
};

struct PushCommand {
    std::string dataset;
    /// As the API spells it; empty: its default.
    std::string operation;
    decode::Format format = decode::Format::ndjson;
    std::string url;
    /// Empty: none.
    std::string key;
    /// Rows of one request.
    std::size_t batch = 1000;
};

struct EmitArgument {
    socketio::Value value;
    /// Where its JSON text is instead: a file, or - for standard input. Empty: it is `value`.
    std::string from;
};

struct EmitCommand {
    enum class Action : std::uint8_t { emit, join, leave, disconnect };

    Action action = Action::emit;
    /// May be empty with `lines`: each line says it.
    std::string event;
    std::vector<EmitArgument> arguments;
    /// An event for each line of standard input.
    bool lines = false;
    /// To the servers, not to browsers.
    bool server_side = false;
    bool is_volatile = false;
    /// Of disconnect: the connection, too.
    bool close = false;
    /// Who is meant.
    std::vector<std::string> rooms;
    std::vector<std::string> except;
    /// What they join or leave.
    std::vector<std::string> targets;
    std::string nsp = "/";
    socketio::EmitterOptions::Adapter adapter = socketio::EmitterOptions::Adapter::classic;
    std::string redis_url;
    std::string key_prefix = "socket.io";
    /// 0: the emitter's default.
    std::size_t stream_length = 0;
    /// Redis says how many servers heard it.
    bool counts_servers = true;
};

struct TokenCommand {
    std::string name;
    std::vector<std::string> charts;
    /// By claim, a list of values each.
    socketio::Object rows;
    std::optional<std::chrono::milliseconds> ttl;
    /// Where the secret is: files, or else the secret itself.
    std::vector<std::string> files;
    std::string secret;
};

struct HashKeyCommand {
    /// From standard input; otherwise a random one is made.
    bool from_stdin = false;
};

struct BackupCommand {
    std::string file;
    /// The folder of the store, or else the files that name it.
    std::string store;
    std::vector<std::string> files;
};

struct RestoreCommand {
    std::string file;
    std::string store;
};

struct TopCommand {
    /// Of the internal listener.
    std::string url;
};

using Command =
    std::variant<DemoCommand, ServeCommand, CheckCommand, PushCommand, EmitCommand, TokenCommand,
                 HashKeyCommand, BackupCommand, RestoreCommand, TopCommand, Exit>;

/// What `serve` starts with: the settings, with the flags over them.
[[nodiscard]] Config config_of(const Settings& settings, const Flags& flags);

}  // namespace chartcast::config
