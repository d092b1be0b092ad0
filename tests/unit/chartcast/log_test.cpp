// log_line: fields, and values from outside that try to leave theirs.
#include "ops/log.hpp"

#include <gtest/gtest.h>

namespace chartcast::ops {
namespace {

TEST(LogLine, NamesTheEventAndItsFields) {
    EXPECT_EQ(log_line("viewer left", {{"socket", "abc"}, {"reason", "ping timeout"}}),
              "viewer left socket=abc reason=\"ping timeout\"");
    EXPECT_EQ(log_line("stopped", {}), "stopped");
    EXPECT_EQ(log_line("message", {{"text", ""}}), "message text=\"\"");
}

TEST(LogLine, LetsNoValueOutOfItsField) {
    EXPECT_EQ(log_line("message", {{"text", "a\nfake line"}}), "message text=\"a\\x0afake line\"");
    EXPECT_EQ(log_line("message", {{"text", "x\" socket=\"y"}}),
              "message text=\"x\\\" socket=\\\"y\"");
    EXPECT_EQ(log_line("message", {{"text", "\x1b[31m"}}), "message text=\"\\x1b[31m\"");
    EXPECT_EQ(log_line("message", {{"text", "back\\slash"}}), "message text=\"back\\\\slash\"");
}

TEST(LogLine, CutsLongValues) {
    const auto line = log_line("message", {{"text", std::string(5000, 'x')}});
    EXPECT_EQ(line, "message text=" + std::string(1024, 'x') + "...");
}

}  // namespace
}  // namespace chartcast::ops
