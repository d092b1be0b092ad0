#include "demo/crm_demo.hpp"

#include "sources/sqlite_reader.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>

namespace {

using namespace chartcast;

std::int64_t milliseconds_since_1970() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

TEST(CrmDemo, LivesInAPrivateFolderThatGoesWithIt) {
    std::string database;
    {
        const demo::CrmDemo demo({.folder = {}, .now = milliseconds_since_1970()});
        database = demo.database();
        EXPECT_TRUE(std::filesystem::exists(database));
        const auto folder = std::filesystem::path(database).parent_path();
        EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
    }
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(database).parent_path()));
}

TEST(CrmDemo, StaysInTheFolderThatItWasGiven) {
    const support::TemporaryFolder folder;
    const auto wanted = folder.file("a \"quoted\" place");
    {
        const demo::CrmDemo demo({.folder = wanted, .now = milliseconds_since_1970()});
        EXPECT_NE(demo.configuration().find(R"(path: ")" + folder.file(R"(a \"quoted\" place)")),
                  std::string::npos);
        EXPECT_EQ(demo.configuration().find("@DATABASE@"), std::string::npos);
    }
    EXPECT_TRUE(std::filesystem::exists(wanted + "/crm.db"));
}

TEST(CrmDemo, DrawsRowsOfEachDatasetOfItsConfiguration) {
    const demo::CrmDemo demo({.folder = {}, .now = milliseconds_since_1970()});
    const auto configuration = YAML::Load(demo.configuration());
    ASSERT_EQ(configuration["connections"]["crm"]["path"].as<std::string>(), demo.database());
    const std::map<std::string, std::size_t> rows_at_least{
        {"pipeline", 4}, {"revenue", 5}, {"deals", 100}, {"calls", 500}};
    ASSERT_EQ(configuration["datasets"].size(), rows_at_least.size() + 1);
    for (const auto& dataset : configuration["datasets"]) {
        if (dataset.first.as<std::string>() == "signups") continue;
        sources::SqliteQuery query;
        query.path = demo.database();
        query.text = dataset.second["source"]["sql"]["query"].as<std::string>();
        for (const auto& field : dataset.second["fields"]) {
            query.fields.push_back({field.first.as<std::string>(),
                                    live::field_type_of(field.second.as<std::string>()).value()});
        }
        sources::SqliteReader reader(query, {});
        const auto result = reader.read();
        EXPECT_EQ(result.problem, "") << dataset.first;
        EXPECT_GE(result.rows.size(), rows_at_least.at(dataset.first.as<std::string>()))
            << dataset.first;
    }
}

TEST(CrmDemo, BringsRowsForTheDatasetThatIsPushed) {
    const demo::CrmDemo demo({.folder = {}, .now = milliseconds_since_1970()});
    const auto fields = YAML::Load(demo.configuration())["datasets"]["signups"]["fields"];
    const auto rows = demo::CrmDemo::signups();
    ASSERT_GE(rows.size(), 3U);
    for (const auto& row : rows) {
        ASSERT_NE(row.if_object(), nullptr);
        EXPECT_EQ(row.if_object()->size(), fields.size());
        for (const auto& field : fields) {
            EXPECT_NE(row.if_object()->find(field.first.as<std::string>()), nullptr);
        }
    }
}

TEST(CrmDemo, SaysWhyItCannotBeMade) {
    const support::TemporaryFolder folder;
    std::ofstream(folder.file("file")) << "x";
    EXPECT_THROW(demo::CrmDemo({.folder = folder.file("file/below")}), demo::DemoError);
}

}  // namespace
