// RespParser: every RESP2 and RESP3 type, any cut of the bytes, and each bound.
#include "protocol/resp_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace redis {
namespace {

/// All replies in `bytes`, as text; the last is "error: ..." if the parser gave up.
std::vector<std::string> parse(std::string_view bytes, RespLimits limits = {},
                               std::size_t piece = SIZE_MAX) {
    RespParser parser(limits);
    std::vector<std::string> out;
    while (true) {
        auto reply = parser.next();
        if (reply.has_error()) {
            out.push_back("error: " + reply.error().message());
            return out;
        }
        if (*reply) {
            out.push_back(to_string(**reply));
            continue;
        }
        if (bytes.empty()) {
            return out;
        }
        parser.feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
}

using Texts = std::vector<std::string>;
const std::string too_large = "error: " + make_error_code(errc::reply_too_large).message();
const std::string broken = "error: " + make_error_code(errc::protocol_error).message();

TEST(RespParser, ReadsEveryResp2Type) {
    EXPECT_EQ(parse("+OK\r\n-ERR no\r\n:-42\r\n$5\r\nhello\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
                    "*2\r\n$1\r\na\r\n*1\r\n:1\r\n"),
              (Texts{R"("OK")", "-ERR no", "-42", R"("hello")", R"("")", "null", "null", "[]",
                     R"(["a", [1]])"}));
}

TEST(RespParser, ReadsEveryResp3Type) {
    EXPECT_EQ(parse("_\r\n#t\r\n#f\r\n,1.5\r\n,-inf\r\n(123456789012345678901\r\n!7\r\nERR bad\r\n"
                    "=8\r\ntxt:some\r\n%1\r\n+a\r\n:1\r\n~2\r\n:1\r\n:2\r\n>1\r\n+x\r\n"),
              (Texts{"null", "true", "false", "1.5", "-inf", R"("123456789012345678901")",
                     "-ERR bad", R"("some")", R"({"a": 1})", "[1, 2]", R"(>["x"])"}));
}

TEST(RespParser, DropsAttributesWhereverTheyStand) {
    EXPECT_EQ(parse("|1\r\n+ttl\r\n:5\r\n*2\r\n|0\r\n:1\r\n|1\r\n+k\r\n*1\r\n+v\r\n:2\r\n"),
              (Texts{"[1, 2]"}));
}

TEST(RespParser, GivesTheSameRepliesForAnyCutOfTheBytes) {
    const std::string bytes =
        "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\n\r\n\r\n\r\n"
        "+OK\r\n%1\r\n+a\r\n*2\r\n:1\r\n_\r\n:7\r\n";
    const Texts whole = parse(bytes);
    ASSERT_EQ(whole.size(), 4u);
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
        EXPECT_EQ(parse(bytes, {}, piece), whole) << "pieces of " << piece;
    }
}

TEST(RespParser, KeepsBinaryBytes) {
    RespParser parser;
    const std::string body("\0\xff\r\n\n", 5);
    parser.feed("$5\r\n" + body + "\r\n");
    const auto reply = parser.next();
    ASSERT_TRUE(reply.has_value() && reply->has_value());
    EXPECT_EQ((*reply)->text(), body);
}

TEST(RespParser, RefusesWhatIsNoResp) {
    for (const char* bytes : {"HTTP/1.1 400 Bad Request\r\n",
                              "\r\n",
                              "+OK\n",
                              ":\r\n",
                              ":1x\r\n",
                              ":+-1\r\n",
                              "$x\r\n",
                              "$-2\r\n",
                              "!-1\r\n",
                              "*-2\r\n",
                              "*1.5\r\n",
                              "#x\r\n",
                              ",x\r\n",
                              "_x\r\n",
                              "(\r\n",
                              "(12a\r\n",
                              "=3\r\ntxt\r\n",
                              "=4\r\ntxt;\r\n",
                              "$1\r\nab\r\n",
                              "*1\r\n?\r\n",
                              "$?\r\n",
                              "*?\r\n",
                              ":99999999999999999999\r\n",
                              "\x16\x03\x01\r\n",
                              "%-1\r\n",
                              "*4294967296\r\n"}) {
        EXPECT_EQ(parse(bytes), Texts{broken}) << bytes;
    }
}

TEST(RespParser, StaysFailedAfterAnError) {
    RespParser parser;
    parser.feed("?\r\n");
    EXPECT_TRUE(parser.next().has_error());
    parser.feed("+OK\r\n");
    EXPECT_TRUE(parser.next().has_error());
}

std::string nested(std::size_t depth) {
    std::string bytes;
    for (std::size_t i = 0; i < depth; ++i) {
        bytes += "*1\r\n";
    }
    return bytes + ":1\r\n";
}

TEST(RespParser, BoundsDepth) {
    EXPECT_EQ(parse(nested(32)).size(), 1u);
    EXPECT_NE(parse(nested(32))[0], too_large);
    EXPECT_EQ(parse(nested(33)), Texts{too_large});
    EXPECT_EQ(parse(nested(1'000'000)), Texts{too_large});
}

TEST(RespParser, BoundsAStringByItsHeaderAlone) {
    RespLimits limits;
    limits.bulk_bytes_max = 10;
    EXPECT_EQ(parse("$10\r\n0123456789\r\n", limits), Texts{R"("0123456789")"});
    EXPECT_EQ(parse("$11\r\n", limits), Texts{too_large});
    EXPECT_EQ(parse("$18446744073709551615\r\n"), Texts{too_large});
}

TEST(RespParser, BoundsALine) {
    RespLimits limits;
    limits.line_bytes_max = 100;
    EXPECT_EQ(parse("+" + std::string(98, 'a') + "\r\n", limits).at(0).front(), '"');
    EXPECT_EQ(parse("+" + std::string(101, 'a') + "\r\n", limits), Texts{too_large});
    EXPECT_EQ(parse("+" + std::string(101, 'a'), limits, 7), Texts{too_large});
}

TEST(RespParser, BoundsTheMemoryOfOneReply) {
    RespLimits limits;
    limits.reply_bytes_max = 100'000;
    std::string bytes = "*4294967295\r\n";
    for (int i = 0; i < 10'000; ++i) {
        bytes += ":1\r\n";
    }
    EXPECT_EQ(parse(bytes, limits), Texts{too_large});
    // The bound is per reply, not for all replies together.
    std::string many;
    for (int i = 0; i < 10'000; ++i) {
        many += "$20\r\n01234567890123456789\r\n";
    }
    EXPECT_EQ(parse(many, limits, 1000).size(), 10'000u);
}

TEST(RespParser, ReadsALargeStringInLinearTime) {
    // Rescanning or moving the buffer for each piece would take minutes here.
    const std::string body(20'000'000, 'x');
    RespParser parser;
    parser.feed("$20000000\r\n");
    for (std::size_t i = 0; i < body.size(); i += 1000) {
        parser.feed(std::string_view(body).substr(i, 1000));
        ASSERT_FALSE(parser.next()->has_value());
    }
    parser.feed("\r\n");
    EXPECT_EQ(parser.next()->value().text().size(), body.size());
}

}  // namespace
}  // namespace redis
