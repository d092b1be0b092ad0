#include "pages/seed_demo.hpp"

#include "api/problem.hpp"
#include "live/simple_bar_chart.hpp"
#include "live/state_json.hpp"
#include "ops/log.hpp"
#include "pages/site.hpp"
#include <socketio/namespace.hpp>

namespace chartcast::pages {
namespace {

using socketio::Args;
using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::LogLevel;
using socketio::Object;
using socketio::Socket;

constexpr auto page_path = "/charts/simpleBarChart";
constexpr auto push_path = "/charts/pollingChartData";

// The second argument of both events. Clients that know one argument only do not see it.
Object meta_of(const live::ChartState& state) {
    return {{"v", state.version}, {"ts", state.pushed_at}};
}

HttpResponse uncached(HttpResponse response) {
    response.headers.add("cache-control", "no-store");
    return response;
}

void log_message(Socket& socket, const Args& args) {
    const auto text = args.empty() ? std::string() : live::to_json(args.front());
    ops::log(LogLevel::info, "message", {{"socket", std::string(socket.id())}, {"text", text}});
}

}  // namespace

SeedDemo::SeedDemo(socketio::Server& server, SeedFeed& feed)
    : server_(server), feed_(feed), current_(server) {
    server_.on_connection([this](Socket& socket) { welcome(socket); });
    server_.of("/").on("message", log_message);

    serve_page(server_, page_path, "simple_bar_chart");
    serve_get(server_, "/", [](const HttpRequest&, const HttpReply& reply) {
        HttpResponse response;
        response.status = 302;
        response.headers.add("location", page_path);
        reply.send(std::move(response));
    });
    serve_get(server_, push_path, [this](const HttpRequest&, const HttpReply& reply) {
        server_.post(0, [this, reply] {
            feed_.push([this, reply](const auto& pushed) { answer_push(reply, pushed); });
        });
    });
    serve_get(server_, "/healthz", [this](const HttpRequest&, const HttpReply& reply) {
        server_.post(0, [this, reply] { answer_health(reply); });
    });
    // Before the first connection: shards begin to accept at their own time.
    for (unsigned shard = 0; shard < server_.shards(); ++shard)
        current_.at(shard) = feed_.current();
    feed_.start([this](const live::ChartStatePtr& state) { show(state); });
}

void SeedDemo::welcome(Socket& socket) {
    const auto& state = *current_.local();
    socket.emit("init chart data", state.option, meta_of(state));
    ops::log(LogLevel::debug, "viewer connected",
             {{"socket", std::string(socket.id())},
              {"transport", std::string(socket.transport())},
              {"protocol", std::to_string(socket.protocol())}});
    socket.on_disconnect([](Socket& left, socketio::DisconnectReason reason) {
        ops::log(LogLevel::debug, "viewer left",
                 {{"socket", std::string(left.id())}, {"reason", std::string(to_string(reason))}});
    });
}

void SeedDemo::show(const live::ChartStatePtr& state) {
    // Step 1 for this shard at once: step 2 may be at once too.
    current_.local() = state;
    for (unsigned shard = 1; shard < server_.shards(); ++shard) {
        server_.post(shard, [this, state] { current_.local() = state; });
    }
    server_.local().emit("new chart data", state->option, meta_of(*state));
    ops::log(LogLevel::debug, "chart redrawn", {{"version", std::to_string(state->version)}});
}

void SeedDemo::answer_push(const HttpReply& reply,
                           const boost::system::result<live::ChartStatePtr>& pushed) const {
    if (!pushed) {
        auto refusal = api::problem(
            503, "redis_unavailable",
            "The nodes share their chart through Redis, and Redis cannot be used at the moment. Open "
            "charts keep what they show; this node tries again by itself. Its log names the cause.");
        refusal.headers.add("retry-after", "1");
        return reply.send(std::move(refusal));
    }
    const auto& state = **pushed;
    reply.send(uncached(
        HttpResponse::json(200, Object{{"version", state.version},
                                       {"shows", live::simple_bar_chart_month(state.version)},
                                       {"watchers", server_.clients_count()}})));
}

void SeedDemo::answer_health(const HttpReply& reply) const {
    const auto available = feed_.available();
    reply.send(uncached(HttpResponse::json(
        200, Object{{"status", available ? "ok" : "degraded"}, {"version", CHARTCAST_VERSION}})));
}

}  // namespace chartcast::pages
