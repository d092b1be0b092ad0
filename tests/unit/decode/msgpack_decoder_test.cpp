#include "decode/msgpack_decoder.hpp"

#include "unit/decode/decoding.hpp"

#include <gtest/gtest.h>

namespace chartcast::decode {
namespace {

using namespace std::string_literals;

std::string msgpack(std::string_view bytes) {
    return decode(Format::msgpack, bytes, nullptr, {.line_bytes_max = 100, .depth_max = 3}).text();
}

TEST(MsgpackDecoder, TakesARowAListOfRowsOrRowsOneAfterTheOther) {
    EXPECT_EQ(msgpack("\x81\xa1\x61\x01"), R"([{"a":1}])");
    EXPECT_EQ(msgpack("\x81\xa1\x61\x01\x81\xa1\x61\x02"), R"([{"a":1},{"a":2}])");
    EXPECT_EQ(msgpack("\x93\x81\xa1\x61\x01\x92\x01\x02\xa1\x6b"), R"([{"a":1},[1,2],"k"])");
    EXPECT_EQ(msgpack("\x90"), "[]");
    EXPECT_EQ(msgpack(""), "[]");
}

TEST(MsgpackDecoder, ReadsEveryKindOfNumber) {
    EXPECT_EQ(msgpack("\x94\x7f\xff\xd0\x80\xd0\x7f"), "[127,-1,-128,127]");
    EXPECT_EQ(msgpack("\x93\xd1\xff\x7f\xd1\x80\x00\xd2\x80\x00\x00\x00"s),
              "[-129,-32768,-2147483648]");
    EXPECT_EQ(
        msgpack("\x92\xd3\x80\x00\x00\x00\x00\x00\x00\x00\xd3\xff\xff\xff\xff\x7f\xff\xff\xff"s),
        "[-9223372036854775808,-2147483649]");
    EXPECT_EQ(
        msgpack("\x94\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
        "[255,65535,4294967295,18446744073709551615]");
    EXPECT_EQ(msgpack("\x92\xca\x3f\xc0\x00\x00\xcb\xbf\xd5\x55\x55\x55\x55\x55\x55"s),
              "[1.5,-0.3333333333333333]");
    EXPECT_EQ(msgpack("\x93\xc0\xc2\xc3"), "[null,false,true]");
}

TEST(MsgpackDecoder, ReadsTimestampsAsMilliseconds) {
    EXPECT_EQ(msgpack("\x91\xd6\xff\x00\x00\x00\x02"s), "[2000]");
    EXPECT_EQ(msgpack("\x91\xd7\xff\x07\x73\x59\x40\x00\x00\x00\x02"s), "[2031]");
    EXPECT_EQ(msgpack("\x91\xc7\x0c\xff\x1d\xcd\x65\x00\xff\xff\xff\xff\xff\xff\xff\xff"s),
              "[-500]");
    EXPECT_EQ(msgpack("\x91\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"s),
              "[] invalid_msgpack 1:0");
}

TEST(MsgpackDecoder, RefusesWhatIsNoCell) {
    EXPECT_EQ(msgpack("\x92\x01\xc4\x01\x61"), "[1] invalid_msgpack 2:0");
    EXPECT_EQ(msgpack("\x91\xd4\x05\x61"), "[] invalid_msgpack 1:0");
    EXPECT_EQ(msgpack("\x91\xc1"), "[] invalid_msgpack 1:0");
    EXPECT_EQ(msgpack("\x91\xa1\xff"), "[] invalid_utf8 1:0");
    EXPECT_EQ(msgpack("\x81\x01\x02"), "[] invalid_msgpack 1:0");
    EXPECT_EQ(msgpack("\x82\xa1\x61\x01\xa1\x61\x02"), "[] invalid_msgpack 1:0");
    EXPECT_EQ(msgpack("\x05"), "[] not_rows 1:0");
}

TEST(MsgpackDecoder, TakesNoHeadersWord) {
    EXPECT_EQ(msgpack("\xdf\xff\xff\xff\xff"), "[] truncated 1:0");
    EXPECT_EQ(msgpack("\xdd\xff\xff\xff\xff\x01"), "[1] truncated 2:0");
    EXPECT_EQ(msgpack("\x91\xdb\xff\xff\xff\xff\x61"), "[] truncated 1:0");
    EXPECT_EQ(msgpack("\x91\x91\x91\x91\x91\x01"), "[] too_deep 1:0");
    EXPECT_EQ(msgpack("\x91\xd9\x7f"s + std::string(127, 'x')), "[] line_too_long 1:0");
}

}  // namespace
}  // namespace chartcast::decode
