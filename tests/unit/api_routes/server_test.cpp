// The API on a real server: what only a connection shows.
#include "api/routes/api.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"
#include "unit/api_routes/api_world.hpp"
#include <socketio/server.hpp>

#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace chartcast::api {
namespace {

using socketio::test::HttpPeer;
using socketio::test::RunningServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

socketio::Options two_shards() {
    socketio::Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = 2;
    return options;
}

class ApiServer : public testing::Test {
protected:
    ApiServer() : charts(world_settings()), server(two_shards()) {
        services.charts = &charts;
        services.identify = [this](const socketio::HttpRequest& request, const auto& done) {
            const auto token = request.headers.get("authorization");
            if (token == "Bearer bad") return done(auth::Refusal::unknown);
            auto who = token.empty() ? viewer_of("north") : publisher();
            if (token == "Bearer short") who.expires_at = now + 50;
            done(who);
        };
        services.post = [this](unsigned shard, Services::Work work) {
            server.post(shard, std::move(work));
        };
        services.current_shard = [this] { return server.current_shard(); };
        services.offload = [](const Services::Work& work) { work(); };
        services.after = [this](std::chrono::milliseconds, Services::Work work) {
            later.set_value(std::move(work));
        };
        services.now = [this] { return now; };
        serve_api(server, services);
        running.emplace(server);
        peer.connect(server.port());
    }

    void send(std::string_view line, std::string_view headers = {}, std::string_view body = {}) {
        std::string text = std::string(line) + " HTTP/1.1\r\nhost: h\r\n" + std::string(headers);
        if (!body.empty()) text += "content-length: " + std::to_string(body.size()) + "\r\n";
        peer.send(text + "\r\n" + std::string(body));
    }
    template <class Work>
    auto on_shard_0(Work work) {
        std::promise<decltype(work())> result;
        server.post(0, [&] { result.set_value(work()); });
        return result.get_future().get();
    }

    std::int64_t now = 1'000;
    std::promise<Services::Work> later;
    tests::MemoryCharts charts;
    Services services;
    socketio::Server server;
    std::optional<RunningServer> running;
    HttpPeer peer;
};

constexpr std::string_view with_key = "authorization: Bearer key\r\n";

TEST_F(ApiServer, TakesRowsAndGivesThemBack) {
    const auto as_json = std::string(with_key) + "content-type: application/json\r\n";
    send("POST /api/v1/datasets/deals/rows", as_json,
         R"([{"id":"a/b,c","region":"north","amount":1}])");
    EXPECT_THAT(peer.read_until("}"), AllOf(StartsWith("HTTP/1.1 200"),
                                            HasSubstr(R"({"epoch":"e1","v":1,"changed":true)")));
    send("PATCH /api/v1/datasets/deals/rows/a%2Fb%2Cc", as_json, R"({"inc":{"amount":2}})");
    EXPECT_THAT(peer.read_until("}"), HasSubstr(R"("v":2)"));
    send("GET /api/v1/datasets/deals/rows.csv");
    EXPECT_THAT(peer.read_until("north,3\r\n"), HasSubstr("\r\n\"a/b,c\",north,3\r\n"));
}

TEST_F(ApiServer, RefusesBeforeItReadsABody) {
    send("POST /api/v1/datasets/deals/rows", "authorization: Bearer bad\r\ncontent-length: 9\r\n");
    EXPECT_THAT(peer.read_to_end(),
                AllOf(StartsWith("HTTP/1.1 401"), HasSubstr("error=\"invalid_token\""),
                      HasSubstr("token_unknown")));
}

TEST_F(ApiServer, ReadsAStreamAsItComes) {
    peer.send("POST /api/v1/datasets/log/rows HTTP/1.1\r\nhost: h\r\n" + std::string(with_key) +
              "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
              "d\r\n{\"text\":\"1\"}\n\r\n");
    HttpPeer other;
    other.connect(server.port());
    std::string seen;
    while (seen.find("\"count\":1") == std::string::npos && !HasFailure()) {
        other.send("GET /api/v1/datasets/log/rows HTTP/1.1\r\nhost: h\r\n" + std::string(with_key) +
                   "\r\n");
        seen = other.read_until("]}");
    }
    peer.send("d\r\n{\"text\":\"2\"}\n\r\n0\r\n\r\n");
    EXPECT_THAT(peer.read_until("}"), HasSubstr(R"("v":2,"changed":true,"rows":2)"));
}

TEST_F(ApiServer, EndsABrokenStreamWhileItStillComes) {
    peer.send(
        "POST /api/v1/datasets/log/rows HTTP/1.1\r\nhost: h\r\n" + std::string(with_key) +
        "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n2\r\nx\n\r\n");
    EXPECT_THAT(peer.read_to_end(),
                AllOf(StartsWith("HTTP/1.1 422"), HasSubstr("committed_lines")));
}

TEST_F(ApiServer, SendsAChartsOptionAndItsChanges) {
    send("GET /api/v1/charts/bar/events");
    EXPECT_THAT(peer.read_until("\"a\":1}\n\n"),
                AllOf(HasSubstr("event: option\nid: e1:0\ndata: {\"a\":1}\n\n"),
                      HasSubstr("text/event-stream")));
    HttpPeer other;
    other.connect(server.port());
    other.send("PUT /api/v1/charts/bar/option HTTP/1.1\r\nhost: h\r\n" + std::string(with_key) +
               "content-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":2}");
    other.read_until("}");
    EXPECT_THAT(peer.read_until("\"a\":2}\n\n"), HasSubstr("id: e1:1\ndata: {\"a\":2}\n\n"));
    peer.close();
    while (on_shard_0([this] { return charts.watching(); }) != 0) {
    }
}

TEST_F(ApiServer, SendsNothingToWhoHasTheOptionUntilTheTokenExpires) {
    send("GET /api/v1/charts/bar/events", "last-event-id: e1:0\r\nauthorization: Bearer short\r\n");
    const auto tick = later.get_future().get();
    on_shard_0([&] {
        now += 50;
        tick();
        return 0;
    });
    EXPECT_THAT(peer.read_until("0\r\n\r\n"),
                AllOf(HasSubstr("event: expired"), Not(HasSubstr("event: option"))));
}

TEST_F(ApiServer, SaysWhatThisBuildDoesNotHave) {
    send("GET /api/v1/charts/bar/image.svg");
    EXPECT_THAT(peer.read_until("}"),
                AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("not_in_this_build")));
    send("DELETE /api/v1/publish");
    EXPECT_THAT(peer.read_until("\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("POST")));
}

TEST_F(ApiServer, DescribesItself) {
    send("GET /api/v1/openapi.json");
    EXPECT_THAT(peer.read_until("\"openapi\""),
                AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("ETag: ")));
}

}  // namespace
}  // namespace chartcast::api
