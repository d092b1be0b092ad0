#include "config/command_line.hpp"

#include "config/emit_words.hpp"
#include "config/reading/section.hpp"
#include "config/reading/units.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;

/// Arguments as they were written, before they are checked.
struct Words {
    std::string listen = "0.0.0.0:8080";
    bool has_listen = false;
    std::string redis;
    std::string redis_ca;
    Flags flags;

    std::vector<std::string> files;
    PushCommand push;
    EmitWords emit;
    TokenCommand token;
    std::vector<std::string> token_rows;
    std::string token_ttl;
    HashKeyCommand hash_key;
    BackupCommand backup;
    RestoreCommand restore;
    TopCommand top;
};

constexpr auto footer = R"(
Examples:
  chartcast                                   the demo on http://localhost:8080
  chartcast serve -c crm.yaml                 your own charts
  chartcast --listen 127.0.0.1:9000           on another port, for this machine only
  chartcast --redis redis://:PW@redis:6379/0  several nodes as one: start each with the same Redis

chartcast COMMAND --help explains a command. In the demo, open /charts/simpleBarChart in a few windows,
and redraw all of them with
  curl http://localhost:8080/charts/pollingChartData)";

const std::map<std::string, socketio::LogLevel> log_levels = {
    {"trace", socketio::LogLevel::trace}, {"debug", socketio::LogLevel::debug},
    {"info", socketio::LogLevel::info},   {"warn", socketio::LogLevel::warn},
    {"error", socketio::LogLevel::error},
};

const std::map<std::string, decode::Format> formats = {
    {"json", decode::Format::json},
    {"ndjson", decode::Format::ndjson},
    {"csv", decode::Format::csv},
    {"msgpack", decode::Format::msgpack},
};

const std::map<std::string, socketio::EmitterOptions::Adapter> emit_adapters = {
    {"classic", socketio::EmitterOptions::Adapter::classic},
    {"sharded", socketio::EmitterOptions::Adapter::sharded},
    {"streams", socketio::EmitterOptions::Adapter::streams},
};

void describe_flags(CLI::App& app, Words& words) {
    app.add_option("--listen", words.listen, "Where to listen; port 0 takes a free one")
        ->type_name("HOST:PORT")
        ->envname("CHARTCAST_LISTEN")
        ->capture_default_str();
    app.add_option("--shards", words.flags.shards,
                   "Threads, each with its own connections; 0 is one per core")
        ->type_name("N")
        ->check(CLI::Range(0, 256).description(""))
        ->capture_default_str();
    app.add_option("--redis", words.redis,
                   "Be one of the nodes on this Redis; rediss:// is TLS, unix:///PATH a socket,\n"
                   "redis-sentinel://HOST:PORT,HOST:PORT/MASTER a master that Sentinels watch,\n"
                   "redis-cluster://HOST:PORT,HOST:PORT a Cluster.\n"
                   "The environment keeps the password out of the process list")
        ->type_name("redis://[USER]:PASSWORD@HOST:PORT/DB")
        ->envname("CHARTCAST_REDIS");
    app.add_option("--redis-ca", words.redis_ca,
                   "PEM file with the authority of Redis's certificate; default: the system's")
        ->type_name("FILE");
    app.add_option("--log-level", words.flags.log_level, "trace, debug, info, warn or error")
        ->type_name("LEVEL")
        ->transform(CLI::CheckedTransformer(log_levels, CLI::ignore_case).description(""))
        ->default_str("info");
}

/// A command with options of its own only: a flag of the server behind it is a mistake.
CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& what,
                      const std::string& examples) {
    auto& command = *app.add_subcommand(name, what);
    command.fallthrough(false);
    command.footer("\nExamples:\n" + examples);
    return command;
}

CLI::Option* add_files(CLI::App& command, Words& words) {
    return command
        .add_option("-c,--config", words.files,
                    "Configuration: a file, or a folder with *.yaml; may be given several times")
        ->type_name("FILE")
        ->envname("CHARTCAST_CONFIG");
}

