#include "api/routes/rows_upload.hpp"

#include "unit/api_routes/api_world.hpp"

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

constexpr const char* deals = "/api/v1/datasets/deals/rows";
constexpr const char* log = "/api/v1/datasets/log/rows";
constexpr const char* json = "application/json";
constexpr const char* ndjson = "application/x-ndjson";

std::string lines(int from, int to) {
    std::string text;
    for (int line = from; line < to; ++line)
        text += R"({"text":")" + std::to_string(line) + "\"}\n";
    return text;
}

TEST(RowsUpload, UpsertsWhereThereIsAKeyAndAppendsElsewhere) {
    ApiWorld world;
    const auto row = R"({"id":"a","amount":1})";
    EXPECT_EQ(world.post(deals, json, row),
              R"(200 {"epoch":"e1","v":1,"changed":true,"rows":1,"watchers":0})");
    EXPECT_EQ(world.post(deals, json, row),
              R"(200 {"epoch":"e1","v":1,"changed":false,"rows":1,"watchers":0})");
    world.post(log, json, R"([{"text":"x"}])");
    world.post(log, json, R"([{"text":"x"}])");
    EXPECT_EQ(world.charts.state("log").table.size(), 2U);
}

TEST(RowsUpload, TakesEveryFormatAndOperation) {
    ApiWorld world;
    EXPECT_EQ(world.post(deals, "text/csv", "id,amount\na,1\nb,2\n").substr(0, 3), "200");
    EXPECT_EQ(world
                  .post(deals, "application/msgpack",
                        "\x81\xa2id\xa1"
                        "c")
                  .substr(0, 3),
              "200");
    EXPECT_EQ(world.charts.state("deals").table.size(), 3U);
    EXPECT_EQ(world.post(std::string(deals) + "?op=remove", json, R"(["a"])").substr(0, 3), "200");
    EXPECT_EQ(world.charts.state("deals").table.size(), 2U);
    EXPECT_EQ(
        world.post(std::string(deals) + "?op=replace", ndjson, "{\"id\":\"z\"}\n").substr(0, 3),
        "200");
    EXPECT_EQ(world.charts.state("deals").table.size(), 1U);
    EXPECT_EQ(world.post(std::string(deals) + "?op=clear", "", "").substr(0, 3), "200");
    EXPECT_EQ(world.charts.state("deals").table.size(), 0U);
}

TEST(RowsUpload, RefusesInTheOrderOfWhatIsWrong) {
    ApiWorld world;
    EXPECT_EQ(world.post(std::string(deals) + "?op=x", json, ""), "400 invalid_parameter");
    EXPECT_EQ(world.post(deals, "text/html", ""), "415 unsupported_media_type");
    EXPECT_EQ(world.post("/api/v1/datasets/none/rows", json, "[]"), "404 unknown_dataset");
    EXPECT_EQ(world.post(deals, json, "[{]"), "400 invalid_json");
    EXPECT_EQ(world.post(deals, json, "7"), "422 not_rows");
    EXPECT_EQ(world.post(deals, json, R"([{"id":"a"},{"id":1}])"), "422 invalid_rows");
    EXPECT_EQ(world.charts.state("deals").table.size(), 0U);
    world.who = viewer_of("north");
    EXPECT_EQ(world.post(deals, json, "[]"), "403 forbidden");
    world.who = {};
    EXPECT_EQ(world.post(deals, json, "[]"), "401 token_missing");
}

