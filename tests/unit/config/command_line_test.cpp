// Commands and their options; those of the server itself are in unit/chartcast/config_test.cpp.
#include "config/command_line.hpp"

#include <socketio/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chartcast::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Command parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "chartcast");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

template <class Expected>
Expected command(const std::vector<const char*>& arguments) {
    auto parsed = parse(arguments);
    if (const auto* exit = std::get_if<Exit>(&parsed)) ADD_FAILURE() << exit->text;
    return std::get<Expected>(std::move(parsed));
}

TEST(Commands, ServeTakesFilesAndFlags) {
    const auto serve =
        command<ServeCommand>({"serve", "-c", "a.yaml", "-c", "conf.d", "--listen", ":1"});
    EXPECT_THAT(serve.files, ElementsAre("a.yaml", "conf.d"));
    EXPECT_EQ(serve.flags.listen->port, 1);
    EXPECT_FALSE(command<ServeCommand>({"serve", "-c", "a.yaml"}).flags.listen);
}

TEST(Commands, CheckTakesFiles) {
    EXPECT_THAT(command<CheckCommand>({"check", "a", "b"}).files, ElementsAre("a", "b"));
}

TEST(Commands, PushTakesItsOptions) {
    const auto push = command<PushCommand>({"push", "deals", "-o", "upsert", "-f", "csv", "--url",
                                            "https://h/", "--key", "k", "--batch", "7"});
    EXPECT_EQ(push.dataset, "deals");
    EXPECT_EQ(push.operation, "upsert");
    EXPECT_EQ(push.format, decode::Format::csv);
    EXPECT_EQ(push.url, "https://h");
    EXPECT_EQ(push.key, "k");
    EXPECT_EQ(push.batch, 7u);
    const auto defaults = command<PushCommand>({"push", "deals"});
    EXPECT_EQ(defaults.operation, "");
    EXPECT_EQ(defaults.format, decode::Format::ndjson);
    EXPECT_EQ(defaults.url, "http://localhost:8080");
    EXPECT_EQ(defaults.batch, 1000u);
}

TEST(Commands, EmitTakesJson) {
    const auto emit = command<EmitCommand>({"emit", "--room", "x", "hello", R"({"a":[1]})", "\"b\"",
                                            "[1,[2]]", "--room", "[y,z]", "--except", "w", "-5",
                                            "--volatile", "--nsp", "/n", "--redis", "redis://h:1"});
    EXPECT_EQ(emit.action, EmitCommand::Action::emit);
    EXPECT_EQ(emit.event, "hello");
    socketio::Array values;
    for (const auto& argument : emit.arguments) values.push_back(argument.value);
    EXPECT_EQ(socketio::to_json(values), R"([{"a":[1]},"b",[1,[2]],-5])");
    EXPECT_THAT(emit.rooms, ElementsAre("x", "[y,z]"));
    EXPECT_THAT(emit.except, ElementsAre("w"));
    EXPECT_TRUE(emit.is_volatile);
    EXPECT_EQ(emit.nsp, "/n");
    EXPECT_EQ(emit.redis_url, "redis://h:1");
    EXPECT_EQ(command<EmitCommand>({"emit", "hello"}).redis_url, "redis://127.0.0.1:6379");
}

TEST(Commands, EmitTakesFilesAndStandardInput) {
    const auto emit = command<EmitCommand>({"emit", "hello", "@a b.json", "-", "1"});
    ASSERT_EQ(emit.arguments.size(), 3u);
    EXPECT_EQ(emit.arguments[0].from, "a b.json");
    EXPECT_EQ(emit.arguments[1].from, "-");
    EXPECT_EQ(emit.arguments[2].from, "");
    const auto lines = command<EmitCommand>({"emit", "--lines", "--server-side"});
    EXPECT_TRUE(lines.lines && lines.server_side);
    EXPECT_EQ(lines.event, "");
    EXPECT_EQ(command<EmitCommand>({"emit", "e", "--lines"}).event, "e");
}

TEST(Commands, EmitTakesWhatBecomesOfSockets) {
    const auto join = command<EmitCommand>({"emit", "--join", "a", "--join", "b", "--room", "r"});
    EXPECT_EQ(join.action, EmitCommand::Action::join);
    EXPECT_THAT(join.targets, ElementsAre("a", "b"));
    EXPECT_THAT(join.rooms, ElementsAre("r"));
    const auto leave = command<EmitCommand>({"emit", "--leave", "a"});
    EXPECT_EQ(leave.action, EmitCommand::Action::leave);
    EXPECT_THAT(leave.targets, ElementsAre("a"));
    const auto disconnect = command<EmitCommand>({"emit", "--disconnect", "--close"});
    EXPECT_EQ(disconnect.action, EmitCommand::Action::disconnect);
    EXPECT_TRUE(disconnect.close);
}

TEST(Commands, EmitSpeaksToEachAdapter) {
    using Adapter = socketio::EmitterOptions::Adapter;
    EXPECT_EQ(command<EmitCommand>({"emit", "e"}).adapter, Adapter::classic);
    EXPECT_TRUE(command<EmitCommand>({"emit", "e"}).counts_servers);
    const auto sharded = command<EmitCommand>({"emit", "e", "--adapter", "sharded"});
    EXPECT_EQ(sharded.adapter, Adapter::sharded);
    EXPECT_TRUE(sharded.counts_servers);
    const auto streams = command<EmitCommand>(
        {"emit", "e", "--adapter", "streams", "--key-prefix", "mine", "--max-len", "500"});
    EXPECT_EQ(streams.adapter, Adapter::streams);
    EXPECT_EQ(streams.key_prefix, "mine");
    EXPECT_EQ(streams.stream_length, 500u);
    EXPECT_FALSE(streams.counts_servers);
}