void describe_serve(CLI::App& app, Words& words) {
    app.add_subcommand("demo", "The live demo chart; what runs when no command is given");
    auto& serve = *app.add_subcommand("serve", "Serve the charts of a configuration");
    add_files(serve, words)->required();
    serve.footer(R"(
Examples:
  chartcast serve -c crm.yaml
  chartcast serve -c /etc/chartcast/conf.d --listen :9000
  journalctl -f -o json | chartcast serve -c calls.yaml

A file that changes is read again; SIGHUP does it, too. Flags win over the file.)");
    auto& check = add_command(app, "check", "Say whether a configuration is good, and what is not",
                              "  chartcast check crm.yaml\n  chartcast check conf.d");
    check.add_option("FILE", words.files, "Files, or folders with *.yaml")
        ->type_name("")
        ->required();
}

void describe_push(CLI::App& app, Words& words) {
    auto& push =
        add_command(app, "push", "Send rows from standard input to a dataset",
                    "  chartcast push deals < deals.ndjson\n"
                    "  chartcast push deals -f csv -o replace < deals.csv\n"
                    "  tail -F calls.log | chartcast push calls --url https://bi.example.com");
    auto& command = words.push;
    push.add_option("DATASET", command.dataset, "Id of the dataset")->type_name("")->required();
    push.add_option("-o,--op", command.operation,
                    "append, upsert, replace, remove or clear; default: what the server takes")
        ->type_name("OP")
        ->check(CLI::IsMember({"append", "upsert", "replace", "remove", "clear"}).description(""));
    push.add_option("-f,--format", command.format, "ndjson, csv, json or msgpack")
        ->type_name("FORMAT")
        ->transform(CLI::CheckedTransformer(formats).description(""))
        ->default_str("ndjson");
    push.add_option("--url", command.url, "Where chartcast listens")
        ->type_name("URL")
        ->envname("CHARTCAST_URL")
        ->default_str("http://localhost:8080");
    push.add_option("--key", command.key,
                    "API key; the environment keeps it out of the process list")
        ->type_name("KEY")
        ->envname("CHARTCAST_KEY");
    push.add_option("--batch", command.batch, "Rows of one request; each is taken whole or not")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->capture_default_str();
}

/// Each time one name: what stands behind it may be the event.
void add_names(CLI::App& command, const std::string& flag, std::vector<std::string>& names,
               const std::string& what) {
    command.add_option(flag, names, what)->type_name("ROOM")->allow_extra_args(false);
}

void describe_emit_audience(CLI::App& emit, EmitWords& words) {
    auto& command = words.command;
    add_names(emit, "--room", command.rooms,
              "Only to this room, or to the socket with this id; several times for more");
    add_names(emit, "--except", command.except, "Not to this room; several times for more");
    emit.add_option("--nsp", command.nsp, "Namespace")->type_name("NSP")->capture_default_str();
    emit.add_flag("--volatile", command.is_volatile,
                  "Not to clients that are behind with earlier messages");
    emit.add_flag("--server-side", command.server_side,
                  "To the servers themselves, in place of their clients");
}

void describe_emit_sockets(CLI::App& emit, EmitWords& words) {
    add_names(emit, "--join", words.join,
              "In place of an event: let the sockets that are meant join this room");
    add_names(emit, "--leave", words.leave, "In place of an event: let them leave this room");
    emit.add_flag("--disconnect", words.disconnect,
                  "In place of an event: disconnect them; without --room that is everybody");
    emit.add_flag("--close", words.command.close,
                  "With --disconnect: the connection, with all its namespaces");
}

void describe_emit_redis(CLI::App& emit, EmitWords& words) {
    auto& command = words.command;
    emit.add_option("--redis", command.redis_url,
                    "The nodes' Redis: redis://[USER]:PASSWORD@HOST:PORT/DB, rediss:// for TLS,\n"
                    "unix:///PATH, redis-sentinel://HOST:PORT,HOST:PORT/MASTER or\n"
                    "redis-cluster://HOST:PORT,HOST:PORT")
        ->type_name("URL")
        ->envname("CHARTCAST_REDIS")
        ->default_str("redis://127.0.0.1:6379");
    emit.add_option("--adapter", command.adapter,
                    "What the nodes are joined by: classic, sharded or streams")
        ->type_name("ADAPTER")
        ->transform(CLI::CheckedTransformer(emit_adapters).description(""))
        ->default_str("classic");
    emit.add_option("--key-prefix", command.key_prefix,
                    "As the nodes' configuration has it; with streams the stream's name")
        ->type_name("PREFIX")
        ->capture_default_str();
    emit.add_option("--max-len", command.stream_length,
                    "With streams: entries that Redis keeps, as at the nodes; default 10000")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000'000).description(""));
}

