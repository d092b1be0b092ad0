// FieldList: what goes in comes out, in order, whatever bytes and lengths; copies are their own.

#include "socketio/handshake.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::string_literals;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const FieldList& fields) {
    Pairs pairs;
    for (const auto& [name, value] : fields) pairs.emplace_back(name, value);
    return pairs;
}

TEST(FieldList, KeepsFieldsInOrderWithEqualNames) {
    FieldList fields;
    EXPECT_TRUE(fields.empty());
    EXPECT_EQ(pairs_of(fields), Pairs{});
    fields.add("cookie", "a=1");
    fields.add("host", "h");
    fields.add("cookie", "b=2");
    EXPECT_FALSE(fields.empty());
    EXPECT_EQ(pairs_of(fields), (Pairs{{"cookie", "a=1"}, {"host", "h"}, {"cookie", "b=2"}}));
    EXPECT_EQ(fields.find("cookie"), "a=1") << "the first";
    EXPECT_EQ(fields.get("host"), "h");
    EXPECT_EQ(fields.find("Host"), std::nullopt);
    EXPECT_EQ(fields.get("none"), "");
}

TEST(FieldList, KeepsEmptyTextsAndEveryByte) {
    FieldList fields;
    fields.add("", "");
    fields.add("a", "");
    fields.add("", "b");
    fields.add("n\0me"s, "\xff\x80\0\x01"s);
    EXPECT_EQ(pairs_of(fields),
              (Pairs{{"", ""}, {"a", ""}, {"", "b"}, {"n\0me"s, "\xff\x80\0\x01"s}}));
    EXPECT_EQ(fields.find("a"), "") << "there, and empty";
}

TEST(FieldList, KeepsTextsOfEveryLength) {
    // Where a length takes one byte more, and where memory runs out.
    Pairs expected;
    FieldList fields;
    for (const std::size_t length : {0, 1, 31, 127, 128, 129, 300, 16'383, 16'384, 70'000}) {
        expected.emplace_back(std::string(length, 'n'), std::string(length + 1, 'v'));
        fields.add(expected.back().first, expected.back().second);
        EXPECT_EQ(pairs_of(fields), expected) << length;
    }
    EXPECT_EQ(fields.get(expected[5].first), expected[5].second);
}

TEST(FieldList, CopiesAreTheirOwn) {
    FieldList fields;
    fields.add("a", "1");
    auto copy = fields;
    copy.add("b", "2");
    fields.add("c", "3");
    EXPECT_EQ(pairs_of(fields), (Pairs{{"a", "1"}, {"c", "3"}}));
    EXPECT_EQ(pairs_of(copy), (Pairs{{"a", "1"}, {"b", "2"}}));
    fields = copy;
    EXPECT_EQ(pairs_of(fields), pairs_of(copy));
    const auto& same = fields;
    fields = same;
    EXPECT_EQ(pairs_of(fields), pairs_of(copy));
    fields = FieldList();
    EXPECT_TRUE(fields.empty());
    const auto empty = fields;
    EXPECT_TRUE(empty.empty());
}

TEST(FieldList, LeavesNothingBehindWhenMoved) {
    FieldList fields;
    fields.add("a", "1");
    const auto moved = std::move(fields);
    EXPECT_EQ(pairs_of(moved), (Pairs{{"a", "1"}}));
    EXPECT_TRUE(fields.empty());  // NOLINT(bugprone-use-after-move): promised
    fields.add("b", "2");
    EXPECT_EQ(pairs_of(fields), (Pairs{{"b", "2"}}));
}

TEST(FieldList, WorksWithAlgorithms) {
    FieldList fields;
    fields.add("a", "1");
    fields.add("b", "2");
    EXPECT_EQ(std::distance(fields.begin(), fields.end()), 2);
    EXPECT_EQ(std::next(fields.begin())->first, "b");
    auto field = fields.begin();
    EXPECT_EQ((field++)->second, "1");
    EXPECT_EQ(field->second, "2");
}

TEST(Handshake, HasNoHeadersAndNoUrlWithoutARequest) {
    Handshake handshake;
    EXPECT_TRUE(handshake.headers().empty());
    EXPECT_EQ(handshake.url(), "");
    FieldList headers;
    headers.add("cookie", "a=1");
    handshake.request = std::make_shared<const OpeningRequest>(OpeningRequest{"/x?y", headers});
    EXPECT_EQ(handshake.headers().get("cookie"), "a=1");
    EXPECT_EQ(handshake.url(), "/x?y");
}

}  // namespace
}  // namespace socketio
