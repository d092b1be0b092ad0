// What the emitter writes, byte for byte against what npm's packages wrote (redis_vectors.json), and against the
// source of @socket.io/redis-streams-emitter where nothing was captured.
#include "cluster/codec/emitter_messages.hpp"

#include "support/hex.hpp"
#include "unit/cluster/redis_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::cluster::emitter_messages_test {
namespace {

using Words = std::vector<std::string>;

/// The scenarios of the file, read once.
const Array& captured_scenarios() {
    static const Value root = test::read_vector_file();
    return root.as_object().find("scenarios")->as_array();
}

const Object& captured_scenario(std::string_view name) {
    const Array& all = captured_scenarios();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Value& scenario) {
        return scenario.as_object().find("name")->as_string() == name;
    });
    if (found == all.end()) throw std::runtime_error("no scenario " + std::string(name));
    return found->as_object();
}

/// The one message of a scenario as the command that published it.
Words captured_command(std::string_view name) {
    const Object& message = captured_scenario(name).find("messages")->as_array().at(0).as_object();
    return {message.find("op")->as_string(), message.find("channel")->as_string(),
            test::from_hex(message.find("hex")->as_string())};
}

/// The first command of a scenario: XADD.
Words captured_xadd(std::string_view name) {
    Words words;
    const Array& commands = captured_scenario(name).find("commands")->as_array();
    for (const Value& word : commands.at(0).as_array()) {
        words.push_back(word.as_string());
    }
    words.front() = "XADD";
    return words;
}

EmitterOptions with_adapter(EmitterOptions::Adapter adapter, std::string key = "socket.io") {
    EmitterOptions options;
    options.adapter = adapter;
    options.key = std::move(key);
    return options;
}

EmitterTarget whom(std::vector<std::string> rooms, std::vector<std::string> except = {},
                   Object flags = {}, std::string nsp = "/") {
    return {std::move(nsp), {std::move(rooms), std::move(except)}, std::move(flags)};
}

EmitterRequest event_of(Args data) {
    EmitterRequest request;
    request.data = std::move(data);
    return request;
}

EmitterRequest server_event_of(Args data) {
    EmitterRequest request = event_of(std::move(data));
    request.verb = EmitterVerb::server_side_emit;
    return request;
}

EmitterRequest rooms_of(EmitterVerb verb, std::vector<std::string> rooms) {
    EmitterRequest request;
    request.verb = verb;
    request.rooms = std::move(rooms);
    return request;
}

EmitterRequest disconnecting(bool close) {
    EmitterRequest request;
    request.verb = EmitterVerb::disconnect;
    request.close = close;
    return request;
}

struct Scenario {
    const char* name;
    EmitterTarget target;
    EmitterRequest request;
    const char* key = "socket.io";
};

std::vector<Scenario> classic_scenarios() {
    const Value binary = Binary(std::string("\xde\xad\xbe\xef"));
    const Value chart = Object{{"a", Array{1, 2, 3}}};
    return {
        {"emitter.emit", whom({}), event_of({"new chart data", chart})},
        {"emitter.room", whom({"room1"}), event_of({"hi", "there"})},
        {"emitter.rooms", whom({"a", "b"}, {"c"}, Object{{"volatile", true}, {"compress", true}}),
         event_of({"hi"})},
        {"emitter.binary", whom({}), event_of({"b", binary})},
        {"emitter.nsp", whom({"r"}, {}, {}, "/admin"), event_of({"x", nullptr})},
        {"emitter.nsp.noslash", whom({}, {}, {}, "/admin"), event_of({"x"})},
        {"emitter.socketsJoin", whom({"room1"}), rooms_of(EmitterVerb::join, {"r2"})},
        {"emitter.socketsLeave", whom({}, {"x"}), rooms_of(EmitterVerb::leave, {"r2", "r3"})},
        {"emitter.disconnectSockets", whom({"room1"}), disconnecting(true)},
        {"emitter.serverSideEmit", whom({}), server_event_of({"hello", "w", 3})},
        {"emitter.customKey", whom({"r"}, {}, {}, "/dash"), event_of({"x", true}), "crm"},
    };
}

TEST(EmitterMessages, AreThoseOfNodesClassicEmitter) {
    std::size_t compared = 0;
    for (const Scenario& scenario : classic_scenarios()) {
        const auto options = with_adapter(EmitterOptions::Adapter::classic, scenario.key);
        const Words command = emitter_command(options, scenario.target, scenario.request);
        EXPECT_EQ(command, captured_command(scenario.name)) << scenario.name;
        EXPECT_EQ(emitter_command_key(command), "") << scenario.name;
        ++compared;
    }
    const Array& all = captured_scenarios();
    const auto of_emitters = std::count_if(all.begin(), all.end(), [](const Value& scenario) {
        return scenario.as_object().find("name")->as_string().starts_with("emitter.");
    });
    EXPECT_EQ(compared, static_cast<std::size_t>(of_emitters)) << "a scenario is not compared";
}

