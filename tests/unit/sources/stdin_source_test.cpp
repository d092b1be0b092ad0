#include "sources/stdin_source.hpp"

#include "sources/file_tail.hpp"
#include "sources/schema_of.hpp"
#include "unit/sources/source_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

namespace source_tests {
namespace {

using decode::Format;
using live::FieldType;
using live::Operation;
using sources::FileHandle;
using sources::StdinSource;
using testing::ElementsAre;
using testing::HasSubstr;

class StdinSourceTest : public testing::Test {
protected:
    StdinSourceTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe(ends.data()), 0);
        out_ = FileHandle(ends[0]);
        in_ = FileHandle(ends[1]);
    }

    void start(int descriptor, std::chrono::milliseconds delay = 5ms) {
        live::DatasetDefinition definition;
        definition.fields = {{"n", FieldType::integer}};
        source_ = std::make_unique<StdinSource>(
            world_.context(),
            StdinSource::Options{
                "calls",
                {Format::ndjson, Operation::append, sources::schema_of(definition), {}},
                descriptor,
                delay});
        source_->start();
    }
    void write(const std::string& text) {
        EXPECT_EQ(::write(in_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] bool rows_become(const std::string& rows) {
        return world_.run_until([&] { return world_.port.all_rows() == rows; });
    }

    SourceWorld world_;
    FileHandle out_;
    FileHandle in_;
    std::unique_ptr<StdinSource> source_;
};

TEST_F(StdinSourceTest, HandsOverTheLinesOfAPipe) {
    start(out_.get());
    write("{\"n\":1}\n{\"n\":2}\n{\"n\"");
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2}])"));
    EXPECT_EQ(world_.port.batches.size(), 1U);
    write(":3}\n");
    EXPECT_TRUE(rows_become(R"([{"n":1},{"n":2},{"n":3}])"));
}

TEST_F(StdinSourceTest, StaysWellWhenTheInputEnds) {
    start(out_.get(), 1h);
    write("{\"n\":1}\n{\"n\":2}");
    in_ = {};
    ASSERT_TRUE(rows_become(R"([{"n":1},{"n":2}])"));
    EXPECT_TRUE(world_.port.reports.empty());
}

TEST_F(StdinSourceTest, PassesOverABadLine) {
    start(out_.get());
    write("nothing\n{\"n\":2}\n");
    ASSERT_TRUE(rows_become(R"([{"n":2}])"));
    EXPECT_THAT(world_.port.reports, ElementsAre(HasSubstr("line 1 was passed over")));
    EXPECT_EQ(source_->counts().lines_skipped, 1U);
}

TEST_F(StdinSourceTest, ReadsNoMoreWhileBatchesWait) {
    world_.port.answers = false;
    start(out_.get());
    ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
    const std::string line = "{\"n\":1}\n";
    std::size_t written = 0;
    // The pipe fills up because nobody reads it: long before everything that could be written.
    for (int idle = 0; idle < 5 && written < 16 * 1024 * 1024;) {
        if (::write(in_.get(), line.data(), line.size()) > 0) {
            written += line.size();
            idle = 0;
        } else {
            world_.run_for(20ms);
            ++idle;
        }
    }
    EXPECT_LT(written, 1024 * 1024);
    EXPECT_EQ(world_.port.batches.size(), 1U);
    EXPECT_EQ(world_.port.batches[0].rows.size(), 1'000U);
    world_.port.answers = true;
    in_ = {};
    world_.port.batches[0].done("");
    EXPECT_TRUE(world_.run_until([&] {
        std::size_t rows = 0;
        for (const auto& batch : world_.port.batches) rows += batch.rows.size();
        return rows == written / line.size();
    }));
}

TEST_F(StdinSourceTest, ReadsAFileThatIsTheInput) {
    const auto path = world_.folder.file("rows");
    std::ofstream(path) << "{\"n\":1}\n{\"n\":2}\n";
    std::string problem;
    const auto file = sources::open_file(path, problem);
    start(file.get());
    EXPECT_TRUE(rows_become(R"([{"n":1},{"n":2}])"));
}

TEST_F(StdinSourceTest, TakesAnInputThatHasNothing) {
    const FileHandle null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    start(null.get());
    ASSERT_TRUE(world_.run_until([&] { return source_->counts().runs == 0; }));
    world_.run_for(20ms);
    EXPECT_TRUE(world_.port.reports.empty());
}

TEST_F(StdinSourceTest, LeavesTheSharedDescriptionBlocking) {
    start(out_.get());
    write("{\"n\":1}\n");
    ASSERT_TRUE(rows_become(R"([{"n":1}])"));
    EXPECT_EQ(::fcntl(out_.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(StdinSourceTest, SaysNothingAfterItWasStopped) {
    start(out_.get());
    write("{\"n\":1}\n");
    source_->stop();
    world_.run_for(20ms);
    EXPECT_TRUE(world_.port.batches.empty());
}

}  // namespace
}  // namespace source_tests
