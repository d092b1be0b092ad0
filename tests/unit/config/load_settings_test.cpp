// Files and folders of this machine.
#include "config/load_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <stdlib.h>

namespace chartcast::config {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class LoadSettings : public testing::Test {
protected:
    LoadSettings() {
        auto name = testing::TempDir() + "loaded-XXXXXX";
        folder_ = mkdtemp(name.data());
    }
    ~LoadSettings() override { fs::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) {
        const auto path = (folder_ / name).string();
        std::ofstream(path) << text;
        return path;
    }

    static std::string error_of(const std::string& path) {
        try {
            (void)load_settings(std::vector{path});
            return "no error";
        } catch (const SettingsError& error) {
            return error.what();
        }
    }

    fs::path folder_;
};

TEST_F(LoadSettings, ReadsTheConfigurationsOfAFolderInTheOrderOfTheirNames) {
    for (const auto* name : {"2.json", "1.yaml", "3.yml", ".hidden.yaml", "4.txt", "5.yaml~"}) {
        write(name, "{}");
    }
    std::vector<std::string> names;
    for (const auto& text : read_files({folder_.string()})) {
        names.push_back(fs::path(text.name).filename());
        EXPECT_EQ(text.folder, folder_);
    }
    EXPECT_THAT(names, ElementsAre("1.yaml", "2.json", "3.yml"));
}

TEST_F(LoadSettings, TakesTheEnvironmentOfTheProcess) {
    const auto path = write("c.yaml", "store: { path: \"${HOME}\" }\n");
    EXPECT_EQ(load_settings(std::vector{path}).store.path, process_environment()("HOME"));
}

TEST_F(LoadSettings, ExplainsWhatCannotBeRead) {
    EXPECT_THAT(error_of((folder_ / "none.yaml").string()), HasSubstr("No such file"));
    EXPECT_THAT(error_of(folder_.string()), HasSubstr("has no *.yaml"));
    EXPECT_THAT(error_of(write("large.yaml", std::string(5 << 20, '#'))), HasSubstr("4 MiB"));
}

TEST_F(LoadSettings, CountsWhatItFound) {
    const auto path = write("c.yaml", "datasets: { a: { fields: { x: number } } }\n");
    EXPECT_EQ(summary(load_settings(std::vector{path})), "1 dataset, 0 charts");
}

}  // namespace
}  // namespace chartcast::config
