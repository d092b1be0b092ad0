#include "api/routes/handlers.hpp"

#include "unit/api_routes/api_world.hpp"

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

constexpr const char* rows = "/api/v1/datasets/deals/rows";
constexpr const char* bar = "/api/v1/charts/bar/option";

void fill(ApiWorld& world) {
    world.post(
        rows, "application/json",
        R"([{"id":"a","region":"north","amount":1},{"id":"b,c","region":"south","amount":2}])");
}

TEST(Rows, AreReadByEachSetOfViewersWithAnETagOfItsOwn) {
    ApiWorld world;
    fill(world);
    EXPECT_TRUE(world.ask(get_rows, "GET", rows).starts_with(R"(200 {"dataset":"deals")"));
    EXPECT_EQ(world.member("count"), socketio::Value(2));
    EXPECT_EQ(world.answer->headers.get("etag"), "\"e1:1\"");
    EXPECT_EQ(world.answer->headers.get("cache-control"), "private, no-cache");
    EXPECT_EQ(world.answer->headers.get("vary"), "authorization, accept");
    world.headers = {{"if-none-match", "\"e1:1\""}};
    EXPECT_EQ(world.ask(get_rows, "GET", rows), "304 ");
    world.who = viewer_of("south");
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + ".csv"),
              "200 id,region,amount\r\n\"b,c\",south,2\r\n");
    EXPECT_TRUE(world.answer->headers.get("etag").ends_with(".csv\""));
    EXPECT_EQ(world.ask(get_rows, "GET", "/api/v1/datasets/log/rows"), "403 forbidden");
    world.who = publisher();
    EXPECT_EQ(world.ask(get_rows, "GET", "/api/v1/datasets/none/rows"), "404 unknown_dataset");
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + "?limit=x"), "400 invalid_parameter");
}

TEST(Rows, OfThePastAreGoneWithoutAStore) {
    ApiWorld world;
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + "?at=2026-01-01"), "410 no_history");
    EXPECT_EQ(world.ask(get_history, "GET", "/api/v1/datasets/deals/history?to=7"),
              "410 no_history");
    EXPECT_EQ(world.ask(get_history, "GET", "/api/v1/datasets/deals/history?limit=1"),
              R"(200 {"dims":["id","region","amount"],"key":[0],"batches":[],"next":null})");
}

TEST(Rows, OfThePastAreFilteredLikeThoseOfNow) {
    ApiWorld world;
    fill(world);
    world.services.past = [&world](const std::string&, std::int64_t ts,
                                   const Services::OnPast& done) {
        if (ts == 0) return done(store::errc::too_old);
        const auto& state = world.charts.state("deals");
        done(std::make_shared<const store::Store::PastState>(state.schema, state.image()));
    };
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + "?at=0"), "410 too_old");
    world.who = viewer_of("north");
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + ".csv?at=5"),
              "200 id,region,amount\r\na,north,1\r\n");
}

/// As the rows of today would be under a schema that divides them among nobody.
store::Store::PastState undivided(ApiWorld& world) {
    const auto& state = world.charts.state("deals");
    auto definition = state.schema.definition();
    definition.row_access.clear();
    return {*live::Schema::make(std::move(definition)), state.image()};
}

TEST(Past, IsHiddenFromWhoSeesSomeRowsWhereRowsWereNotDivided) {
    ApiWorld world;
    fill(world);
    world.services.past = [&world](const std::string&, std::int64_t, const Services::OnPast& done) {
        done(std::make_shared<const store::Store::PastState>(undivided(world)));
    };
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + "?at=5").substr(0, 3), "200");
    world.who = viewer_of("north");
    EXPECT_EQ(world.ask(get_rows, "GET", std::string(rows) + "?at=5"), "410 too_old");

    bool told = true;
    world.services.history = [&](const store::Store::HistoryQuery& query,
                                 const Services::OnHistory& done) {
        const auto past = undivided(world);
        live::Delta delta;
        delta.replace = past.image.rows;
        told = !query.tells || query.tells(past.schema, delta);
        store::Store::History history;
        history.schema = std::make_shared<const live::Schema>(past.schema);
        if (told) history.batches.push_back({{"e1", 1}, delta});
        done(history);
    };
    const std::string path = "/api/v1/datasets/deals/history";
    EXPECT_EQ(world.ask(get_history, "GET", path),
              R"(200 {"dims":["id","region","amount"],"key":[0],"batches":[],"next":null})");
    EXPECT_FALSE(told);
    world.who = publisher();
    EXPECT_NE(world.ask(get_history, "GET", path).find("south"), std::string::npos);
}

