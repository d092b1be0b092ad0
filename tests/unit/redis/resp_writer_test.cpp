// append_command: the exact bytes.
#include "protocol/resp_writer.hpp"

#include <gtest/gtest.h>

namespace redis {
namespace {

TEST(RespWriter, WritesAnArrayOfBulkStrings) {
    std::string out;
    append_command(out, {"SET", "key", ""});
    EXPECT_EQ(out, "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
}

TEST(RespWriter, AppendsAndKeepsAnyBytes) {
    std::string out = "x";
    append_command(out, {std::string_view("a\0\r\n", 4)});
    EXPECT_EQ(out, std::string("x*1\r\n$4\r\na\0\r\n\r\n", 15));
}

}  // namespace
}  // namespace redis
