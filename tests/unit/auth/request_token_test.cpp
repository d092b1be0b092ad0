// Where tokens are looked for, and where they must not be seen.
#include "auth/request_token.hpp"

#include <gtest/gtest.h>

namespace chartcast::auth {
namespace {

socketio::FieldList list(std::initializer_list<std::pair<const char*, const char*>> fields) {
    socketio::FieldList made;
    for (const auto& [name, value] : fields) made.add(name, value);
    return made;
}

TEST(RequestToken, StandsBehindBearer) {
    EXPECT_EQ(token_of(list({{"authorization", "Bearer abc"}}), {}), "abc");
    EXPECT_EQ(token_of(list({{"authorization", "bEARER   abc  "}}), {}), "abc");
    EXPECT_EQ(token_of(list({{"authorization", "Basic abc"}}), {}), "");
    EXPECT_EQ(token_of(list({{"authorization", "Bearer"}}), {}), "");
    EXPECT_EQ(token_of(list({{"authorization", "Bearer  "}}), {}), "");
    EXPECT_EQ(token_of({}, {}), "");
}

TEST(RequestToken, StandsInTheQueryWhereNoHeaderCanBeSet) {
    EXPECT_EQ(token_of({}, list({{"token", "abc"}})), "abc");
    EXPECT_EQ(token_of({}, list({{"access_token", "abc"}})), "abc");
    EXPECT_EQ(token_of(list({{"authorization", "Bearer header"}}), list({{"token", "query"}})),
              "header");
    EXPECT_EQ(token_of(list({{"authorization", "Basic abc"}}), list({{"token", "query"}})),
              "query");
}

TEST(RequestToken, StandsInTheConnectPayloadOfASocket) {
    socketio::Handshake handshake;
    handshake.query = list({{"token", "query"}});
    EXPECT_EQ(token_of(handshake), "query");
    handshake.auth = socketio::Object{{"token", 5}};
    EXPECT_EQ(token_of(handshake), "query");
    handshake.auth = socketio::Object{{"token", "payload"}};
    EXPECT_EQ(token_of(handshake), "payload");
}

TEST(RedactedUrl, ShowsNoToken) {
    EXPECT_EQ(redacted("/c/deals"), "/c/deals");
    EXPECT_EQ(redacted("/c/deals?"), "/c/deals?");
    EXPECT_EQ(redacted("/c?EIO=3&token=abc&t=1"), "/c?EIO=3&token=***&t=1");
    EXPECT_EQ(redacted("/c?access_token=abc"), "/c?access_token=***");
    EXPECT_EQ(redacted("/c?%74oken=abc&TOKEN=def"), "/c?%74oken=***&TOKEN=***");
    EXPECT_EQ(redacted("/c?a=1&&token=a=b&"), "/c?a=1&&token=***&");
    EXPECT_EQ(redacted("/c?tokens=3&token"), "/c?tokens=3&token=***");
}

}  // namespace
}  // namespace chartcast::auth
