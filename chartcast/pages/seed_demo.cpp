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

HttpResponse uncached(HttpResponse response) {
    response.headers.add("cache-control", "no-store");
    return response;
}

void log_message(Socket& socket, const Args& args) {
    const auto text = args.empty() ? std::string() : live::to_json(args.front());
    ops::log(LogLevel::info, "message", {{"socket", std::string(socket.id())}, {"text", text}});
}

}  // namespace

SeedDemo::SeedDemo(socketio::Server& server, SeedFeed& feed, Show show)
    : server_(server), feed_(feed), show_(std::move(show)) {
    server_.of("/").on("message", log_message);
    serve_page(server_, page_path, "simple_bar_chart");
    serve_get(server_, push_path, [this](const HttpRequest&, const HttpReply& reply) {
        server_.post(0, [this, reply] {
            feed_.push([this, reply](const auto& pushed) { answer_push(reply, pushed); });
        });
    });
    show_(*feed_.current());
    feed_.start([this](const live::ChartStatePtr& state) {
        show_(*state);
        ops::log(LogLevel::debug, "chart redrawn", {{"version", std::to_string(state->version)}});
    });
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

}  // namespace chartcast::pages
