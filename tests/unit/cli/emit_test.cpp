// What `chartcast emit` makes of files and lines.
#include "cli/emit_input.hpp"
#include "cli/progress.hpp"
#include <socketio/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chartcast::cli {
namespace {

/// `event [arguments]`, or what is wrong.
std::string line_of(std::string_view line, const std::string& event,
                    const socketio::Args& first = {}) {
    const auto read = read_line_event(line, event, first);
    if (const auto* problem = std::get_if<EmitProblem>(&read)) return problem->text;
    const auto& found = std::get<LineEvent>(read);
    return found.event + " " + socketio::to_json(found.arguments);
}

TEST(EmitLines, AreTheLastArgument) {
    EXPECT_EQ(line_of(R"({"a":1})", "call"), R"(call [{"a":1}])");
    EXPECT_EQ(line_of("[1,2]", "call", {"first"}), R"(call ["first",[1,2]])");
}

TEST(EmitLines, AreEventsOfTheirOwn) {
    EXPECT_EQ(line_of(R"(["call",1,{"a":[]}])", ""), R"(call [1,{"a":[]}])");
    EXPECT_EQ(line_of(R"(["call"])", ""), "call []");
}

TEST(EmitLines, SayWhatIsWrong) {
    EXPECT_FALSE(line_of("{", "call").starts_with("call"));
    for (const auto* line : {"{}", "[]", "[1]", "\"call\""}) {
        EXPECT_THAT(line_of(line, ""), testing::HasSubstr("[\"event\", argument, ...]")) << line;
    }
}

TEST(EmitArguments, AreReadFromFiles) {
    std::vector<config::EmitArgument> arguments(2);
    arguments[0].value = 1;
    arguments[1].from = TESTS_FOLDER "/package.json";
    const auto read = read_arguments(arguments);
    const auto& values = std::get<socketio::Args>(read);
    ASSERT_EQ(values.size(), 2u);
    EXPECT_EQ(values[0], 1);
    EXPECT_NE(values[1].as_object().find("devDependencies"), nullptr);
}

TEST(EmitArguments, NameTheFileThatIsWrong) {
    const auto told = [](const char* file) {
        std::vector<config::EmitArgument> arguments(1);
        arguments[0].from = file;
        const auto read = read_arguments(arguments);
        return std::get<EmitProblem>(read).text;
    };
    EXPECT_EQ(told("/nowhere/at all"), "/nowhere/at all: No such file or directory");
    EXPECT_THAT(told(TESTS_FOLDER "/CMakeLists.txt"), testing::HasSubstr("CMakeLists.txt: "));
    EXPECT_THAT(told(TESTS_FOLDER), testing::HasSubstr(TESTS_FOLDER));
}

TEST(EmitProgress, CountsEvents) {
    Progress progress{1200, 86'200, 0};
    progress.noun = "event";
    EXPECT_EQ(progress_text(progress, std::chrono::milliseconds(400)),
              "1,200 events, 84.2 KiB, 0.4 s, 3,000 events/s");
}

}  // namespace
}  // namespace chartcast::cli
