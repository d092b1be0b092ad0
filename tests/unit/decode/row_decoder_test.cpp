#include "decode/row_decoder.hpp"

#include "unit/decode/decoding.hpp"

#include <gtest/gtest.h>

#include <array>

namespace chartcast::decode {
namespace {

TEST(RowDecoder, KnowsContentTypesInAnyCaseAndWithParameters) {
    EXPECT_EQ(format_of_content_type("application/json"), Format::json);
    EXPECT_EQ(format_of_content_type("Application/X-NDJSON; charset=utf-8"), Format::ndjson);
    EXPECT_EQ(format_of_content_type(" text/csv ;header=present"), Format::csv);
    EXPECT_EQ(format_of_content_type("application/vnd.msgpack"), Format::msgpack);
    EXPECT_EQ(format_of_content_type("text/html"), std::nullopt);
    EXPECT_EQ(format_of_content_type(""), std::nullopt);
}

TEST(RowDecoder, KnowsFilesByTheirEndings) {
    EXPECT_EQ(format_of_name("a/deals.JSON"), Format::json);
    EXPECT_EQ(format_of_name("deals.2026.jsonl"), Format::ndjson);
    EXPECT_EQ(format_of_name("deals.csv"), Format::csv);
    EXPECT_EQ(format_of_name("deals"), std::nullopt);
    EXPECT_EQ(format_of_name("deals.txt"), std::nullopt);
}

TEST(RowDecoder, NamesEveryFault) {
    for (auto code = FaultCode::invalid_json; code <= FaultCode::truncated;
         code = static_cast<FaultCode>(static_cast<int>(code) + 1)) {
        EXPECT_NE(to_string(code), "unknown");
    }
}

TEST(RowDecoder, GivesRowsInPortionsAndSaysWhichLineTheyReach) {
    const auto decoder = make_decoder(Format::ndjson, nullptr);
    EXPECT_FALSE(decoder->feed("{\"a\":1}\n\n{\"a\":2}\n{\"a\":3}\n{\"a\""));
    EXPECT_EQ(decoder->ready(), 3U);
    EXPECT_EQ(decoder->lines_taken(), 0U);
    EXPECT_EQ(socketio::to_json(decoder->take(2)), R"([{"a":1},{"a":2}])");
    EXPECT_EQ(decoder->lines_taken(), 3U);
    EXPECT_EQ(socketio::to_json(decoder->take()), R"([{"a":3}])");
    EXPECT_EQ(decoder->lines_taken(), 4U);
    EXPECT_EQ(decoder->take().size(), 0U);
}

TEST(RowDecoder, StaysFaultyAndKeepsWhatWasCompleteBefore) {
    const auto decoder = make_decoder(Format::ndjson, nullptr);
    EXPECT_TRUE(decoder->feed("1\nx\n2\n"));
    EXPECT_TRUE(decoder->feed("3\n"));
    EXPECT_TRUE(decoder->finish());
    EXPECT_EQ(socketio::to_json(decoder->take()), "[1]");
}

TEST(RowDecoder, TakesAnyPieces) {
    struct Sample {
        Format format;
        std::string_view text;
    };
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    const std::string csv = std::string(mark) + "a,\"b\"\"\r\n\"\r\n1,\"x,\r\n\"\"y\"\r\n,\n";
    const std::string ndjson = std::string(mark) + "{\"a\":\"\xC3\xA4\"}\r\n\r\n[1]\n\"k\"";
    const std::string json = std::string(mark) + "[{\"a\":1},\n[2]]";
    const std::string msgpack(
        "\x92\x81\xa1\x61\xcd\x01\x00\xd6\xff\x00\x00\x00\x01\x81\xa1\x62\xc0", 17);
    for (const auto& [format, text] :
         {Sample{Format::csv, csv}, Sample{Format::ndjson, ndjson}, Sample{Format::json, json},
          Sample{Format::msgpack, msgpack}}) {
        const auto whole = decode(format, text);
        EXPECT_FALSE(whole.fault) << whole.text();
        for (std::size_t piece = 1; piece < text.size(); ++piece) {
            const auto pieces = decode(format, text, nullptr, {}, piece);
            EXPECT_EQ(pieces.text(), whole.text());
            EXPECT_EQ(pieces.lines, whole.lines);
        }
    }
}

}  // namespace
}  // namespace chartcast::decode
