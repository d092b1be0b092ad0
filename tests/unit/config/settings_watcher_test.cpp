// Real files change in the ways that editors and containers change them.
#include "config/settings_watcher.hpp"

#include "config/load_settings.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace chartcast::config {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

class SettingsWatching : public testing::Test {
protected:
    SettingsWatching() {
        auto name = testing::TempDir() + "watched-XXXXXX";
        folder_ = mkdtemp(name.data());
    }
    ~SettingsWatching() override {
        watcher_.reset();
        fs::remove_all(folder_);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

    static void write(const std::string& path, const std::string& text) {
        std::ofstream(path) << text;
    }

    void watch(const std::string& path) {
        watcher_.emplace(
            io_, [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); },
            SettingsWatcher::Files{{path}, read_files({path})},
            [this](SettingsNews news) { news_ = std::move(news); });
        // Twice: the second reading is sure to come after the watches.
        (void)after([this] { watcher_->reload(); });
        (void)after([this] { watcher_->reload(); });
    }

    /// What the watcher tells of that action: its default chart, or the error.
    template <class Action>
    std::string after(Action action) {
        news_.reset();
        action();
        const auto limit = std::chrono::steady_clock::now() + 20s;
        while (!news_ && std::chrono::steady_clock::now() < limit) io_.run_one_for(1s);
        if (!news_) return "no news";
        return news_->has_value() ? (**news_)->default_chart : news_->error();
    }

    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        io_.get_executor()};
    fs::path folder_;
    std::optional<SettingsNews> news_;
    std::optional<SettingsWatcher> watcher_;
};

std::string with_chart(const std::string& name) {
    return "charts: { " + name + ": {} }\ndefault_chart: " + name + "\n";
}

TEST_F(SettingsWatching, SeesAFileThatIsWritten) {
    write(path("c.yaml"), with_chart("one"));
    watch(path("c.yaml"));
    EXPECT_EQ(after([&] { write(path("c.yaml"), with_chart("two")); }), "two");
    EXPECT_EQ(after([&] { write(path("c.yaml"), with_chart("three")); }), "three");
}

TEST_F(SettingsWatching, SeesAFileThatIsPutInThePlaceOfTheOld) {
    write(path("c.yaml"), with_chart("one"));
    watch(path("c.yaml"));
    for (const auto* name : {"two", "three"}) {
        EXPECT_EQ(after([&] {
                      write(path("c.yaml~"), with_chart(name));
                      fs::rename(path("c.yaml~"), path("c.yaml"));
                  }),
                  name);
    }
}

TEST_F(SettingsWatching, SeesALinkThatIsSwappedAsInKubernetes) {
    for (const auto* name : {"one", "two", "three"}) {
        fs::create_directory(path(name));
        write(path(std::string(name) + "/c.yaml"), with_chart(name));
    }
    fs::create_symlink("one", path("..data"));
    fs::create_symlink("..data/c.yaml", path("c.yaml"));
    watch(path("c.yaml"));
    for (const auto* name : {"two", "three"}) {
        EXPECT_EQ(after([&] {
                      fs::create_symlink(name, path("..data_tmp"));
                      fs::rename(path("..data_tmp"), path("..data"));
                  }),
                  name);
    }
}

TEST_F(SettingsWatching, SeesFilesThatComeAndGoInAFolder) {
    fs::create_directory(path("conf.d"));
    write(path("conf.d/1.yaml"), with_chart("one"));
    watch(path("conf.d"));
    EXPECT_THAT(after([&] { write(path("conf.d/2.yaml"), "charts: { one: {} }\n"); }),
                HasSubstr("2.yaml:1:11: charts.one: is defined twice"));
    EXPECT_EQ(after([&] { fs::remove(path("conf.d/2.yaml")); }), "one");
}

TEST_F(SettingsWatching, TellsMistakesAndFilesThatAreMissing) {
    write(path("c.yaml"), with_chart("one"));
    watch(path("c.yaml"));
    EXPECT_THAT(after([&] { write(path("c.yaml"), "chart: {}\n"); }),
                HasSubstr("c.yaml:1:1: chart: unknown key; did you mean charts?"));
    EXPECT_THAT(after([&] { fs::remove(path("c.yaml")); }), HasSubstr("cannot be read"));
    EXPECT_EQ(after([&] { write(path("c.yaml"), with_chart("one")); }), "one");
    EXPECT_THAT(after([&] { write(path("c.yaml"), ""); }), HasSubstr("is empty"));
}

TEST_F(SettingsWatching, ReadsAgainAfterAHangup) {
    write(path("c.yaml"), with_chart("one"));
    watch(path("c.yaml"));
    EXPECT_EQ(after([] { (void)std::raise(SIGHUP); }), "one");
}

}  // namespace
}  // namespace chartcast::config