void describe_emit(CLI::App& app, Words& words) {
    auto& emit = add_command(
        app, "emit", "Emit a Socket.IO event to all browsers of all nodes, through Redis",
        "  chartcast emit \"new chart data\" '{\"series\":[{\"data\":[1,2,3]}]}'\n"
        "  chartcast emit hello '\"world\"' --room lobby --except away --nsp /charts/sales\n"
        "  chartcast emit report @report.json\n"
        "  tail -F calls.ndjson | chartcast emit call --lines\n"
        "  chartcast emit --join vip --room paying\n"
        "  chartcast emit --disconnect --close --room banned");
    emit.add_option("EVENT", words.emit.command.event, "Name of the event")->type_name("");
    emit.add_option("JSON", words.emit.arguments,
                    "Its arguments: each a JSON text, @FILE, or - for standard input")
        ->type_name("");
    emit.add_flag("--lines", words.emit.command.lines,
                  "An event for each line of standard input: its last argument as JSON, or,\n"
                  "without EVENT, [\"event\", argument, ...]");
    describe_emit_audience(emit, words.emit);
    describe_emit_sockets(emit, words.emit);
    describe_emit_redis(emit, words.emit);
}

void describe_keys(CLI::App& app, Words& words) {
    auto& token = add_command(
        app, "token", "Print a token that opens charts in an embedded page",
        "  chartcast token -c crm.yaml --chart pipeline_funnel --rows regions=north --ttl 10m");
    token.add_option("--chart", words.token.charts, "Chart that it opens; several times for more")
        ->type_name("ID")
        ->required();
    token
        .add_option("--rows", words.token_rows,
                    "Rows that it shows, as in regions=north; repeatable")
        ->type_name("CLAIM=VALUE");
    token.add_option("--name", words.token.name, "Whom it is for, in logs")->type_name("NAME");
    token
        .add_option("--ttl", words.token_ttl, "How long it opens them; at most auth.embed.max_ttl")
        ->type_name("DURATION");
    add_files(token, words);
    token.add_option("--secret", words.token.secret, "In place of a configuration: its secret")
        ->type_name("SECRET")
        ->envname("CHARTCAST_EMBED_SECRET");
    auto& hash_key =
        add_command(app, "hash-key", "Make an API key, or hash one, for auth.api_keys",
                    "  chartcast hash-key\n  printf %s \"$KEY\" | chartcast hash-key --stdin");
    hash_key.add_flag("--stdin", words.hash_key.from_stdin,
                      "Read the key from standard input instead of making one");
}

void describe_store(CLI::App& app, Words& words) {
    auto& backup = add_command(app, "backup", "Copy the store of a server, also of a running one",
                               "  chartcast backup chartcast.backup -c crm.yaml");
    backup.add_option("FILE", words.backup.file, "Where the copy goes")->type_name("")->required();
    backup.add_option("--store", words.backup.store, "Folder of the store")->type_name("FOLDER");
    add_files(backup, words);
    auto& restore = add_command(app, "restore", "Put a copy back; the server must not run",
                                "  chartcast restore chartcast.backup --store /var/lib/chartcast");
    restore.add_option("FILE", words.restore.file, "The copy")->type_name("")->required();
    restore.add_option("--store", words.restore.store, "Folder of the store")
        ->type_name("FOLDER")
        ->required();
    auto& top = add_command(app, "top", "Watch a running server",
                            "  chartcast top\n  chartcast top --url http://10.0.0.7:9090");
    top.add_option("--url", words.top.url, "Its internal listener")
        ->type_name("URL")
        ->default_str("http://localhost:9090");
}

void describe(CLI::App& app, Words& words) {
    app.set_version_flag("--version", "chartcast " CHARTCAST_VERSION,
                         "Print the version and leave");
    app.set_help_flag("-h,--help", "Print this and leave");
    app.footer(footer);
    app.require_subcommand(0, 1);
    app.fallthrough();
    describe_flags(app, words);
    describe_serve(app, words);
    describe_push(app, words);
    describe_emit(app, words);
    describe_keys(app, words);
    describe_store(app, words);
}

// What was not understood, but options without their values: a password may stand there.
Exit not_understood(const CLI::App& app) {
    std::string text = "chartcast: not understood:";
    bool is_value = false;
    for (const auto& argument : app.remaining(true)) {
        const bool is_option = argument.starts_with('-');
        const bool is_url = argument.find("://") != std::string::npos;
        if (is_option) {
            text += " " + argument.substr(0, argument.find('='));
        } else if (!is_value) {
            text += is_url ? " (a URL)" : " " + argument;
        }
        is_value = is_option && argument.find('=') == std::string::npos;
    }
    return {2, text + "\nRun with --help for more information.\n"};
}

