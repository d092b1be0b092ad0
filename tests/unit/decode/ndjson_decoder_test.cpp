#include "decode/ndjson_decoder.hpp"

#include "unit/decode/decoding.hpp"

#include <gtest/gtest.h>

namespace chartcast::decode {
namespace {

std::string ndjson(std::string_view text) {
    return decode(Format::ndjson, text, nullptr, {.line_bytes_max = 10, .depth_max = 3}).text();
}

TEST(NdjsonDecoder, TakesARowALine) {
    EXPECT_EQ(ndjson("{\"a\":1}\n[2]\n\"k\""), R"([{"a":1},[2],"k"])");
    EXPECT_EQ(ndjson("{\"a\":1}\r\n\r\n \n[2]\r\n"), R"([{"a":1},[2]])");
    EXPECT_EQ(ndjson("\xEF\xBB\xBF[1]\n"), "[[1]]");
    EXPECT_EQ(ndjson(""), "[]");
}

TEST(NdjsonDecoder, NamesTheLineThatIsWrong) {
    EXPECT_EQ(ndjson("[1]\n\n{\"a\":}\n[2]"), "[[1]] invalid_json 3:6");
    EXPECT_EQ(ndjson("[1]\n[2"), "[[1]] truncated 2:3");
    EXPECT_EQ(ndjson("[1]\n\"\xFF\""), "[[1]] invalid_utf8 2:2");
    EXPECT_EQ(ndjson("[1]\n[[[[]]]]"), "[[1]] too_deep 2:0");
}

TEST(NdjsonDecoder, BoundsALineAndNotTheStream) {
    EXPECT_EQ(ndjson("1234567890\n1234567890"), "[1234567890,1234567890]");
    EXPECT_EQ(ndjson("1\n12345678901\n"), "[1] line_too_long 2:0");
    EXPECT_EQ(ndjson("1\n          \\"), "[1] line_too_long 2:0");
}

}  // namespace
}  // namespace chartcast::decode
