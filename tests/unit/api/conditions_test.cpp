#include "api/conditions.hpp"

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

socketio::HttpRequest with(std::string_view name, std::string_view value) {
    socketio::HttpRequest request;
    request.headers.add(name, value);
    return request;
}

live::AccessSet region(const char* value) {
    live::DatasetDefinition definition;
    definition.fields = {{"region", live::FieldType::string}};
    definition.row_access = "region";
    return live::AccessSet::of(*live::Schema::make(std::move(definition)), {value});
}

TEST(ETag, NamesPositionSetAndForm) {
    const live::Position position{"k3f9", 118};
    EXPECT_EQ(etag_of(position, live::AccessSet::all()), "\"k3f9:118\"");
    EXPECT_EQ(etag_of(position, live::AccessSet::all(), "csv"), "\"k3f9:118.csv\"");
    const auto north = etag_of(position, region("north"));
    EXPECT_EQ(north.size(), std::string_view("\"k3f9:118.01234567\"").size());
    EXPECT_NE(north, etag_of(position, region("south")));
    EXPECT_EQ(north, etag_of(position, region("north")));
    EXPECT_EQ(quoted_tag("a"), "\"a\"");
    EXPECT_EQ(quoted_tag("\"a\""), "\"a\"");
}

TEST(IfMatch, ReadsEveryTagThatWeGive) {
    const live::Position position{"k3f9", 118};
    for (const auto* tag :
         {"\"k3f9:118\"", "k3f9:118", "\"k3f9:118.csv\"", "\"k3f9:118.0a1b.csv\""}) {
        EXPECT_EQ(if_match_of(with("if-match", tag))->position, position) << tag;
    }
    EXPECT_TRUE(if_match_of(with("if-match", "*"))->exists);
    EXPECT_FALSE(if_match_of({})->exists);
    EXPECT_FALSE(if_match_of({})->position);
}

TEST(IfMatch, RefusesWhatNamesNoVersion) {
    for (const auto* tag :
         {"", "\"", "\"abc\"", "\"a:1\", \"a:2\"", "W/\"a:1\"", "\"a:x\"", "\":1\""}) {
        const auto read = if_match_of(with("if-match", tag));
        ASSERT_FALSE(read) << tag;
        EXPECT_EQ(read.error().code, "invalid_if_match");
    }
}

TEST(IdempotencyKey, HasOneTo128VisibleCharacters) {
    EXPECT_EQ(*idempotency_key_of({}), "");
    EXPECT_EQ(*idempotency_key_of(with("idempotency-key", "a-1")), "a-1");
    EXPECT_TRUE(idempotency_key_of(with("idempotency-key", std::string(128, 'k'))));
    EXPECT_FALSE(idempotency_key_of(with("idempotency-key", std::string(129, 'k'))));
    EXPECT_FALSE(idempotency_key_of(with("idempotency-key", "")));
    EXPECT_FALSE(idempotency_key_of(with("idempotency-key", "a b")));
    EXPECT_EQ(idempotency_key_of(with("idempotency-key", "\xC3\xA4")).error().code,
              "invalid_idempotency_key");
}

TEST(BodyHash, IsSha256OverPartsThatCannotRunTogether) {
    EXPECT_EQ(body_hash({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_NE(body_hash({"ab", "c"}), body_hash({"a", "bc"}));
    EXPECT_NE(body_hash({"a", ""}), body_hash({"a"}));
    EXPECT_EQ(body_hash({"POST", "/x"}), body_hash({"POST", "/x"}));
}

}  // namespace
}  // namespace chartcast::api
