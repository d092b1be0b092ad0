#include "api/parameters.hpp"

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

using socketio::parse_query;

socketio::HttpRequest sent_as(std::string_view type, std::string body = {}) {
    socketio::HttpRequest request;
    if (!type.empty()) request.headers.add("content-type", type);
    request.body = std::move(body);
    return request;
}

TEST(Parameters, ReadOperationAndDurability) {
    EXPECT_EQ(*operation_of(parse_query("")), std::nullopt);
    EXPECT_EQ(*operation_of(parse_query("op=append")), live::Operation::append);
    EXPECT_EQ(operation_of(parse_query("op=expire")).error().code, "invalid_parameter");
    EXPECT_EQ(*durability_of(parse_query("")), viewers::Durability::disk);
    EXPECT_EQ(*durability_of(parse_query("durability=memory")), viewers::Durability::memory);
    EXPECT_FALSE(durability_of(parse_query("durability=none")));
}

TEST(Parameters, ReadNumbersTimesAndFlags) {
    EXPECT_EQ(*limit_of(parse_query(""), 7, 10), 7U);
    EXPECT_EQ(*limit_of(parse_query("limit=0"), 7, 10), 0U);
    EXPECT_FALSE(limit_of(parse_query("limit=11"), 7, 10));
    EXPECT_FALSE(limit_of(parse_query("limit=-1"), 7, 10));
    EXPECT_EQ(*time_of(parse_query("at=1970-01-01T00:00:01Z"), "at"), 1'000);
    EXPECT_EQ(*time_of(parse_query("at=1700000000000"), "at"), 1'700'000'000'000);
    EXPECT_EQ(*time_of(parse_query(""), "at"), std::nullopt);
    EXPECT_FALSE(time_of(parse_query("at=yesterday"), "at"));
    EXPECT_FALSE(time_of(parse_query("at=99999999999999999999"), "at"));
    EXPECT_TRUE(*flag_of(parse_query(""), "atomic", true));
    EXPECT_FALSE(*flag_of(parse_query("atomic=false"), "atomic", true));
    EXPECT_FALSE(flag_of(parse_query("atomic=no"), "atomic", true));
}

TEST(Parameters, KnowTheFormatsOfRows) {
    EXPECT_EQ(*format_of(sent_as("application/x-ndjson")), decode::Format::ndjson);
    const auto form = format_of(sent_as("application/x-www-form-urlencoded"));
    ASSERT_FALSE(form);
    EXPECT_EQ(form.error().status, 415U);
    EXPECT_NE(form.error().more.find("accepted"), nullptr);
    EXPECT_FALSE(format_of(sent_as("")));
    auto compressed = sent_as("text/csv");
    compressed.headers.add("content-encoding", "gzip");
    EXPECT_FALSE(format_of(compressed));
}

TEST(Parameters, ReadJsonBodies) {
    EXPECT_EQ(*json_body(sent_as("application/json", "[1]")), socketio::Value(socketio::Array{1}));
    EXPECT_TRUE(json_body(sent_as("application/merge-patch+json; charset=utf-8", "{}")));
    EXPECT_TRUE(is_merge_patch(sent_as("application/merge-patch+json; charset=utf-8")));
    EXPECT_FALSE(is_merge_patch(sent_as("application/json")));
    EXPECT_EQ(json_body(sent_as("text/csv", "a")).error().status, 415U);
    EXPECT_EQ(json_body(sent_as("application/json", "{")).error().code, "truncated");
}

TEST(Parameters, TakeTheLocaleOfTheQueryFirst) {
    socketio::HttpRequest request;
    EXPECT_EQ(locale_of(request), "");
    request.headers.add("accept-language", "zh-CN,zh;q=0.9");
    EXPECT_EQ(locale_of(request), "zh-CN");
    request.query = parse_query("locale=en");
    EXPECT_EQ(locale_of(request), "en");
}

}  // namespace
}  // namespace chartcast::api
