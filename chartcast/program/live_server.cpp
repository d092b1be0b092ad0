#include "program/live_server.hpp"

#include "api/routes/api.hpp"
#include "auth/request_token.hpp"
#include "ops/clock.hpp"
#include "ops/log.hpp"
#include "ops/process.hpp"
#include "pages/docs_pages.hpp"
#include "pages/live_pages.hpp"
#include "pages/site.hpp"
#include "program/origins.hpp"
#include "program/restart_needs.hpp"
#include <socketio/redis_adapter.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>
#include <utility>

namespace chartcast::program {

using socketio::LogLevel;

namespace {

constexpr std::chrono::milliseconds drain_window_max{10'000};

socketio::Options options_of(const config::Config& config, const config::Settings& settings) {
    auto options = config::server_options(config);
    options.logger = ops::library_logger();
    options.backlog_bytes = settings.server.limits.client_queue;
    // What is queued before the backlog is noticed has to fit as well.
    options.send_queue_bytes_max =
        std::max(options.send_queue_bytes_max, 2 * settings.server.limits.client_queue);
    options.connections_max = settings.server.limits.max_connections;
    options.connects_per_second_max = static_cast<std::size_t>(settings.server.limits.connect_rate);
    options.http_body_bytes_max = settings.server.limits.max_body;
    if (const auto& tls = settings.server.tls) {
        options.tls = socketio::TlsOptions{.certificate_file = tls->cert, .key_file = tls->key};
    }
    for (std::size_t at = 1; at < settings.server.listen.size(); ++at) {
        const auto& listen = settings.server.listen[at];
        auto& further = options.further_addresses.emplace_back();
        further.address = listen.address;
        further.port = listen.port;
        further.tls = options.tls;
    }
    options.trusted_proxies = settings.server.trusted_proxies;
    options.cors = cors_for(settings.server);
    options.allow_request = [server = settings.server](const socketio::HttpRequest& request,
                                                       const socketio::AdmissionReply& reply) {
        if (may_connect_from(server, request)) return reply.allow();
        reply.refuse("pages of this origin may not connect");
    };
    if (config.redis) {
        const auto prefix =
            settings.cluster ? settings.cluster->key_prefix : std::string("socket.io");
        options.adapter = socketio::redis_adapter({.url = config.redis->url, .key = prefix});
    }
    return options;
}

std::unique_ptr<store::Store> open_store(const config::StoreSettings& settings,
                                         store::Store::Post post) {
    if (settings.path.empty()) return nullptr;
    return std::make_unique<store::Store>(
        store::StoreOptions{settings.path, settings.history, settings.history_of,
                            settings.max_size},
        std::move(post), ops::milliseconds_since_1970);
}

store::Loaded load(store::Store* store) {
    if (!store) return {};
    auto loaded = store->load();
    ops::log(LogLevel::info, "store opened",
             {{"datasets", std::to_string(loaded.datasets.size())},
              {"documents", std::to_string(loaded.documents.size())},
              {"last end", loaded.clean ? "clean" : "unclean: clients start anew"}});
    return loaded;
}

/// What an authenticator looks at: tokens, and whether some chart or dashboard is anybody's.
bool lets_in_alike(const config::Settings& one, const config::Settings& other) {
    const auto allowed = [](const config::Settings& settings) {
        std::vector<config::Allow> all;
        const auto add = [&all](const auto& parts) {
            for (const auto& part : parts) {
                if (part.allow) all.push_back(*part.allow);
            }
        };
        add(settings.charts);
        add(settings.dashboards);
        return all;
    };
    return one.auth == other.auth && allowed(one) == allowed(other);
}

}  // namespace

LiveServer::LiveServer(const config::Config& config, config::SettingsPtr settings)
    : config_(config),
      settings_(std::move(settings)),
      server_(options_of(config_, *settings_)),
      store_(open_store(settings_->store, post_to_shard_0())),
      authenticator_here_(server_),
      settings_here_(server_),
      owner_(server_, settings_, store_.get(), load(store_.get()), ops::milliseconds_since_1970),
      viewers_(server_, owner_,
               *authenticators_.emplace_back(std::make_unique<auth::Authenticator>(
                   settings_, ops::milliseconds_since_1970, auth::shards_of(server_))),
               settings_, ops::milliseconds_since_1970),
      sources_(server_, owner_),
      signals_(server_.context(0)) {
    owner_.on_refresh([this](const std::string& chart) { viewers_.refresh(chart); });
    for (unsigned shard = 0; shard < server_.shards(); ++shard) {
        authenticator_here_.at(shard) = &authenticator();
        settings_here_.at(shard) = settings_;
    }
    if (store_) {
        store_->on_snapshot_due([this](const std::string& dataset) { owner_.snapshot(dataset); });
    }
    // With a handler for strangers the adapter subscribes by one pattern, which is all that a node's rights
    // in Redis have to name.
    server_.on_remote_broadcast([this](const socketio::ClusterBroadcast& broadcast) {
        owner_.count_stray_broadcast(broadcast);
        return false;
    });
    server_.on_cluster_state(
        [this](bool is_reached, const std::string&) { cluster_is_reached_ = is_reached; });
    serve_routes();
}

LiveServer::~LiveServer() = default;

std::function<void(std::function<void()>)> LiveServer::post_to_shard_0() {
    return [this](std::function<void()> work) { server_.post(0, std::move(work)); };
}

void LiveServer::serve_routes() {
    services_.charts = &owner_;
    services_.identify = [this](const socketio::HttpRequest& request, auth::OnVerdict done) {
        authenticator_here_.local()->check(auth::token_of(request.headers, request.query),
                                           std::move(done));
    };
    services_.admitted_origin = [server = settings_->server](const socketio::HttpRequest& request) {
        return admitted_origin(server, request);
    };
    services_.refused = [this](const auth::Refused& what) {
        authenticator_here_.local()->refused(what);
    };
    services_.issue = [this](const auth::Authenticator::EmbedRequest& request) {
        return authenticator().issue(request);
    };
    if (store_) {
        services_.history = [this](store::Store::HistoryQuery query,
                                   api::Services::OnHistory done) {
            store_->history(std::move(query), std::move(done));
        };
        services_.past = [this](const std::string& dataset, std::int64_t ts,
                                api::Services::OnPast done) {
            store_->at(dataset, ts, std::move(done));
        };
    }
    services_.post = [this](unsigned shard, std::function<void()> work) {
        server_.post(shard, std::move(work));
    };
    services_.current_shard = [this] { return server_.current_shard(); };
    services_.after = [this](std::chrono::milliseconds delay, std::function<void()> work) {
        auto timer = std::make_shared<boost::asio::steady_timer>(server_.context(0), delay);
        timer->async_wait([timer, work = std::move(work)](boost::system::error_code ec) {
            if (!ec) work();
        });
    };
    services_.offload = [this](std::function<void()> work) {
        boost::asio::post(slow_work_, std::move(work));
    };
    services_.now = ops::milliseconds_since_1970;
    services_.body_bytes_max = settings_->server.limits.max_body;
    api::serve_api(server_, services_);

    // For load balancers that see this listener only; it tells nothing that they may not know.
    server_.on_http("GET", "/healthz",
                    [this](const socketio::HttpRequest&, const socketio::HttpReply& reply) {
                        server_.post(0, [this, reply] { reply.send(health_answer(readiness())); });
                    });

    pages::LivePagesOptions pages;
    const auto has = [](const auto& parts, std::string_view id) {
        return std::any_of(parts.begin(), parts.end(),
                           [id](const auto& part) { return part.id == id; });
    };
    pages.has_chart = [this, has](std::string_view id) {
        return has(settings_here_.local()->charts, id);
    };
    pages.has_dashboard = [this, has](std::string_view id) {
        return has(settings_here_.local()->dashboards, id);
    };
    pages.default_dashboard = [this] { return settings_here_.local()->default_dashboard; };
    pages.frame_ancestors = settings_->server.frame_ancestors;
    pages.invites_to_push = settings_->auth.anonymous == config::AuthSettings::Anonymous::publish;
    pages::serve_live_pages(server_, pages);
    pages::serve_docs(server_);
    pages::serve_site(server_);
}

std::string LiveServer::internal_address() const {
    if (!internal_) return "none";
    const auto& host = settings_->server.internal->address;
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(internal_->port());
}

// ---- Life --------------------------------------------------------------------------------------

void LiveServer::run() {
    server_.listen();
    if (settings_->server.internal) {
        InternalServer::Pages pages;
        pages.metrics = [this](std::function<void(std::string)> done) {
            server_.take_census([this, done = std::move(done)](const socketio::Census& census) {
                server_.take_cluster_status(
                    [this, done, census](const socketio::ClusterStatus& cluster) {
                        done(metrics_page({server_, census, owner_, store_.get(), sources_,
                                           redis_probe_.get(), cluster, readiness()}));
                    });
            });
        };
        pages.readiness = [this] { return readiness(); };
        internal_ = std::make_unique<InternalServer>(*settings_->server.internal, server_,
                                                     std::move(pages));
        internal_->start();
    }
    server_.post(0, [this] { start(); });
    wait_for_signal();
    server_.run(false);
    stop();
}

void LiveServer::wait_for_signal() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code ec, int) {
        if (ec) return;
        draining_ = true;
        // So that they do not all come to the other processes at once; a few of them need no time.
        const auto window = std::chrono::milliseconds(server_.clients_count());
        server_.drain(std::min(window, drain_window_max));
        signals_.async_wait([this](boost::system::error_code again, int) {
            if (!again) server_.stop();
        });
    });
}

