// A body shows its bytes, whoever owns them.

#include "socketio/http.hpp"

#include <gtest/gtest.h>

namespace socketio {
namespace {

TEST(HttpBody, IsEmptyWhenNothingWasGiven) {
    EXPECT_EQ(HttpBody().view(), "");
}

TEST(HttpBody, ShowsBytesItOwns) {
    EXPECT_EQ(HttpBody(std::string("a\0b", 3)).view(), std::string_view("a\0b", 3));
    EXPECT_EQ(HttpBody("text").view(), "text");
}

TEST(HttpBody, ShowsBytesItSharesWithoutCopyingThem) {
    const Binary shared("shared");
    const HttpBody body(shared);
    EXPECT_EQ(body.view(), "shared");
    EXPECT_EQ(body.view().data(), shared.view().data());
}

TEST(HttpBody, ShowsBytesItOnlyPointsTo) {
    static constexpr std::string_view bytes = "in the program";
    const auto body = HttpBody::fixed(bytes);
    EXPECT_EQ(body.view(), bytes);
    EXPECT_EQ(body.view().data(), bytes.data());
}

}  // namespace
}  // namespace socketio