Flags checked_flags(const Words& words) {
    auto flags = words.flags;
    if (words.has_listen) flags.listen = parse_listen_address(words.listen);
    if (!words.redis.empty()) {
        flags.redis = parse_redis(words.redis, words.redis_ca);
    } else if (!words.redis_ca.empty()) {
        throw ConfigError("--redis-ca needs a --redis URL with rediss://");
    }
    return flags;
}

std::string checked_url(const std::string& url) {
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
        throw ConfigError("--url: give a URL that begins with http:// or https://");
    }
    return url.substr(0, url.find_last_not_of('/') + 1);
}

PushCommand checked_push(const Words& words) {
    auto push = words.push;
    if (!is_id(push.dataset)) {
        throw ConfigError("push " + push.dataset +
                          ": ids of datasets are 1 to 64 letters, digits, _ and -");
    }
    push.url = checked_url(push.url.empty() ? "http://localhost:8080" : push.url);
    return push;
}

TokenCommand checked_token(const Words& words) {
    auto token = words.token;
    token.files = words.files;
    for (const auto& text : words.token_rows) {
        const auto equals = text.find('=');
        if (equals == 0 || equals == std::string::npos) {
            throw ConfigError("--rows " + text + ": give CLAIM=VALUE, as in regions=north");
        }
        auto& values = token.rows[text.substr(0, equals)];
        if (!values.if_array()) values = socketio::Array{};
        values.if_array()->emplace_back(text.substr(equals + 1));
    }
    if (!words.token_ttl.empty()) {
        token.ttl = parse_duration(words.token_ttl);
        if (!token.ttl || *token.ttl < 1s) {
            throw ConfigError("--ttl " + words.token_ttl + ": give a duration, as in 10m");
        }
    }
    if (token.files.empty() && token.secret.empty()) {
        throw ConfigError("token needs the secret: give -c FILE, or set CHARTCAST_EMBED_SECRET");
    }
    return token;
}

BackupCommand checked_backup(const Words& words) {
    auto backup = words.backup;
    backup.files = words.files;
    if (backup.store.empty() && backup.files.empty()) {
        throw ConfigError("backup needs a store: give --store FOLDER or -c FILE");
    }
    return backup;
}

TopCommand checked_top(const Words& words) {
    return {checked_url(words.top.url.empty() ? "http://localhost:9090" : words.top.url)};
}

Command checked(const std::string& name, const Words& words) {
    if (name == "check") return CheckCommand{words.files};
    if (name == "push") return checked_push(words);
    if (name == "emit") return checked_emit(words.emit);
    if (name == "token") return checked_token(words);
    if (name == "hash-key") return words.hash_key;
    if (name == "backup") return checked_backup(words);
    if (name == "restore") return words.restore;
    if (name == "top") return checked_top(words);
    auto flags = checked_flags(words);
    if (name == "serve") return ServeCommand{words.files, std::move(flags)};
    return DemoCommand{{flags.listen.value_or(parse_listen_address(words.listen)), flags.shards,
                        std::move(flags.redis), flags.log_level}};
}

/// Last first, as CLI11 wants them.
std::vector<std::string> words_of(int argc, const char* const* argv) {
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    guard_brackets(words);
    std::reverse(words.begin(), words.end());
    return words;
}

}  // namespace

Command parse_command_line(int argc, const char* const* argv) {
    CLI::App app(
        "chartcast: charts that change in every open browser the moment their data changes.",
        "chartcast");
    Words words;
    describe(app, words);
    try {
        app.parse(words_of(argc, argv));
        words.has_listen = app.count("--listen") > 0;
        const auto commands = app.get_subcommands();
        return checked(commands.empty() ? "demo" : commands.front()->get_name(), words);
    } catch (const CLI::ExtrasError&) {
        return not_understood(app);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream err;
        const auto failed = app.exit(error, out, err) != 0;
        return failed ? Exit{2, "chartcast: " + err.str()} : Exit{0, out.str()};
    } catch (const ConfigError& error) {
        return Exit{2, std::string("chartcast: ") + error.what() + "\n"};
    }
}

}  // namespace chartcast::config
