// Entries of a stream against those of Node's servers (redis_vectors.json).
#include "cluster/codec/stream_entry.hpp"

#include "unit/cluster/redis_vectors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <variant>

namespace socketio::cluster {
namespace {

/// Name and value of each field, of every entry.
std::vector<std::map<std::string, std::string>> captured_entries() {
    std::vector<std::map<std::string, std::string>> entries;
    const Value root = test::read_vector_file();
    for (const Value& entry :
         root.as_object().find("streams")->as_object().find("entries")->as_array()) {
        const Array& texts = entry.as_array().at(1).as_array();
        auto& fields = entries.emplace_back();
        for (std::size_t i = 0; i + 1 < texts.size(); i += 2) {
            fields[texts[i].as_string()] = texts[i + 1].as_string();
        }
    }
    return entries;
}

EncodedEntry encoded_again(const MessageBody& body) {
    if (const auto* broadcast = std::get_if<message::Broadcast>(&body)) {
        return encode_entry(broadcast->event);
    }
    return encode_entry(std::get<ClusterSurgery>(body));
}

TEST(StreamEntryText, IsReadAndWrittenAsByNode) {
    const auto entries = captured_entries();
    EXPECT_GE(entries.size(), 6U);
    for (const auto& entry : entries) {
        const Result<ClusterMessage> message =
            decode_entry({entry.at("uid"), entry.at("nsp"), entry.at("type"), entry.at("data")});
        ASSERT_TRUE(message.has_value()) << entry.at("data");
        EXPECT_EQ(message->uid, entry.at("uid"));
        EXPECT_EQ(message->nsp, entry.at("nsp"));
        const EncodedEntry again = encoded_again(message->body);
        EXPECT_EQ(again.type, entry.at("type"));
        EXPECT_EQ(again.data, entry.at("data"));
    }
}

TEST(StreamEntryText, OfHeartbeatsHasNoData) {
    const Result<ClusterMessage> message = decode_entry({"u", "/", "2", ""});
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(type_of(message->body), MessageType::heartbeat);
}

TEST(StreamEntryText, OfNodesEmitterMayBeAnEventForServers) {
    const Result<ClusterMessage> message =
        decode_entry({"emitter", "/", "9", R"({"packet":["news",1]})"});
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->uid, "emitter");
    const auto& emit = std::get<message::ServerSideEmit>(message->body);
    EXPECT_EQ(emit.data, (Args{"news", 1}));
    EXPECT_FALSE(emit.request_id);
}

TEST(StreamEntryText, RefusesWhatIsNone) {
    const std::string fine =
        R"({"packet":{"type":2,"data":["hello"]},"opts":{"rooms":[],"except":[],"flags":{}}})";
    const std::string long_uid(300, 'u');
    EXPECT_TRUE(decode_entry({"u", "/", "3", fine}).has_value());
    EXPECT_TRUE(decode_entry({"u", "/", "", fine}).has_error());
    EXPECT_TRUE(decode_entry({"u", "/", "3x", fine}).has_error());
    EXPECT_TRUE(decode_entry({"u", "/", "99999999999", fine}).has_error());
    EXPECT_TRUE(decode_entry({"u", "/", "3", ""}).has_error());
    EXPECT_TRUE(decode_entry({"u", "/", "3", "!!"}).has_error());
    EXPECT_TRUE(decode_entry({"u", "/", "3", "gqZwYWNr"}).has_error());
    EXPECT_TRUE(decode_entry({long_uid, "/", "3", fine}).has_error());
}

}  // namespace
}  // namespace socketio::cluster
