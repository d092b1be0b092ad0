// Entries in what Redis answers, and what may stand in their place.
#include "cluster/stream_reply.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::cluster {
namespace {

using Kind = redis::Reply::Kind;

redis::Reply bulk_of(std::string text) {
    return {Kind::bulk, std::move(text)};
}

redis::Reply array_of(std::vector<redis::Reply> items) {
    return {Kind::array, std::move(items)};
}

redis::Reply entry_reply(const std::string& id, const std::vector<std::string>& texts) {
    std::vector<redis::Reply> fields;
    for (const std::string& text : texts) fields.push_back(bulk_of(text));
    return array_of({bulk_of(id), array_of(std::move(fields))});
}

TEST(StreamReply, FindsTheFieldsInAnyOrder) {
    const redis::Reply reply =
        entry_reply("5-1", {"data", "{}", "more", "x", "type", "3", "nsp", "/", "uid", "u"});
    const auto entry = stream_entry_of(reply);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->id, (StreamId{5, 1}));
    EXPECT_EQ(entry->id_text, "5-1");
    EXPECT_EQ(entry->fields.uid, "u");
    EXPECT_EQ(entry->fields.nsp, "/");
    EXPECT_EQ(entry->fields.type, "3");
    EXPECT_EQ(entry->fields.data, "{}");
    EXPECT_EQ(bytes_of(entry->fields), 5U);
}

TEST(StreamReply, FieldsMayBeMissing) {
    const redis::Reply odd = entry_reply("5-1", {"uid", "u", "nsp"});
    const auto entry = stream_entry_of(odd);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->fields.uid, "u");
    EXPECT_EQ(entry->fields.nsp, "");
    // A field list that is null, as of an entry that was deleted.
    const redis::Reply deleted = array_of({bulk_of("5-1"), redis::Reply()});
    EXPECT_TRUE(stream_entry_of(deleted));
}

TEST(StreamReply, IsNoEntryOfAnotherShape) {
    EXPECT_FALSE(stream_entry_of(redis::Reply()));
    EXPECT_FALSE(stream_entry_of(bulk_of("5-1")));
    EXPECT_FALSE(stream_entry_of(array_of({bulk_of("5-1")})));
    EXPECT_FALSE(stream_entry_of(array_of({bulk_of("five"), array_of({})})));
    EXPECT_FALSE(stream_entry_of(array_of({redis::Reply::of_integer(5), array_of({})})));
}

TEST(StreamReply, FindsTheEntriesThatWereRead) {
    const std::vector<redis::Reply> entries{entry_reply("5-1", {"uid", "u"})};
    const redis::Reply of_resp2 = array_of({array_of({bulk_of("socket.io"), array_of(entries)})});
    EXPECT_EQ(entries_read(of_resp2), entries);
    const redis::Reply of_resp3(Kind::map,
                                std::vector<redis::Reply>{bulk_of("socket.io"), array_of(entries)});
    EXPECT_EQ(entries_read(of_resp3), entries);
    EXPECT_TRUE(entries_read(redis::Reply()).empty()) << "nothing within the time";
    EXPECT_TRUE(entries_read(array_of({})).empty());
    EXPECT_TRUE(entries_read(array_of({bulk_of("socket.io")})).empty());
}

}  // namespace
}  // namespace socketio::cluster
