#include "sources/make_sources.hpp"

#include "unit/sources/source_world.hpp"
#include "unit/sources/sqlite_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace source_tests {
namespace {

using config::ConnectionSettings;
using live::FieldType;
using testing::ElementsAre;

class MakeSources : public testing::Test {
protected:
    void add(const std::string& id, config::Source source) {
        config::DatasetSettings dataset;
        dataset.id = id;
        dataset.definition.fields = {{"n", FieldType::integer}};
        dataset.source = std::move(source);
        settings_.datasets.push_back(std::move(dataset));
    }
    auto make() {
        return sources::make_sources(settings_, world_.io(), world_.port,
                                     [this](std::function<void()> work) {
                                         boost::asio::post(world_.io(), std::move(work));
                                     });
    }

    SourceWorld world_;
    config::Settings settings_;
};

TEST_F(MakeSources, MakesNoneForWhatIsPushed) {
    add("deals", config::PushSource{});
    EXPECT_TRUE(make().empty());
}

TEST_F(MakeSources, RunsTheQueryOfASqliteConnection) {
    const auto path = world_.folder.file("crm.db");
    SqliteFile(path).run("CREATE TABLE t(n); INSERT INTO t VALUES(7)");
    settings_.connections["crm"].path = path;
    config::SqlSource sql;
    sql.connection = "crm";
    sql.query = "SELECT n FROM t";
    add("pipeline", sql);
    const auto made = make();
    ASSERT_EQ(made.size(), 1U);
    made.at("pipeline")->start();
    ASSERT_TRUE(world_.run_until([&] { return !world_.port.batches.empty(); }));
    EXPECT_EQ(world_.port.batches[0].text(), "[[7]]");
    EXPECT_EQ(made.at("pipeline")->expected_every(), 10s);
}

TEST_F(MakeSources, ReadsFilesAsTheirFormatAndOperationSay) {
    const support::TemporaryFolder& folder = world_.folder;
    std::ofstream(folder.file("log")) << "{\"n\":1}\n";
    std::ofstream(folder.file("table")) << "n\n2\n";
    add("tail", config::FileSource{folder.file("log")});
    add("whole",
        config::FileSource{folder.file("table"), decode::Format::csv, live::Operation::replace});
    const auto made = make();
    for (const auto& [id, source] : made) source->start();
    ASSERT_TRUE(world_.run_until([&] { return world_.port.batches.size() == 2; }));
    for (const auto& batch : world_.port.batches) {
        const bool tail = batch.dataset == "tail";
        EXPECT_EQ(batch.operation, tail ? live::Operation::append : live::Operation::replace);
        EXPECT_EQ(batch.text(), tail ? R"([{"n":1}])" : R"([{"n":2}])");
    }
}

TEST_F(MakeSources, SaysOnceWhatThisBuildDoesNotHave) {
    settings_.connections["pg"].driver = ConnectionSettings::Driver::postgresql;
    config::SqlSource sql;
    sql.connection = "pg";
    add("a", sql);
    add("b", config::HttpSource{});
    const auto made = make();
    for (const auto& [id, source] : made) source->start();
    EXPECT_THAT(world_.port.reports, ElementsAre("this build has no PostgreSQL driver",
                                                 "this build has no HTTP sources"));
    EXPECT_EQ(made.at("a")->counts().runs, 0U);
}

}  // namespace
}  // namespace source_tests
