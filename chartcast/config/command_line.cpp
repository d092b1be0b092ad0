#include "config/command_line.hpp"

#include <CLI/CLI.hpp>

#include <map>
#include <sstream>

namespace chartcast::config {
namespace {

struct Flags {
    std::string listen = "0.0.0.0:8080";
    unsigned shards = 0;
    std::string redis;
    std::string redis_ca;
    socketio::LogLevel log_level = socketio::LogLevel::info;
};

constexpr auto footer = R"(
Examples:
  chartcast                                   the demo on http://localhost:8080
  chartcast --listen 127.0.0.1:9000           on another port, for this machine only
  chartcast --redis redis://:PW@redis:6379/0  several nodes as one: start each with the same Redis

Then open /charts/simpleBarChart in a few windows, and redraw all of them with
  curl http://localhost:8080/charts/pollingChartData)";

const std::map<std::string, socketio::LogLevel> log_levels = {
    {"trace", socketio::LogLevel::trace}, {"debug", socketio::LogLevel::debug},
    {"info", socketio::LogLevel::info},   {"warn", socketio::LogLevel::warn},
    {"error", socketio::LogLevel::error},
};

void describe(CLI::App& app, Flags& flags) {
    app.set_version_flag("--version", "chartcast " CHARTCAST_VERSION,
                         "Print the version and leave");
    app.set_help_flag("-h,--help", "Print this and leave");
    app.footer(footer);
    app.require_subcommand(0, 1);
    app.fallthrough();
    app.add_subcommand("demo", "The live demo chart; what runs when no command is given");

    app.add_option("--listen", flags.listen, "Where to listen; port 0 takes a free one")
        ->type_name("HOST:PORT")
        ->envname("CHARTCAST_LISTEN")
        ->capture_default_str();
    app.add_option("--shards", flags.shards,
                   "Threads, each with its own connections; 0 is one per core")
        ->type_name("N")
        ->check(CLI::Range(0, 256).description(""))
        ->capture_default_str();
    app.add_option("--redis", flags.redis,
                   "Be one of the nodes on this Redis; rediss:// is TLS, unix:///PATH a socket.\n"
                   "The environment keeps the password out of the process list")
        ->type_name("redis://[USER]:PASSWORD@HOST:PORT/DB")
        ->envname("CHARTCAST_REDIS");
    app.add_option("--redis-ca", flags.redis_ca,
                   "PEM file with the authority of Redis's certificate; default: the system's")
        ->type_name("FILE");
    app.add_option("--log-level", flags.log_level, "trace, debug, info, warn or error")
        ->type_name("LEVEL")
        ->transform(CLI::CheckedTransformer(log_levels, CLI::ignore_case).description(""))
        ->default_str("info");
}

// What was not understood, but options only and without their values: a password may stand beside them.
Exit not_understood(const CLI::App& app) {
    std::string text = "chartcast: not understood:";
    for (const auto& argument : app.remaining(true)) {
        text += ' ';
        text += argument.starts_with('-')                   ? argument.substr(0, argument.find('='))
                : argument.find("://") == std::string::npos ? argument
                                                            : "(a URL)";
    }
    return {2, text + "\nRun with --help for more information.\n"};
}

Config checked(const Flags& flags) {
    Config config;
    config.listen = parse_listen_address(flags.listen);
    config.shards = flags.shards;
    config.log_level = flags.log_level;
    if (!flags.redis.empty()) {
        config.redis = parse_redis(flags.redis, flags.redis_ca);
    } else if (!flags.redis_ca.empty()) {
        throw ConfigError("--redis-ca needs a --redis URL with rediss://");
    }
    return config;
}

}  // namespace

std::variant<Config, Exit> parse_command_line(int argc, const char* const* argv) {
    CLI::App app(
        "chartcast: charts that change in every open browser the moment their data changes.",
        "chartcast");
    Flags flags;
    describe(app, flags);
    try {
        app.parse(argc, argv);
        return checked(flags);
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
