// The broadcast channel against bytes captured from Node's adapters and emitters
// (redis_vectors.json), and against what a foreign process may publish there.
#include "cluster/codec/classic_broadcast.hpp"

#include "support/hex.hpp"
#include "unit/cluster/redis_vectors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace socketio::cluster {
namespace {

using test::RedisVector;

/// Every message on a broadcast channel of the classic adapters and the emitters, old and new.
std::vector<RedisVector> broadcast_vectors() {
    return test::redis_vectors({"adapter.", "emitter.", "old-"}, {"socket.io#", "crm#"});
}

std::vector<std::string> names_of(const Value& options, std::string_view key) {
    std::vector<std::string> names;
    if (const Value* list = options.as_object().find(key)) {
        for (const Value& name : list->as_array()) {
            names.push_back(name.as_string());
        }
    }
    return names;
}

TEST(ClassicBroadcast, ReadsEveryCapturedBroadcast) {
    const std::vector<RedisVector> vectors = broadcast_vectors();
    EXPECT_GE(vectors.size(), 25u);
    for (const RedisVector& vector : vectors) {
        const Result<BroadcastMessage> message = decode_broadcast(vector.bytes);
        ASSERT_TRUE(message.has_value()) << vector.scenario << ": " << message.error().message();
        const Array& expected = vector.decoded.as_array();
        const Object& packet = expected.at(1).as_object();
        EXPECT_EQ(message->uid, expected.at(0).as_string()) << vector.scenario;
        EXPECT_EQ(message->broadcast.nsp, packet.find("nsp")->as_string()) << vector.scenario;
        EXPECT_EQ(test::as_vector_json(message->broadcast.data), *packet.find("data"))
            << vector.scenario;
        EXPECT_EQ(message->broadcast.audience.rooms, names_of(expected.at(2), "rooms"))
            << vector.scenario;
        EXPECT_EQ(message->broadcast.audience.except, names_of(expected.at(2), "except"))
            << vector.scenario;
        const Object& flags = expected.at(2).as_object().find("flags")->as_object();
        const Value* compress = flags.find("compress");
        EXPECT_EQ(message->broadcast.flags.is_volatile, flags.find("volatile") != nullptr)
            << vector.scenario;
        EXPECT_EQ(message->broadcast.flags.compress, compress == nullptr || compress->as_bool())
            << vector.scenario;
        EXPECT_TRUE(has_uid(vector.bytes, message->uid)) << vector.scenario;
        EXPECT_FALSE(has_uid(vector.bytes, "abcdef")) << vector.scenario;
    }
}

TEST(ClassicBroadcast, WritesTheSameBytesAsNode) {
    // What our API cannot say, or says in one fixed order.
    const std::map<std::string, std::string> differing = {
        {"adapter.broadcast.date_undefined", "a Value has no Date and no undefined"},
        {"adapter.remoteSocket.emit", "expectSingleResponse is Node's alone"},
        {"old-adapter.broadcast", "except stands first; broadcast means nothing any more"},
    };
    std::size_t compared = 0;
    for (const RedisVector& vector : broadcast_vectors()) {
        const BroadcastMessage message = decode_broadcast(vector.bytes).value();
        // emitter_messages_test.cpp has the emitters.
        if (message.uid == emitter_uid) continue;
        std::string ours = encode_broadcast(message.uid, message.broadcast);
        const std::size_t colon = vector.channel.find('#');
        EXPECT_EQ(broadcast_channel(vector.channel.substr(0, colon), message.broadcast.nsp,
                                    message.broadcast.audience.rooms),
                  vector.channel)
            << vector.scenario;
        if (differing.contains(vector.scenario)) {
            EXPECT_NE(ours, vector.bytes) << vector.scenario << " does not differ any more";
            continue;
        }
        if (vector.scenario.starts_with("old-")) {
            // The seed era has no except at all; the rest is the same bytes.
            const std::string no_except = test::from_hex("a665786365707490");
            const std::size_t at = ours.find(no_except);
            ASSERT_NE(at, std::string::npos) << vector.scenario;
            ours.erase(at, no_except.size());
            ours[ours.rfind("\x83\xa5rooms")] = '\x82';
        }
        EXPECT_EQ(ours, vector.bytes) << vector.scenario;
        ++compared;
    }
    EXPECT_GE(compared, 10u);
}

TEST(ClassicBroadcast, WritesFlagsAsTheyWereSet) {
    ClusterBroadcast broadcast{.nsp = "/", .data = {"e"}, .audience = {}, .flags = {}};
    broadcast.flags.is_volatile = true;
    broadcast.flags.compress = false;
    const auto back = decode_broadcast(encode_broadcast("abcdef", broadcast)).value().broadcast;
    EXPECT_TRUE(back.flags.is_volatile);
    EXPECT_FALSE(back.flags.compress);
    EXPECT_FALSE(back.flags.local);
}

/// [uid, packet, options] with something changed.
std::string message_of(const Value& packet, const Value& options) {
    std::string out;
    wire::append_msgpack(out, Array{"abcdef", packet, options});
    return out;
}

TEST(ClassicBroadcast, FillsInWhatOldEmittersLeaveOut) {
    const Value packet = Object{{"type", 5}, {"data", Array{"e", Binary("\x01")}}};
    const auto broadcast = decode_broadcast(message_of(packet, Object{})).value().broadcast;
    EXPECT_EQ(broadcast.nsp, "/");
    EXPECT_TRUE(broadcast.audience.rooms.empty());
    EXPECT_TRUE(broadcast.flags.compress);
    const Value rooms = Object{{"rooms", Array{7, "a"}}, {"except", nullptr}, {"flags", nullptr}};
    EXPECT_EQ(decode_broadcast(message_of(packet, rooms))->broadcast.audience.rooms,
              (std::vector<std::string>{"7", "a"}));
}

TEST(ClassicBroadcast, RefusesWhatIsNoBroadcast) {
    const Value good = Object{{"type", 2}, {"data", Array{"e"}}, {"nsp", "/"}};
    const auto error_of = [](const Value& value) {
        std::string bytes;
        wire::append_msgpack(bytes, value);
        return decode_broadcast(bytes).error();
    };
    ASSERT_TRUE(decode_broadcast(message_of(good, Object{})).has_value());
    const Value cases[] = {
        Object{{"uid", "x"}},  // The streams adapter on the same prefix: kills a Node process.
        Array{},
        Array{"uid", good},
        Array{1, good, Object{}},
        Array{"uid", "packet", Object{}},
        Array{"uid", good, Array{}},
        Array{"uid", Object{{"type", 3}, {"data", Array{"e"}}}, Object{}},
        Array{"uid", Object{{"type", "2"}, {"data", Array{"e"}}}, Object{}},
        Array{"uid", Object{{"data", Array{"e"}}}, Object{}},
        Array{"uid", Object{{"type", 2}}, Object{}},
        Array{"uid", Object{{"type", 2}, {"data", Array{}}}, Object{}},
        Array{"uid", Object{{"type", 2}, {"data", Array{1}}}, Object{}},
        Array{"uid", Object{{"type", 2}, {"data", "e"}}, Object{}},
        Array{"uid", Object{{"type", 2}, {"data", Array{"e"}}, {"nsp", 1}}, Object{}},
        Array{"uid", good, Object{{"rooms", "r"}}},
        Array{"uid", good, Object{{"rooms", Array{nullptr}}}},
        Array{"uid", good, Object{{"except", Array{Array{}}}}},
        Array{"uid", good, Object{{"flags", 1}}},
    };
    for (const Value& value : cases) {
        EXPECT_EQ(error_of(value), errc::invalid_packet);
    }
    EXPECT_EQ(decode_broadcast("{\"uid\":1}").error(), errc::invalid_msgpack);
    for (const char* name : {"connect", "disconnect", "newListener"}) {
        EXPECT_EQ(error_of(Array{"uid", Object{{"type", 2}, {"data", Array{name}}}, Object{}}),
                  errc::reserved_event);
    }
}

TEST(ClassicBroadcast, NamesChannelsAsNodeDoes) {
    EXPECT_EQ(broadcast_channel("socket.io", "/", {}), "socket.io#/#");
    EXPECT_EQ(broadcast_channel("socket.io", "/", {"room1"}), "socket.io#/#room1#");
    EXPECT_EQ(broadcast_channel("socket.io", "/admin", {"a", "b"}), "socket.io#/admin#");
    EXPECT_EQ(broadcast_pattern("socket.io", "/"), "socket.io#/#*");
    EXPECT_EQ(every_broadcast_pattern("a?b"), "a\\?b#/*");
    EXPECT_EQ(broadcast_pattern("a?b", "/x*[1]\\"), "a\\?b#/x\\*\\[1\\]\\\\#*");
}

TEST(ClassicBroadcast, ReadsTheRoomFromAChannel) {
    EXPECT_EQ(room_of_channel("socket.io#/#", "socket.io", "/"), "");
    EXPECT_EQ(room_of_channel("socket.io#/#room1#", "socket.io", "/"), "room1");
    EXPECT_EQ(room_of_channel("socket.io#/#a#b#", "socket.io", "/"), "a#b");
    for (const char* foreign :
         {"socket.io#/admin#", "socket.io#/", "other#/#r#", "socket.io#/#r", ""}) {
        EXPECT_FALSE(room_of_channel(foreign, "socket.io", "/").has_value()) << foreign;
    }
}

}  // namespace
}  // namespace socketio::cluster