TEST(History, HasTheOpsThatAViewerWouldHaveSeen) {
    ApiWorld world;
    fill(world);
    store::Store::HistoryQuery asked;
    world.services.history = [&](const store::Store::HistoryQuery& query,
                                 const Services::OnHistory& done) {
        asked = query;
        store::Store::History history;
        history.schema = std::make_shared<const live::Schema>(world.charts.state("deals").schema);
        live::Delta delta;
        delta.ts = 7;
        const auto view = world.charts.rows("deals", std::nullopt);
        for (const auto& row : view->rows) {
            delta.changes.push_back({live::RowChange::Kind::appended, row, {}, {}});
        }
        history.batches.push_back({{"e1", 4}, delta});
        history.next = 5;
        done(history);
    };
    world.who = viewer_of("south");
    const std::string path = "/api/v1/datasets/deals/history";
    EXPECT_EQ(world.ask(get_history, "GET", path + "?from=4&to=2026-01-01&limit=1"),
              R"(200 {"dims":["id","region","amount"],"key":[0],"batches":[{"epoch":"e1","v":4,)"
              R"("ts":7,"ops":[["append",1,[["b,c","south",2]]]]}],"next":5})");
    EXPECT_EQ(asked.from_v, 4U);
    EXPECT_TRUE(asked.to_ts);
    EXPECT_EQ(asked.limit, 1U);
    live::Delta of_north;
    of_north.changes.push_back({live::RowChange::Kind::appended,
                                world.charts.rows("deals", socketio::Array{"north"})->rows.front(),
                                {},
                                {}});
    ASSERT_TRUE(asked.tells);
    EXPECT_FALSE(asked.tells(world.charts.state("deals").schema, of_north));
    EXPECT_EQ(world.ask(get_history, "GET", path + "?from=soon"), "400 invalid_parameter");
}

TEST(Row, IsPatchedAndRemovedByItsKey) {
    ApiWorld world;
    fill(world);
    const std::string path = std::string(rows) + "/b%2Cc";
    EXPECT_EQ(world.ask(patch_row, "PATCH", path, R"({"inc":{"amount":3}})"),
              R"(200 {"epoch":"e1","v":2,"changed":true,"rows":1,"watchers":0})");
    EXPECT_EQ(world.ask(patch_row, "PATCH", path, R"({"amount":3})"), "422 invalid_patch");
    EXPECT_EQ(world.ask(patch_row, "PATCH", path, "[]"), "422 not_an_object");
    world.headers = {{"content-type", "application/merge-patch+json"}};
    EXPECT_EQ(world.ask(patch_row, "PATCH", path, R"({"amount":9})").substr(0, 3), "200");
    EXPECT_EQ(world.charts.rows("deals", std::nullopt)->rows.back()->cells[2],
              socketio::Value(9.0));
    world.headers.clear();
    EXPECT_EQ(world.ask(delete_row, "DELETE", path).substr(0, 3), "200");
    EXPECT_EQ(world.ask(delete_row, "DELETE", path), "404 missing_key");
    EXPECT_EQ(world.ask(delete_row, "DELETE", std::string(rows) + "/a,b"), "400 invalid_key");
    EXPECT_EQ(world.ask(delete_row, "DELETE", "/api/v1/datasets/log/rows/a"), "409 keyless");
}

