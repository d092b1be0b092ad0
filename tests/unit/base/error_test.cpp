// Every error has a sentence, every reason Node's words.

#include "socketio/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace socketio {
namespace {

TEST(Errc, SaysASentenceOfItsOwnForEachValue) {
    std::set<std::string> sentences;
    for (int code = static_cast<int>(errc::invalid_json);
         code <= static_cast<int>(errc::disconnected); ++code) {
        const auto message = make_error_code(static_cast<errc>(code)).message();
        // Node's words, which applications compare with.
        const bool is_nodes = message == "operation has timed out";
        EXPECT_TRUE(is_nodes || message.ends_with('.')) << message;
        EXPECT_NE(message, error_category().message(9999));
        EXPECT_TRUE(sentences.insert(message).second) << message;
    }
    EXPECT_EQ(sentences.size(), 12U);
}

TEST(Errc, IsAnErrorCodeOfItsOwnCategory) {
    const boost::system::error_code code = errc::too_large;
    EXPECT_TRUE(code.failed());
    EXPECT_EQ(code, errc::too_large);
    EXPECT_NE(code, errc::too_deep);
    EXPECT_STREQ(code.category().name(), "socketio");
    EXPECT_EQ(code.category(), error_category());
    EXPECT_NE(code, boost::system::error_code(code.value(), boost::system::system_category()));
}

TEST(Errc, MakesAFailedResult) {
    const Result<int> failed = errc::invalid_json;
    ASSERT_TRUE(failed.has_error());
    EXPECT_EQ(failed.error(), errc::invalid_json);
}

TEST(DisconnectReason, IsSpelledAsNodeSpellsIt) {
    EXPECT_EQ(to_string(DisconnectReason::client_namespace_disconnect),
              "client namespace disconnect");
    EXPECT_EQ(to_string(DisconnectReason::server_namespace_disconnect),
              "server namespace disconnect");
    EXPECT_EQ(to_string(DisconnectReason::transport_close), "transport close");
    EXPECT_EQ(to_string(DisconnectReason::transport_error), "transport error");
    EXPECT_EQ(to_string(DisconnectReason::ping_timeout), "ping timeout");
    EXPECT_EQ(to_string(DisconnectReason::parse_error), "parse error");
    EXPECT_EQ(to_string(DisconnectReason::forced_close), "forced close");
    EXPECT_EQ(to_string(DisconnectReason::forced_server_close), "forced server close");
    EXPECT_EQ(to_string(DisconnectReason::server_shutting_down), "server shutting down");
    EXPECT_EQ(to_string(DisconnectReason::slow_client), "slow client");
}

}  // namespace
}  // namespace socketio
