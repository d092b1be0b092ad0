#include "sources/file_tail_source.hpp"
#include "sources/schema_of.hpp"
#include "sources/whole_file_source.hpp"
#include "unit/sources/source_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace source_tests {
namespace {

using decode::Format;
using live::FieldType;
using live::Operation;
using sources::FileTail;
using sources::FileTailSource;
using sources::LineFeed;
using sources::WholeFileSource;
using testing::ElementsAre;
using testing::HasSubstr;

live::DatasetDefinition definition() {
    live::DatasetDefinition definition;
    definition.fields = {{"n", FieldType::integer}};
    return definition;
}

class FileSourceTest : public testing::Test {
protected:
    void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }
    void overwrite(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }

    void follow(Format format = Format::ndjson) {
        tail_ = std::make_unique<FileTailSource>(
            world_.context(), FileTailSource::Options{
                                  "calls",
                                  path_,
                                  {format, Operation::append, sources::schema_of(definition()), {}},
                                  1ms});
        tail_->start();
    }
    void read_whole() {
        whole_ = std::make_unique<WholeFileSource>(
            world_.context(),
            WholeFileSource::Options{"calls", path_, Format::json, Operation::replace,
                                     sources::schema_of(definition()), 1ms});
        whole_->start();
    }

    [[nodiscard]] bool rows_become(const std::string& rows) {
        return world_.run_until([&] { return world_.port.all_rows() == rows; });
    }
    [[nodiscard]] bool is_reported(const std::string& text) {
        return world_.run_until([&] {
            return !world_.port.reports.empty() &&
                   world_.port.reports.back().find(text) != std::string::npos;
        });
    }

    SourceWorld world_;
    std::string path_ = world_.folder.file("calls.log");
    std::unique_ptr<FileTailSource> tail_;
    std::unique_ptr<WholeFileSource> whole_;
};

TEST_F(FileSourceTest, ReadsTheFileFromItsStartAndFollowsIt) {
    append("{\"n\":1}\n{\"n\":2}\n");
    follow();
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2}])"));
    EXPECT_EQ(world_.port.batches[0].operation, Operation::append);
    append("{\"n\":3}\n{\"n\"");
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3}])"));
    append(":4}\n");
    EXPECT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3},{"n":4}])"));
}

TEST_F(FileSourceTest, GoesOnWithTheNextFileAfterItWasRenamed) {
    append("{\"n\":1}\n");
    follow();
    ASSERT_TRUE(rows_become(R"([{"n":1}])"));
    std::filesystem::rename(path_, path_ + ".1");
    std::ofstream(path_ + ".1", std::ios::app) << "{\"n\":2}";
    append("{\"n\":3}\n");
    EXPECT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3}])"));
    EXPECT_TRUE(world_.port.reports.empty());
}

TEST_F(FileSourceTest, BeginsAgainAfterItWasTruncated) {
    append("n\n1\n2\n3\n");
    follow(Format::csv);
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3}])"));
    overwrite("n\n4\n");
    EXPECT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3},{"n":4}])"));
}

TEST_F(FileSourceTest, WaitsForAFileThatIsNotThereYet) {
    follow();
    ASSERT_TRUE(is_reported("No such file"));
    append("{\"n\":1}\n");
    ASSERT_TRUE(rows_become(R"([{"n":1}])"));
    EXPECT_EQ(world_.port.reports.back(), "");
    EXPECT_EQ(world_.port.reports.size(), 2U);
}

TEST_F(FileSourceTest, PassesOverABadLineAndSaysSoOnce) {
    append("{\"n\":1}\nnothing\n{\"n\":2}\nnothing\n");
    follow();
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2}])"));
    EXPECT_THAT(world_.port.reports, ElementsAre(HasSubstr("line 2 was passed over")));
    EXPECT_EQ(tail_->counts().lines_skipped, 2U);
}

TEST_F(FileSourceTest, HandsOverAThousandRowsAtATimeAndWaitsForEachBatch) {
    for (int row = 0; row < 2'500; ++row) append("{\"n\":" + std::to_string(row) + "}\n");
    world_.port.answers = false;
    follow();
    for (const std::size_t rows : {1'000U, 1'000U, 500U}) {
        ASSERT_TRUE(world_.run_until([&] { return !world_.port.batches.empty(); }));
        world_.run_for(10ms);
        ASSERT_EQ(world_.port.batches.size(), 1U);
        const auto batch = world_.port.batches.front();
        world_.port.batches.clear();
        EXPECT_EQ(batch.rows.size(), rows);
        batch.done("");
    }
    EXPECT_EQ(tail_->counts().batches, 3U);
}

TEST_F(FileSourceTest, RefusesWhatIsNoFile) {
    std::filesystem::create_directory(path_);
    follow();
    EXPECT_TRUE(is_reported("no regular file"));
}

TEST_F(FileSourceTest, SaysNothingAfterItWasStopped) {
    append("{\"n\":1}\n");
    follow();
    tail_->stop();
    world_.run_for(20ms);
    EXPECT_TRUE(world_.port.batches.empty());
}

TEST_F(FileSourceTest, ReadsOnlyTheEndOfAFileThatIsLongAtFirst) {
    append("n\n1\n22\n333\n");
    FileTail tail(path_, {Format::csv, Operation::append, sources::schema_of(definition()), {}}, 6);
    const auto piece = tail.read();
    EXPECT_EQ(socketio::to_json(socketio::Value(piece.rows.rows)), R"([{"n":333}])");
    EXPECT_EQ(piece.rows.lines_skipped, 0U);
}

TEST_F(FileSourceTest, ReadsAWholeFileAgainWhenItChanges) {
    overwrite(R"([{"n":1}])");
    read_whole();
    ASSERT_TRUE(rows_become(R"([{"n":1}])"));
    EXPECT_EQ(world_.port.batches[0].operation, Operation::replace);
    world_.run_for(20ms);
    EXPECT_EQ(whole_->counts().runs, 1U);
    const auto next = world_.folder.file("next");
    std::ofstream(next) << R"([{"n":2}])";
    std::filesystem::rename(next, path_);
    EXPECT_TRUE(rows_become(R"([{"n":1},{"n":2}])"));
}

TEST_F(FileSourceTest, KeepsTheLastRowsWhileAWholeFileIsWrong) {
    overwrite(R"([{"n":1}])");
    read_whole();
    ASSERT_TRUE(rows_become(R"([{"n":1}])"));
    overwrite(R"([{"n":)");
    ASSERT_TRUE(is_reported(path_ + ", line 1: "));
    EXPECT_EQ(world_.port.batches.size(), 1U);
    EXPECT_EQ(whole_->counts().failures, 1U);
    overwrite(R"([{"n":2},{"n":3}])");
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3}])"));
    EXPECT_EQ(world_.port.reports.back(), "");
}

}  // namespace
}  // namespace source_tests