void LiveServer::start() {
    owner_.start();
    sources_.start(settings_);
    if (files_) {
        watcher_ = std::make_unique<config::SettingsWatcher>(
            server_.context(0), post_to_shard_0(), *std::move(files_),
            [this](const config::SettingsNews& news) { reload(news); });
    }
    if (config_.redis) {
        redis_probe_ = std::make_unique<RedisProbe>(server_.context(0), config_.redis->options);
        redis_probe_->start();
    }
    for (const auto& work : start_work_) work();
    ops::notify_service_manager("READY=1");
}

void LiveServer::stop() {
    ops::notify_service_manager("STOPPING=1");
    for (const auto& work : stop_work_) work();
    redis_probe_.reset();
    watcher_.reset();
    sources_.stop();
    owner_.stop();
    internal_.reset();
    slow_work_.join();
    // Writes what was accepted, and marks the store as ended well.
    store_.reset();
}

/// A certificate is renewed without a word in the configuration: whatever that says, it is read again.
void LiveServer::reload_certificates() {
    if (!server_.options().tls) return;
    boost::asio::post(slow_work_, [this] {
        const auto problem = server_.reload_certificates();
        if (problem.empty()) return;
        ops::log(LogLevel::error, "certificate refused, the old one stays", {{"problem", problem}});
    });
}