TEST(RowsUpload, HoldsTablesToTheLimitOfABody) {
    ApiWorld world;
    const auto upload = world.upload(deals, "text/csv");
    upload->on_data("id\n");
    for (int piece = 0; piece < 16; ++piece) upload->on_data(std::string(65'535, 'x') + '\n');
    EXPECT_EQ(world.said(), "413 body_too_large");
}

TEST(RowsUpload, AnswersARepeatedRequestAgain) {
    ApiWorld world;
    world.headers = {{"idempotency-key", "k1"}};
    const auto first = world.post(deals, json, R"([{"id":"a"}])");
    EXPECT_EQ(world.answer->headers.find("idempotent-replayed"), std::nullopt);
    EXPECT_EQ(world.post(deals, json, R"([{"id":"a"}])"), first);
    EXPECT_EQ(world.answer->headers.get("idempotent-replayed"), "true");
    EXPECT_EQ(world.post(deals, json, R"([{"id":"b"}])"), "422 key_reused");
    EXPECT_EQ(world.post(std::string(deals) + "?op=remove", json, R"([{"id":"a"}])"),
              "422 key_reused");
}

TEST(RowsUpload, ComparesIfMatch) {
    ApiWorld world;
    world.headers = {{"if-match", "\"e1:0\""}};
    EXPECT_EQ(world.post(deals, json, R"([{"id":"a"}])").substr(0, 3), "200");
    EXPECT_EQ(world.post(deals, json, R"([{"id":"b"}])"), "412 precondition_failed");
    EXPECT_EQ(world.member("v"), socketio::Value(1));
    world.headers = {{"if-match", "*"}};
    EXPECT_EQ(world.post(deals, json, R"([{"id":"b"}])").substr(0, 3), "200");
}

TEST(RowsUpload, SaysWhatTheChartsSay) {
    ApiWorld world;
    world.charts.fault = viewers::PublishFault::rate_limited;
    EXPECT_EQ(world.post(log, json, "[]"), "429 rate_limited");
    EXPECT_EQ(world.answer->headers.get("retry-after"), "1");
    world.charts.fault = viewers::PublishFault::none;
    world.post(std::string(log) + "?durability=memory", json, "[]");
    EXPECT_EQ(world.charts.last_durability, viewers::Durability::memory);
}

TEST(RowsUpload, ShowsRowsOfAStreamBeforeItEnds) {
    ApiWorld world;
    const auto upload = world.upload(log, ndjson);
    upload->on_data(lines(0, 2) + "{\"te");
    EXPECT_EQ(world.charts.state("log").table.size(), 2U);
    EXPECT_EQ(world.said(), "nothing");
    upload->on_data("xt\":\"2\"}");
    EXPECT_EQ(world.charts.state("log").table.size(), 2U);
    upload->on_end();
    EXPECT_EQ(world.said(), R"(200 {"epoch":"e1","v":2,"changed":true,"rows":3,"watchers":0})");
}

TEST(RowsUpload, MakesTheSenderWaitWhenOneBatchIsUnderWayAndTheNextIsFull) {
    ApiWorld world;
    world.charts.hold();
    const auto upload = world.upload(log, ndjson);
    EXPECT_FALSE(world.paused);
    upload->on_data(lines(0, 1));
    upload->on_data(lines(1, 1'001));
    EXPECT_FALSE(world.paused);
    EXPECT_EQ(world.charts.waiting(), 1U);
    upload->on_data(lines(1'001, 1'002));
    EXPECT_TRUE(world.paused);
    world.charts.release();
    EXPECT_FALSE(world.paused);
    EXPECT_EQ(world.charts.state("log").table.size(), 1'002U);
    upload->on_end();
    EXPECT_EQ(world.said(), R"(200 {"epoch":"e1","v":3,"changed":true,"rows":1002,"watchers":0})");
}

TEST(RowsUpload, EndsAStreamAtItsFirstErrorAndSaysWhatIsKept) {
    ApiWorld world;
    auto upload = world.upload(log, ndjson);
    upload->on_data(lines(0, 3));
    upload->on_data(lines(3, 5) + "{]\n" + lines(5, 6));
    EXPECT_EQ(world.said(), "422 invalid_json");
    EXPECT_EQ(world.member("line"), socketio::Value(6));
    EXPECT_EQ(world.member("committed_lines"), socketio::Value(3));
    EXPECT_EQ(world.member("committed_rows"), socketio::Value(3));
    EXPECT_EQ(world.member("v"), socketio::Value(1));
    EXPECT_EQ(world.charts.state("log").table.size(), 3U);

    upload = world.upload(log, ndjson);
    upload->on_data(lines(0, 2));
    upload->on_data("{\"text\":1}\n");
    EXPECT_EQ(world.said(), "422 invalid_rows");
    EXPECT_EQ(world.member("committed_lines"), socketio::Value(2));
    const auto errors = world.member("errors");
    EXPECT_EQ(errors.as_array().front().as_object().find("pointer")->as_string(), "/2/text");
    upload->on_data(lines(0, 1));
    EXPECT_EQ(world.charts.state("log").table.size(), 5U);
}

TEST(RowsUpload, WaitsForABatchThatIsUnderWayBeforeItSaysWhatIsWrong) {
    ApiWorld world;
    world.charts.hold();
    const auto upload = world.upload(log, ndjson);
    upload->on_data(lines(0, 1));
    upload->on_data("x\n");
    EXPECT_EQ(world.said(), "nothing");
    world.charts.release();
    EXPECT_EQ(world.said(), "422 invalid_json");
    EXPECT_EQ(world.member("committed_lines"), socketio::Value(1));
}

TEST(RowsUpload, CutsAStreamWithAKeyTheSameWayEveryTime) {
    ApiWorld world;
    world.headers = {{"idempotency-key", "k"}};
    const auto text = lines(0, 1'500);
    auto upload = world.upload(log, ndjson);
    upload->on_data(std::string_view(text).substr(0, 700));
    EXPECT_EQ(world.charts.state("log").table.size(), 0U);
    upload->on_data(std::string_view(text).substr(700));
    EXPECT_EQ(world.charts.state("log").table.size(), 1'000U);
    // The first attempt breaks off here; the second one sends everything again.
    upload->on_abort(socketio::HttpEnd::peer_gone);
    EXPECT_EQ(world.post(log, ndjson, text),
              R"(200 {"epoch":"e1","v":2,"changed":true,"rows":1500,"watchers":0})");
    EXPECT_EQ(world.charts.state("log").table.size(), 1'500U);
    EXPECT_EQ(world.answer->headers.find("idempotent-replayed"), std::nullopt);
    world.post(log, ndjson, text);
    EXPECT_EQ(world.answer->headers.get("idempotent-replayed"), "true");
    EXPECT_EQ(world.charts.state("log").table.size(), 1'500U);
}

}  // namespace
}  // namespace chartcast::api