TEST(Commands, EmitSaysWhatDoesNotGoTogether) {
    const auto told = [](const std::vector<const char*>& arguments) {
        const auto parsed = parse(arguments);
        const auto* exit = std::get_if<Exit>(&parsed);
        return exit ? exit->text : std::string("it is taken");
    };
    EXPECT_THAT(told({"emit"}), HasSubstr("say what to do"));
    EXPECT_THAT(told({"emit", "e", "--join", "r"}), HasSubstr("one thing at a time"));
    EXPECT_THAT(told({"emit", "--join", "r", "--leave", "r"}), HasSubstr("one thing at a time"));
    EXPECT_THAT(told({"emit", "e", "--close"}), HasSubstr("--close goes with --disconnect"));
    EXPECT_THAT(told({"emit", "--join", "r", "--volatile"}), HasSubstr("go with an event"));
    EXPECT_THAT(told({"emit", "e", "--server-side", "--room", "r"}), HasSubstr("leave out --room"));
    EXPECT_THAT(told({"emit", "connection", "--server-side"}), HasSubstr("reserved"));
    EXPECT_THAT(told({"emit", "e", "--max-len", "5"}), HasSubstr("--adapter streams"));
    EXPECT_THAT(told({"emit", "e", "-", "-"}), HasSubstr("standard input can be read once"));
    EXPECT_THAT(told({"emit", "e", "-", "--lines"}), HasSubstr("standard input can be read once"));
    EXPECT_THAT(told({"emit", "e", "@"}), HasSubstr("name of a file"));
    EXPECT_THAT(told({"emit", "e", "hello"}), HasSubstr("a text needs its quotes"));
    EXPECT_THAT(told({"emit", "e", "--adapter", "other"}), HasSubstr("--adapter"));
}

TEST(Commands, TokenTakesChartsAndRows) {
    const auto token =
        command<TokenCommand>({"token", "--chart", "a", "--chart", "b", "--rows", "regions=n",
                               "--rows", "regions=s=1", "--ttl", "10m", "--secret", "s"});
    EXPECT_THAT(token.charts, ElementsAre("a", "b"));
    EXPECT_EQ(socketio::to_json(token.rows), R"({"regions":["n","s=1"]})");
    EXPECT_EQ(token.ttl, 10min);
}

TEST(Commands, TheRestTakesItsOptions) {
    EXPECT_TRUE(command<HashKeyCommand>({"hash-key", "--stdin"}).from_stdin);
    EXPECT_EQ(command<BackupCommand>({"backup", "f", "--store", "s"}).store, "s");
    EXPECT_THAT(command<BackupCommand>({"backup", "f", "-c", "c"}).files, ElementsAre("c"));
    EXPECT_EQ(command<RestoreCommand>({"restore", "f", "--store", "s"}).store, "s");
    EXPECT_EQ(command<TopCommand>({"top"}).url, "http://localhost:9090");
}

TEST(Commands, RefuseWhatMakesNoSense) {
    for (const auto& arguments : std::vector<std::vector<const char*>>{
             {"serve"},
             {"check"},
             {"push"},
             {"push", "no id"},
             {"push", "a", "--op", "patch"},
             {"push", "a", "--format", "xml"},
             {"push", "a", "--batch", "0"},
             {"push", "a", "--url", "ftp://x"},
             {"push", "a", "--listen", ":1"},
             {"emit", "a", "{"},
             {"emit", "a", "hello"},
             {"emit", "a", "--redis", "http://x"},
             {"token", "--secret", "s"},
             {"token", "--chart", "a"},
             {"token", "--chart", "a", "--secret", "s", "--rows", "x"},
             {"token", "--chart", "a", "--secret", "s", "--ttl", "10"},
             {"backup", "f"},
             {"restore", "f"}}) {
        const auto parsed = parse(arguments);
        const auto* exit = std::get_if<Exit>(&parsed);
        ASSERT_NE(exit, nullptr) << arguments.back();
        EXPECT_EQ(exit->code, 2) << arguments.back();
        EXPECT_THAT(exit->text, testing::StartsWith("chartcast: ")) << arguments.back();
    }
}

TEST(Commands, NeverRepeatASecret) {
    for (const auto& arguments : std::vector<std::vector<const char*>>{
             {"push", "a", "--kye=s3cret"},
             {"push", "a", "--kye", "s3cret"},
             {"emit", "a", "--redis", "redis://:s3cret@host:notaport"},
             {"token", "--chart", "a", "--secret", "s3cret", "--ttl", "x"}}) {
        const auto parsed = parse(arguments);
        EXPECT_THAT(std::get<Exit>(parsed).text, Not(HasSubstr("s3cret")));
    }
}

TEST(Commands, ExplainThemselves) {
    for (const auto* name :
         {"serve", "check", "push", "emit", "token", "hash-key", "backup", "restore", "top"}) {
        const auto parsed = parse({name, "--help"});
        const auto& exit = std::get<Exit>(parsed);
        EXPECT_EQ(exit.code, 0) << name;
        EXPECT_THAT(exit.text,
                    AllOf(HasSubstr("Examples:"), HasSubstr("chartcast"), HasSubstr(name)))
            << name;
    }
}

}  // namespace
}  // namespace chartcast::config