void LiveServer::reload(const config::SettingsNews& news) {
    reload_certificates();
    if (!news) {
        reload_problem_ = news.error();
        ops::log(LogLevel::error, "configuration refused, the old one stays",
                 {{"problem", reload_problem_}});
        return;
    }
    reload_problem_.clear();
    const auto before = std::exchange(settings_, *news);
    for (const auto& key : restart_needs(*before, *settings_)) {
        ops::log(LogLevel::warn, "a changed key takes effect with the next start", {{"key", key}});
    }
    // One that stays keeps the identity provider's keys, also while that cannot be asked.
    if (!lets_in_alike(*before, *settings_)) {
        authenticators_.push_back(std::make_unique<auth::Authenticator>(
            settings_, ops::milliseconds_since_1970, auth::shards_of(server_)));
    }
    for (unsigned shard = 0; shard < server_.shards(); ++shard) {
        server_.post(shard, [this, now = authenticators_.back().get(), settings = settings_] {
            authenticator_here_.local() = now;
            settings_here_.local() = settings;
        });
    }
    viewers_.change_settings(settings_, authenticator());
    std::set<std::string> gone;
    for (const auto& chart : before->charts) gone.insert(chart.id);
    for (const auto& chart : settings_->charts) {
        gone.erase(chart.id);
        viewers_.open(chart.id);
    }
    owner_.reload(settings_);
    for (const auto& chart : gone) viewers_.close(chart);
    if (store_) {
        const auto& kept = settings_->store;
        store_->retain(kept.history, kept.history_of, kept.max_size);
    }
    sources_.start(settings_);
    ops::log(LogLevel::info, "configuration reloaded",
             {{"datasets", std::to_string(settings_->datasets.size())},
              {"charts", std::to_string(settings_->charts.size())}});
}

Readiness LiveServer::readiness() const {
    Readiness readiness;
    const auto add = [&](const std::string& word) {
        if (word.empty()) return;
        if (!readiness.degraded.empty()) readiness.degraded += ", ";
        readiness.degraded += word;
    };
    if (store_ && !store_->health().writable) {
        readiness.ready = false;
        add("store");
    }
    if (draining_) {
        readiness.ready = false;
        add("draining");
    }
    if (!reload_problem_.empty()) add("configuration");
    const bool has_probe_failed = redis_probe_ && !redis_probe_->connected();
    if (has_probe_failed || !cluster_is_reached_) {
        if (settings_->cluster && !settings_->cluster->ready_alone) readiness.ready = false;
        add("redis");
    }
    return readiness;
}

}  // namespace chartcast::program
