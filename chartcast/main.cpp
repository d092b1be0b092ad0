// chartcast: reading this file top to bottom is the wiring.

#include "cli/check.hpp"
#include "cli/emit.hpp"
#include "cli/hash_key.hpp"
#include "cli/push.hpp"
#include "cli/top.hpp"
#include "config/command_line.hpp"
#include "ops/log.hpp"
#include "pages/local_feed.hpp"
#include "pages/redis_feed.hpp"
#include "pages/seed_demo.hpp"
#include "pages/site.hpp"
#include <socketio/redis_adapter.hpp>
#include <socketio/server.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <variant>

namespace {

using namespace chartcast;

std::int64_t milliseconds_since_1970() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::unique_ptr<pages::SeedFeed> make_feed(const config::Config& config, socketio::Server& server) {
    if (!config.redis) return std::make_unique<pages::LocalFeed>(milliseconds_since_1970);
    return std::make_unique<pages::RedisFeed>(server.context(), config.redis->options,
                                              milliseconds_since_1970);
}

void announce(const config::Config& config, const socketio::Server& server) {
    const auto url = config::url_of(config.listen, server.port());
    ops::log(socketio::LogLevel::info, "chartcast " CHARTCAST_VERSION " listens",
             {{"open", url + "/charts/simpleBarChart"},
              {"shards", std::to_string(server.shards())},
              {"redis", config.redis ? redis::address_of(config.redis->options) : "none"}});
    ops::log(socketio::LogLevel::info, "redraw every window with",
             {{"command", "curl " + url + "/charts/pollingChartData"}});
}

void serve(const config::Config& config) {
    auto options = config::server_options(config);
    options.logger = ops::library_logger();
    if (config.redis) options.adapter = socketio::redis_adapter(config.redis->url);

    socketio::Server server(std::move(options));
    const auto feed = make_feed(config, server);
    pages::SeedDemo demo(server, *feed);
    pages::serve_site(server);

    server.listen();
    // Said by the running server: who reads it may already send signals.
    server.post(0, [&] { announce(config, server); });
    server.run();
    ops::log(socketio::LogLevel::info, "stopped");
}

int run(const config::DemoCommand& command) {
    ops::start_log(command.config.log_level);
    try {
        serve(command.config);
        return 0;
    } catch (const boost::system::system_error& error) {
        std::fputs(
            ("chartcast: " + config::explain_listen_error(command.config.listen, error)).c_str(),
            stderr);
        return 1;
    }
}

int run(const config::Exit& exit) {
    std::fputs(exit.text.c_str(), exit.code == 0 ? stdout : stderr);
    return exit.code;
}

/// The commands of chartcast/cli.
template <class Command>
int run(const Command& command) {
    if constexpr (requires { cli::run(command); }) {
        return cli::run(command);
    } else {
        std::fputs("chartcast: this build does not have this command\n", stderr);
        return 2;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto command = config::parse_command_line(argc, argv);
    return std::visit([](const auto& parsed) { return run(parsed); }, command);
}
