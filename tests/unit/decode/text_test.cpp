#include "decode/text.hpp"

#include "unit/decode/decoding.hpp"

#include <gtest/gtest.h>

namespace chartcast::decode {
namespace {

TEST(Text, SaysWhereItStopsBeingUtf8) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("a\xC3\xA4\xE9\x94\x80\xF0\x9F\x98\x80"));
    EXPECT_EQ(valid_utf8_bytes("ab\xFF"), 2U);
    EXPECT_EQ(valid_utf8_bytes("ab\xC3"), 2U);
    EXPECT_EQ(valid_utf8_bytes("\xC3\xA4\xC0\xAF"), 2U);
    EXPECT_EQ(valid_utf8_bytes("a\xED\xA0\x80"), 1U);
    EXPECT_EQ(valid_utf8_bytes("a\xF4\x90\x80\x80"), 1U);
    EXPECT_EQ(valid_utf8_bytes(std::string_view("a\0b", 3)), 3U);
}

TEST(Text, IsAValueOrAFaultWithItsPlace) {
    EXPECT_EQ(*parse_text("[1]", 4), socketio::Value(socketio::Array{1}));
    const auto fault = [](std::string_view text) { return parse_text(text, 4).error(); };
    EXPECT_EQ(fault("[\n\n1,]").code, FaultCode::invalid_json);
    EXPECT_EQ(fault("[\n\n1,]").line, 3U);
    EXPECT_EQ(fault("[\n\n1,]").column, 3U);
    EXPECT_EQ(fault("[[[[[1]]]]]").code, FaultCode::too_deep);
    EXPECT_EQ(fault("\"\xFF\"").code, FaultCode::invalid_utf8);
    EXPECT_EQ(fault("tru").code, FaultCode::truncated);
    EXPECT_EQ(fault("{} {}").column, 4U);
}

}  // namespace
}  // namespace chartcast::decode
