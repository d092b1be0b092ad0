// Ids of entries, and in which stream a namespace is: as the npm package has it (redis_vectors.json).
#include "cluster/codec/stream_id.hpp"

#include "unit/cluster/redis_vectors.hpp"

#include <gtest/gtest.h>

namespace socketio::cluster {
namespace {

TEST(StreamIdText, IsReadAsRedisWritesIt) {
    EXPECT_EQ(parse_stream_id("1795388960617-0"), (StreamId{1'795'388'960'617, 0}));
    EXPECT_EQ(parse_stream_id("18446744073709551615-18446744073709551615"),
              (StreamId{UINT64_MAX, UINT64_MAX}));
    EXPECT_EQ(to_text(StreamId{12, 34}), "12-34");
    for (const char* text : {"", "-", "1", "1-", "-1", "01-0", "1-00", "1-0-0", "1-0 ", " 1-0",
                             "+1-0", "1--0", "a-0", "18446744073709551616-0", "Q85XzYN.1"}) {
        EXPECT_FALSE(parse_stream_id(text)) << text;
    }
}

TEST(StreamIdText, IsComparedByItsNumbers) {
    EXPECT_LT((StreamId{9, 5}), (StreamId{10, 0}));
    EXPECT_LT((StreamId{10, 9}), (StreamId{10, 10}));
    EXPECT_EQ((StreamId{10, 9}), (StreamId{10, 9}));
}

TEST(StreamOfNamespace, IsTheNpmPackages) {
    const Value root = test::read_vector_file();
    const Object& expected =
        root.as_object().find("codec")->as_object().find("stream_index")->as_object();
    EXPECT_GE(expected.size(), 9U);
    for (const auto& [nsp, of_node] : expected) {
        EXPECT_EQ(stream_of("socket.io", nsp, 4),
                  of_node.as_object().find("streamCount4")->as_string())
            << nsp;
        EXPECT_EQ(stream_of("socket.io", nsp, 1), "socket.io");
        const auto hash = of_node.as_object().find("hashCode")->as_int64();
        EXPECT_EQ(stream_index(nsp, 1'000), hash % 1'000) << nsp;
    }
    EXPECT_LT(stream_index("/dashboard", 4), 0);
}

TEST(StreamOfNamespace, HashesAsJavaScriptCounts) {
    // One code point of two code units: d83d de00.
    EXPECT_EQ(stream_index("\xf0\x9f\x98\x80", 1'000'000'000), 0xd83d * 31 + 0xde00);
    EXPECT_EQ(stream_index("\xe6\x97\xa5", 1'000'000'000), 0x65e5);
}

}  // namespace
}  // namespace socketio::cluster
