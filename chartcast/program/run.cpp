#include "program/run.hpp"

#include "config/load_settings.hpp"
#include "demo/crm_demo.hpp"
#include "ops/clock.hpp"
#include "ops/log.hpp"
#include "ops/process.hpp"
#include "pages/local_feed.hpp"
#include "pages/redis_feed.hpp"
#include "pages/seed_demo.hpp"
#include "program/live_server.hpp"

#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace chartcast::program {

using socketio::LogLevel;

namespace {

void complain(const std::string& text) {
    std::fputs(("chartcast: " + text + (text.ends_with('\n') ? "" : "\n")).c_str(), stderr);
}

/// Runs what may throw before a server runs, and says what it threw.
template <class Work>
int guarded(const config::ListenAddress& listen, Work&& work) {
    try {
        work();
        return 0;
    } catch (const boost::system::system_error& error) {
        complain(config::explain_listen_error(listen, error));
    } catch (const config::SettingsError& error) {
        for (const auto& line : error.lines()) complain(line);
    } catch (const std::runtime_error& error) {
        complain(error.what());
    }
    return 1;
}

void announce(const config::Config& config, LiveServer& live, const std::string& page) {
    auto& server = live.server();
    const auto url =
        config::url_of(config.listen, server.port(), server.options().tls ? "https" : "http");
    ops::log(LogLevel::info, "chartcast " CHARTCAST_VERSION " listens",
             {{"open", url + page},
              {"internal", live.internal_address()},
              {"shards", std::to_string(server.shards())},
              {"redis", config.redis ? redis::address_of(config.redis->options) : "none"}});
}

std::unique_ptr<pages::SeedFeed> make_feed(const config::Config& config, socketio::Server& server) {
    if (!config.redis) return std::make_unique<pages::LocalFeed>(ops::milliseconds_since_1970);
    return std::make_unique<pages::RedisFeed>(server.context(), config.redis->options,
                                              ops::milliseconds_since_1970);
}

void tell_what_is_missing(const config::Settings& settings) {
    for (const auto& sentence : settings.not_in_this_build) {
        ops::log(LogLevel::warn, "configured, but not in this build", {{"what", sentence}});
    }
}

/// Everything that a demo is allowed, on whatever address the flags say.
config::SettingsPtr demo_settings(const demo::CrmDemo& crm, const config::Config& config) {
    auto settings = config::load_settings(
        std::vector<config::SettingsText>{{"demo.yaml", crm.configuration(), {}}});
    settings.server.listen = {config.listen};
    // Of several demos on one machine each finds a port.
    settings.server.internal = config::ListenAddress{"127.0.0.1", 0};
    settings.auth.anonymous = config::AuthSettings::Anonymous::publish;
    return std::make_shared<const config::Settings>(std::move(settings));
}

void serve_demo(const config::Config& config) {
    demo::CrmDemo crm({.folder = {}, .seed = 1, .now = ops::milliseconds_since_1970()});
    LiveServer live(config, demo_settings(crm, config));
    auto& server = live.server();
    const auto feed = make_feed(config, server);
    const pages::SeedDemo seed(server, *feed, [&live](const live::ChartState& state) {
        live.owner().adopt(pages::SeedDemo::chart, {"seed", state.version}, state.option,
                           state.pushed_at);
    });
    live.on_start([&] {
        live.owner().publish_from_source("signups", live::Operation::replace,
                                         demo::CrmDemo::signups(), [](const std::string&) {});
        crm.start(server.context(),
                  [&server](std::function<void()> work) { server.post(0, std::move(work)); });
        announce(config, live, "/");
        const auto url = config::url_of(config.listen, server.port());
        ops::log(LogLevel::info, "redraw every window of the seed's chart with",
                 {{"command", "curl " + url + "/charts/pollingChartData"}});
    });
    live.on_stop([&crm] { crm.stop(); });
    live.run();
    ops::log(LogLevel::info, "stopped");
}

void serve(const config::ServeCommand& command) {
    const auto texts = config::read_files(command.files);
    auto settings = std::make_shared<config::Settings>(config::load_settings(texts));
    const auto config = config::config_of(*settings, command.flags);
    settings->server.listen.front() = config.listen;
    ops::start_log(config.log_level);
    tell_what_is_missing(*settings);
    LiveServer live(config, settings);
    live.follow({command.files, texts});
    live.on_start([&] { announce(config, live, "/"); });
    live.run();
    ops::log(LogLevel::info, "stopped");
}

/// The folder of a store: the given one, or the one that the files name.
std::string store_folder(const std::string& given, const std::vector<std::string>& files) {
    if (!given.empty()) return given;
    return config::load_settings(files).store.path;
}

}  // namespace

int run(const config::DemoCommand& command) {
    ops::start_log(command.config.log_level);
    ops::raise_open_files();
    return guarded(command.config.listen, [&] { serve_demo(command.config); });
}

int run(const config::ServeCommand& command) {
    ops::raise_open_files();
    ops::survive_file_size_limit();
    return guarded(command.flags.listen.value_or(config::ListenAddress{}), [&] { serve(command); });
}

int run(const config::TokenCommand& command) {
    return guarded({}, [&] {
        auto settings = std::make_shared<config::Settings>();
        if (!command.files.empty()) *settings = config::load_settings(command.files);
        if (!command.secret.empty())
            settings->auth.embed = {{command.secret, std::chrono::hours(24)}};
        settings->auth.jwt.reset();
        const auth::Authenticator authenticator(settings, ops::milliseconds_since_1970);
        const auto token =
            authenticator.issue({command.name, command.charts, command.rows,
                                 command.ttl.value_or(std::chrono::milliseconds(0))});
        if (!token) {
            throw std::runtime_error(
                "there is no secret to sign with: give -c FILE with auth.embed, "
                "or --secret");
        }
        std::fputs((*token + "\n").c_str(), stdout);
    });
}

int run(const config::BackupCommand& command) {
    ops::survive_file_size_limit();
    return guarded({}, [&] {
        const auto folder = store_folder(command.store, command.files);
        store::backup(folder, command.file);
        std::fputs(("chartcast: " + folder + " is copied to " + command.file + "\n").c_str(),
                   stdout);
    });
}

int run(const config::RestoreCommand& command) {
    ops::survive_file_size_limit();
    return guarded({}, [&] {
        store::restore(command.file, command.store);
        std::fputs(
            ("chartcast: " + command.store + " is restored from " + command.file + "\n").c_str(),
            stdout);
    });
}

}  // namespace chartcast::program
