// What a push makes of its input, and of the server's answers.
#include "cli/hash_key.hpp"
#include "cli/progress.hpp"
#include "cli/push_batch.hpp"
#include "cli/push_problem.hpp"
#include "cli/random_text.hpp"
#include "cli/record_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chartcast::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

std::vector<std::string> split(bool quoted, std::string_view text, std::size_t piece) {
    RecordSplitter splitter(quoted);
    std::vector<Record> records;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
        splitter.feed(text.substr(0, piece), records);
    }
    splitter.finish(records);
    std::vector<std::string> shown;
    for (const auto& record : records) {
        shown.push_back(std::to_string(record.line) + ":" + record.text);
    }
    return shown;
}

TEST(RecordSplitter, FindsLinesInPiecesOfAnySize) {
    for (const std::size_t piece : {1u, 2u, 3u, 100u}) {
        EXPECT_THAT(split(false, "{\"a\":1}\r\n\n  \n{}\n[2]", piece),
                    ElementsAre("1:{\"a\":1}", "4:{}", "5:[2]"));
    }
}

TEST(RecordSplitter, KeepsQuotedLineEndsOfCsv) {
    for (const std::size_t piece : {1u, 2u, 3u, 100u}) {
        EXPECT_THAT(split(true, "a,b\n\"x\ny\",\"say \"\"hi\"\"\n\"\n1,2\n", piece),
                    ElementsAre("1:a,b", "2:\"x\ny\",\"say \"\"hi\"\"\n\"", "5:1,2"));
    }
}

TEST(PushBatch, IsAListOfRowsOrCsvWithItsHeader) {
    PushBatch rows(decode::Format::ndjson, 2);
    rows.add({"{}", 3});
    EXPECT_FALSE(rows.full());
    rows.add({"[1]", 5});
    EXPECT_TRUE(rows.full());
    EXPECT_EQ(rows.body(), "[{},\n[1]]");
    EXPECT_THAT(rows.lines(), ElementsAre(3u, 5u));
    rows.clear();
    EXPECT_TRUE(rows.empty());
    PushBatch csv(decode::Format::csv, 10);
    csv.set_header("a,b");
    csv.add({"1,2", 2});
    EXPECT_EQ(csv.body(), "a,b\n1,2\n");
    PushBatch large(decode::Format::ndjson, 10);
    large.add({std::string(PushBatch::bytes_max, 'x'), 1});
    EXPECT_TRUE(large.full());
}

TEST(PushProblem, NamesLinesOfTheInput) {
    const HttpAnswer answer{
        422,
        R"({"code":"invalid_rows","detail":"Nothing was changed.","count":3,"errors":[)"
        R"({"row":1,"field":"amount","code":"wrong_type"},{"row":9,"code":"not_a_row"}]})",
        "",
        {}};
    EXPECT_EQ(push_problem(answer, {17, 19}),
              "422 invalid_rows: Nothing was changed.\n  line 19: amount: wrong_type\n"
              "  row 9: not_a_row\n  and 1 more");
    EXPECT_EQ(push_problem({400, R"({"code":"invalid_json","line":2})", "", {}}, {17, 19}),
              "400 invalid_json\n  line 19");
    EXPECT_EQ(push_problem({0, "", "Connection refused", {}}, {}), "Connection refused");
    EXPECT_EQ(push_problem({502, "<html>", "", {}}, {}),
              "502 from something that is no chartcast; is --url right?");
}

TEST(Progress, IsReadable) {
    EXPECT_EQ(progress_text({1200, 86'200, 3}, 400ms), "1,200 rows, 84.2 KiB, 0.4 s, 3,000 rows/s");
    EXPECT_EQ(progress_text({1, 12, 1}, 0ms), "1 row, 12 B, 0.0 s, 1,000 rows/s");
}

TEST(HashKey, MakesKeysThatNobodyGuesses) {
    EXPECT_EQ(random_hex(24).size(), 48u);
    EXPECT_NE(random_hex(24), random_hex(24));
}

}  // namespace
}  // namespace chartcast::cli
