// Reply: access to a value of another kind, and the readable form.
#include <redis/reply.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redis {
namespace {

TEST(Reply, AnswersNeutrallyWhenAskedForAnotherKind) {
    const Reply text(Reply::Kind::bulk, std::string("5"));
    EXPECT_EQ(text.integer(), 0);
    EXPECT_TRUE(text.items().empty());
    EXPECT_EQ(Reply::of_integer(5).text(), "");
    EXPECT_EQ(Reply::of_integer(5).number(), 5.0);
    EXPECT_EQ(Reply(Reply::Kind::error, std::string("NOAUTH x")).error_code(), "NOAUTH");
    EXPECT_EQ(text.error_code(), "");
}

TEST(Reply, ShowsLongAndUnprintableTextShort) {
    const std::string shown = to_string(Reply(Reply::Kind::bulk, std::string(100, '\x01')));
    EXPECT_EQ(shown.substr(0, 9), R"("\x01\x01)");
    EXPECT_THAT(shown, testing::HasSubstr("(100 bytes)"));
}

}  // namespace
}  // namespace redis