TEST(EmitterMessages, GoAsMessagePackWhereJsonCannotSayThem) {
    const auto options = with_adapter(EmitterOptions::Adapter::classic);
    const Words command =
        emitter_command(options, whom({}), server_event_of({"e", Binary(std::string("\x01"))}));
    EXPECT_EQ(command.at(1), "socket.io-request#/#");
    // {uid: "emitter", type: 6, data: ["e", bin(01)]}
    EXPECT_EQ(command.at(2),
              test::from_hex("83a3756964a7656d6974746572a47479706506a46461746192a165c40101"));
}

/// A captured message of a sharded adapter as if an emitter had sent it.
Words by_an_emitter(std::string_view name) {
    static constexpr std::string_view server = "7ffc944e469bb57c";
    Words words = captured_command(name);
    std::string& message = words.at(2);
    const bool is_json = message.starts_with('{');
    // In MessagePack the length stands before the text: a0 + 16 and a0 + 7.
    const std::string old_uid = (is_json ? "" : "\xb0") + std::string(server);
    const std::string new_uid = (is_json ? "" : "\xa7") + std::string("emitter");
    message.replace(message.find(old_uid), old_uid.size(), new_uid);
    return words;
}

TEST(EmitterMessages, AreThoseOfTheShardedAdapterButForTheUid) {
    const auto options = with_adapter(EmitterOptions::Adapter::sharded, "sh-static");
    const Value binary = Binary(std::string("\x01\x02"));
    const Scenario scenarios[] = {
        {"sharded.static.broadcast", whom({}), event_of({"hello", 1})},
        {"sharded.static.broadcast.room", whom({"room1"}), event_of({"hello", 1})},
        {"sharded.static.broadcast.private", whom({"A_B04gaBSQipKz_8AAAC"}),
         event_of({"hello", 1})},
        {"sharded.static.broadcast.binary", whom({}), event_of({"bin", binary})},
        {"sharded.static.socketsJoin", whom({"room1"}), rooms_of(EmitterVerb::join, {"r2"})},
        {"sharded.static.disconnectSockets", whom({"room1"}), disconnecting(false)},
    };
    for (const Scenario& scenario : scenarios) {
        const Words command = emitter_command(options, scenario.target, scenario.request);
        EXPECT_EQ(command, by_an_emitter(scenario.name)) << scenario.name;
        EXPECT_EQ(emitter_command_key(command), "sh-static#/#") << scenario.name;
    }
    EXPECT_EQ(emitter_command(options, whom({}), server_event_of({"sse"})).at(2),
              R"({"type":9,"data":{"packet":["sse"]},"uid":"emitter","nsp":"/"})");
    EXPECT_EQ(
        emitter_command(options, whom({}, {}, {}, "/n"), rooms_of(EmitterVerb::leave, {"r"})).at(2),
        R"({"type":5,"data":{"opts":{"rooms":[],"except":[],"flags":{}},"rooms":["r"]},)"
        R"("uid":"emitter","nsp":"/n"})");
}

TEST(EmitterMessages, AreThoseOfTheStreamsAdapterButForTheUid) {
    const auto options = with_adapter(EmitterOptions::Adapter::streams);
    Words join = captured_xadd("streams.socketsJoin");
    join.at(7) = "emitter";
    const Words command =
        emitter_command(options, whom({"room1"}), rooms_of(EmitterVerb::join, {"r2"}));
    EXPECT_EQ(command, join);
    EXPECT_EQ(emitter_command_key(command), "socket.io");
}

/// By the source of @socket.io/redis-streams-emitter 0.1.1: opts as in its classic sibling, the namespace in the
/// packet, too.
TEST(EmitterMessages, AreThoseOfNodesStreamsEmitter) {
    auto options = with_adapter(EmitterOptions::Adapter::streams, "my stream");
    options.stream_length_max = 500;
    const auto target = whom({"a"}, {"b"}, Object{{"compress", false}}, "/n");
    const std::string data = R"({"packet":{"type":2,"data":["hello",{"v":1}],"nsp":"/n"},)"
                             R"("opts":{"rooms":["a"],"flags":{"compress":false},"except":["b"]}})";
    EXPECT_EQ(emitter_command(options, target, event_of({"hello", Object{{"v", 1}}})),
              (Words{"XADD", "my stream", "MAXLEN", "~", "500", "*", "uid", "emitter", "nsp", "/n",
                     "type", "3", "data", data}));
    const auto last_of = [&](const EmitterRequest& request) {
        const Words command = emitter_command(options, whom({}), request);
        return command.at(11) + " " + command.back();
    };
    EXPECT_EQ(last_of(disconnecting(true)),
              R"(6 {"opts":{"rooms":[],"except":[],"flags":{}},"close":true})");
    EXPECT_EQ(last_of(server_event_of({"e", 1})), R"(9 {"packet":["e",1]})");
    // {packet: {type: 2, data: ["b", bin(01)], nsp: "/"}, opts: {rooms: [], flags: {}, except: []}}
    const std::string binary = last_of(event_of({"b", Binary(std::string("\x01"))}));
    EXPECT_EQ(binary,
              "3 gqZwYWNrZXSDpHR5cGUCpGRhdGGSoWLEAQGjbnNwoS+kb3B0c4Olcm9vbXOQpWZsYWdzgKZleGNlcHSQ");
}

}  // namespace
}  // namespace socketio::cluster::emitter_messages_test
