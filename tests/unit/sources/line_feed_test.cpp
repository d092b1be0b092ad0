#include "sources/line_feed.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace {

using namespace chartcast;
using decode::Format;
using live::FieldType;
using live::Operation;
using sources::LineFeed;
using sources::LineRows;

std::shared_ptr<const live::Schema> schema() {
    live::DatasetDefinition definition;
    definition.fields = {{"id", FieldType::string}, {"n", FieldType::integer}};
    definition.key = {"id"};
    return std::make_shared<const live::Schema>(*live::Schema::make(definition));
}

class LineFeedTest : public testing::Test {
protected:
    void begin(Format format, Operation operation = Operation::append) {
        LineFeed::Options options{format, operation, schema(), {}};
        options.limits.line_bytes_max = 40;
        feed_.emplace(options);
    }
    std::string rows() const { return socketio::to_json(socketio::Value(out_.rows)); }

    std::optional<LineFeed> feed_;
    LineRows out_;
};

TEST_F(LineFeedTest, WaitsForTheEndOfALine) {
    begin(Format::ndjson);
    feed_->feed(R"({"id":"a",)", out_);
    EXPECT_EQ(rows(), "[]");
    feed_->feed("\"n\":1}\n{\"id\":\"b\"}", out_);
    EXPECT_EQ(rows(), R"([{"id":"a","n":1}])");
    feed_->finish(out_);
    EXPECT_EQ(rows(), R"([{"id":"a","n":1},{"id":"b"}])");
    EXPECT_EQ(out_.lines_skipped, 0U);
}

TEST_F(LineFeedTest, PassesOverLinesThatAreNoRows) {
    begin(Format::ndjson);
    feed_->feed("{\"id\":\"a\"}\nnothing\n\n{\"id\":\"b\",\"n\":\"x\"}\n{\"id\":\"c\"}\n", out_);
    EXPECT_EQ(rows(), R"([{"id":"a"},{"id":"c"}])");
    EXPECT_EQ(out_.lines_skipped, 2U);
    EXPECT_TRUE(out_.first_skipped.starts_with("line 2 was passed over: ")) << out_.first_skipped;
}

TEST_F(LineFeedTest, NamesTheFieldOfARowThatDoesNotFit) {
    begin(Format::ndjson);
    feed_->feed("{\"id\":\"b\",\"n\":\"x\"}\n", out_);
    EXPECT_EQ(out_.first_skipped, "line 1 was passed over: n: wrong_type");
}

TEST_F(LineFeedTest, PassesOverALineWithoutEndWithoutKeepingIt) {
    begin(Format::ndjson);
    for (int piece = 0; piece < 100; ++piece) feed_->feed("0123456789", out_);
    feed_->feed("\n{\"id\":\"a\"}\n", out_);
    EXPECT_EQ(rows(), R"([{"id":"a"}])");
    EXPECT_EQ(out_.lines_skipped, 1U);
    EXPECT_EQ(out_.first_skipped, "line 1 was passed over: longer than 40 bytes");
}

TEST_F(LineFeedTest, KeepsTheHeaderOfCsvBehindAFault) {
    begin(Format::csv);
    feed_->feed("id,n\na,1\nb\nc,3\n", out_);
    EXPECT_EQ(rows(), R"([{"id":"a","n":1},{"id":"c","n":3}])");
    EXPECT_EQ(out_.lines_skipped, 1U);
}

TEST_F(LineFeedTest, ReadsNoRowsUnderAHeaderThatIsWrong) {
    begin(Format::csv);
    feed_->feed("id,id\na,1\nb,2\n", out_);
    EXPECT_EQ(rows(), "[]");
    EXPECT_EQ(out_.lines_skipped, 3U);
    feed_->finish(out_);
    feed_->feed("n,id\n1,a\n", out_);
    EXPECT_EQ(rows(), R"([{"n":1,"id":"a"}])");
}

TEST_F(LineFeedTest, ReadsKeysForARemoval) {
    begin(Format::ndjson, Operation::remove);
    feed_->feed("\"a\"\n7\n", out_);
    EXPECT_EQ(rows(), R"(["a"])");
    EXPECT_EQ(out_.lines_skipped, 1U);
}

}  // namespace