TEST(Publish, DoesAllOrNothing) {
    ApiWorld world;
    const std::string path = "/api/v1/publish";
    EXPECT_EQ(world.ask(publish_parts, "POST", path,
                        R"([{"dataset":"deals","rows":[{"id":"a"}]},
                            {"dataset":"log","rows":[{"text":7}]}])"),
              "422 invalid_rows");
    EXPECT_EQ(world.member("part"), socketio::Value(1));
    const auto errors = world.member("errors");
    EXPECT_EQ(errors.as_array().front().as_object().find("pointer")->as_string(), "/1/rows/0/text");
    EXPECT_EQ(world.charts.state("deals").table.size(), 0U);
    EXPECT_EQ(world.ask(publish_parts, "POST", path,
                        R"([{"dataset":"deals","rows":[{"id":"a"}]},{"chart":"map","option":{}}])"),
              "422 not_raw");
    EXPECT_EQ(world.charts.state("deals").table.size(), 0U);
    EXPECT_EQ(
        world.ask(publish_parts, "POST", path,
                  R"([{"chart":"bar","option":{"b":2}},{"dataset":"deals","rows":[{"id":"a"}]}])"),
        R"(200 {"parts":[{"epoch":"e1","v":1,"changed":true,"watchers":0,"chart":"bar","status":200},)"
        R"({"epoch":"e1","v":1,"changed":true,"rows":1,"watchers":0,"dataset":"deals","status":200}]})");
}

TEST(Publish, GivesEachPartItsStatusWhenItIsNotAtomic) {
    ApiWorld world;
    EXPECT_EQ(world
                  .ask(publish_parts, "POST", "/api/v1/publish?atomic=false",
                       R"([{"dataset":"none","rows":[]},{"dataset":"log","rows":[{"text":7}]},
                            {"dataset":"log","rows":[{"text":"x"}]}])")
                  .substr(0, 3),
              "207");
    const auto parts = world.member("parts");
    const auto status = [&](std::size_t part) {
        return *parts.as_array()[part].as_object().find("status");
    };
    EXPECT_EQ(status(0), socketio::Value(404));
    EXPECT_EQ(status(1), socketio::Value(422));
    EXPECT_EQ(status(2), socketio::Value(200));
    world.who = {};
    EXPECT_EQ(
        world.ask(publish_parts, "POST", "/api/v1/publish", R"([{"dataset":"log","rows":[]}])"),
        "401 token_missing");
}

TEST(Option, IsReadReplacedAndPatched) {
    ApiWorld world;
    EXPECT_EQ(world.ask(get_option, "GET", bar), R"(200 {"a":1})");
    EXPECT_EQ(world.answer->headers.get("etag"), "\"e1:0\"");
    world.headers = {{"if-match", "\"e1:0\""}};
    EXPECT_EQ(world.ask(put_option, "PUT", bar, R"({"a":2})"),
              R"(200 {"epoch":"e1","v":1,"changed":true,"watchers":0})");
    EXPECT_EQ(world.ask(patch_option, "PATCH", bar, R"({"b":3})"), "412 precondition_failed");
    world.headers.clear();
    EXPECT_EQ(world.ask(patch_option, "PATCH", bar, R"({"b":3})").substr(0, 3), "200");
    EXPECT_EQ(world.ask(get_option, "GET", bar), R"(200 {"a":2,"b":3})");
    EXPECT_EQ(world.ask(put_option, "PUT", bar, "[]"), "422 not_an_object");
    EXPECT_EQ(world.ask(put_option, "PUT", "/api/v1/charts/none/option", "{}"),
              "404 unknown_chart");
    world.headers = {{"if-none-match", "\"e1:2\""}};
    EXPECT_EQ(world.ask(get_option, "GET", bar), "304 ");
    world.who = viewer_of("north");
    EXPECT_EQ(world.ask(put_option, "PUT", bar, "{}"), "403 forbidden");
}

TEST(Token, IsMadeForChartsThatAreThere) {
    ApiWorld world;
    const std::string path = "/api/v1/tokens";
    EXPECT_EQ(world.ask(post_token, "POST", path, R"({"charts":["map"],"ttl":60})"),
              R"(201 {"token":"token of map","expires_at":61000})");
    EXPECT_EQ(world.ask(post_token, "POST", path, R"({"charts":["map"],"ttl":99999999})"),
              R"(201 {"token":"token of map","expires_at":3601000})");
    for (const auto* body : {"[]", "{}", R"({"charts":[]})", R"({"charts":["none"]})",
                             R"({"charts":["map"],"ttl":0})", R"({"charts":["map"],"rows":1})"}) {
        EXPECT_EQ(world.ask(post_token, "POST", path, body), "422 invalid_token_request") << body;
    }
    world.who = viewer_of("north");
    EXPECT_EQ(world.ask(post_token, "POST", path, "{}"), "403 forbidden");
}

}  // namespace
}  // namespace chartcast::api
