#include "decode/csv_decoder.hpp"

#include "decode/csv_cell.hpp"
#include "unit/decode/decoding.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace chartcast::decode {
namespace {

using live::FieldType;

live::Schema typed() {
    live::DatasetDefinition definition;
    definition.fields = {{"s", FieldType::string},  {"n", FieldType::number},
                         {"i", FieldType::integer}, {"b", FieldType::boolean},
                         {"t", FieldType::time},    {"j", FieldType::json}};
    return *live::Schema::make(std::move(definition));
}

std::string csv(std::string_view text) {
    const auto schema = typed();
    return decode(Format::csv, text, &schema, {.line_bytes_max = 60, .depth_max = 4}).text();
}

TEST(CsvDecoder, MakesRowsOfRecordsByTheNamesOfTheFirst) {
    EXPECT_EQ(csv("s,x\nab,cd\n"), R"([{"s":"ab","x":"cd"}])");
    EXPECT_EQ(csv("\xEF\xBB\xBFs,x\r\nab,cd\r\n\r\nef,gh"),
              R"([{"s":"ab","x":"cd"},{"s":"ef","x":"gh"}])");
    EXPECT_EQ(csv("s\n"), "[]");
}

TEST(CsvDecoder, TrimsNamesButNotTexts) {
    EXPECT_EQ(csv(" s ,\" x \"\n a ,b\n"), R"([{"s":" a "," x ":"b"}])");
}

TEST(CsvDecoder, ReadsQuotes) {
    EXPECT_EQ(csv("s,x\n\"a,b\",\"c\"\"d\"\n"), R"([{"s":"a,b","x":"c\"d"}])");
    EXPECT_EQ(csv("s,x\n\"a\r\nb\",c\"d\n"), R"([{"s":"a\r\nb","x":"c\"d"}])");
    EXPECT_EQ(csv("s\n\"\"\n"), R"([{"s":""}])");
    EXPECT_EQ(csv("s\na\rb\n"), R"([{"s":"a\rb"}])");
}

TEST(CsvDecoder, ReadsCellsAsTheirFieldsSay) {
    EXPECT_EQ(csv("s,n,i,b\n7,7,7,1\n"), R"([{"s":"7","n":7,"i":7,"b":true}])");
    EXPECT_EQ(csv("n,i,b\n 1.5,+2 ,TRUE\n-1e3,5.0,false\n"),
              R"([{"n":1.5,"i":2,"b":true},{"n":-1000,"i":5,"b":false}])");
    EXPECT_EQ(csv("t\n2026-11-20\n1700000000000\n"), R"([{"t":"2026-11-20"},{"t":1700000000000}])");
    EXPECT_EQ(csv("j\n\"{\"\"a\"\":[1]}\"\ntrue\n"), R"([{"j":{"a":[1]}},{"j":true}])");
    EXPECT_EQ(csv("s,n,i,b,t,j\n,,,,,\n"),
              R"([{"s":null,"n":null,"i":null,"b":null,"t":null,"j":null}])");
}

TEST(CsvDecoder, LeavesForTheRowCheckWhatItCannotRead) {
    EXPECT_EQ(csv("n,i,b\nx,y,z\n1,5,4,\n"), R"([{"n":"x","i":"y","b":"z"}] cell_count 3:0)");
    EXPECT_EQ(csv("n\n\"\"\n12 kg\n"), R"([{"n":""},{"n":"12 kg"}])");
    EXPECT_EQ(csv("j\nnot json\n"), R"([{"j":"not json"}])");
    EXPECT_EQ(csv_cell(FieldType::integer, "18446744073709551615", 4), socketio::Value(UINT64_MAX));
    EXPECT_TRUE(std::isinf(csv_cell(FieldType::number, "1e999", 4).as_double()));
    EXPECT_EQ(csv_cell(FieldType::number, "1e-999", 4), socketio::Value(0.0));
    EXPECT_EQ(csv_cell(FieldType::number, "+-1", 4), socketio::Value("+-1"));
}

TEST(CsvDecoder, RefusesWhatIsNoTable) {
    EXPECT_EQ(csv(""), "[] no_header 1:0");
    EXPECT_EQ(csv("\n\n"), "[] no_header 3:0");
    EXPECT_EQ(csv("a,,b\n"), "[] invalid_csv 1:0");
    EXPECT_EQ(csv("a,b, a\n"), "[] invalid_csv 1:0");
    EXPECT_EQ(csv("a\n\"x\ny\n"), "[] invalid_csv 2:0");
    EXPECT_EQ(csv("a\n\"x\"y\n"), "[] invalid_csv 2:0");
    EXPECT_EQ(csv("a,b\nx,y\n\"1\n\",2\n3\n"),
              R"([{"a":"x","b":"y"},{"a":"1\n","b":"2"}] cell_count 5:0)");
    EXPECT_EQ(csv("a\nx\n\xFF\n"), R"([{"a":"x"}] invalid_utf8 3:0)");
    EXPECT_EQ(csv("\xEF\xBB"), "[] invalid_utf8 1:0");
}

TEST(CsvDecoder, BoundsARecord) {
    EXPECT_EQ(csv("a\n" + std::string(61, 'x')), "[] line_too_long 2:0");
    EXPECT_EQ(csv("a\n\"" + std::string(61, '\n')), "[] line_too_long 2:0");
    EXPECT_EQ(csv("a\n" + std::string(61, ',')), "[] line_too_long 2:0");
    const auto wide = decode(Format::csv, std::string(1100, ','));
    EXPECT_EQ(wide.text(), "[] invalid_csv 1:0");
}

}  // namespace
}  // namespace chartcast::decode
