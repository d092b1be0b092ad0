// An event in one format or in several.

#include "hub/event_contents.hpp"

#include "hub/message_forms.hpp"
#include "support/counted_contents.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

using wire::PacketFormat;

TEST(EventContents, OfOneFormatAreThatForEverybody) {
    const auto content = encode_event(PacketFormat::msgpack, "/", "x", {1}, {});
    const EventContents contents(content);
    EXPECT_EQ(contents.of(PacketFormat::json), content);
    EXPECT_EQ(contents.of(PacketFormat::msgpack), content);
}

TEST(EventContents, ThatAreLazyAreMadeWhenTheyAreAskedFor) {
    test::Encodings encodings{};
    const auto contents =
        test::encode_for(Parser::by_client, encodings, "/chat", "x", {1, Binary("b")}, {});
    const auto copy = contents;
    EXPECT_EQ(encodings, test::Encodings{});
    const auto& json = contents.of(PacketFormat::json);
    EXPECT_EQ(json->data, R"(51-/chat,["x",1,{"_placeholder":true,"num":0}])");
    EXPECT_FALSE(json->binary);
    const auto& msgpack = copy.of(PacketFormat::msgpack);
    EXPECT_TRUE(msgpack->binary);
    EXPECT_TRUE(msgpack->attachments.empty());
    EXPECT_EQ(contents.of(PacketFormat::msgpack), msgpack) << "copies share them";
}

TEST(EventContents, GoWithTheFlagsOfTheEmit) {
    EmitFlags flags;
    flags.compress = false;
    flags.droppable = true;
    flags.conflate_key = "key";
    for (const auto format : {PacketFormat::json, PacketFormat::msgpack}) {
        const auto content = encode_event(format, "/", "x", {}, flags);
        EXPECT_FALSE(content->compress);
        EXPECT_TRUE(content->droppable);
        EXPECT_EQ(content->conflate_key, "key");
    }
}

TEST(MessageForms, MakesEachFormOnceAndOnlyWhenItIsNeeded) {
    std::vector<PacketFormat> made;
    MessageForms message([&](PacketFormat format) {
        made.push_back(format);
        return engine::Message::make(encode_event(format, "/", "x", {}, {}));
    });
    EXPECT_TRUE(made.empty());
    const auto* first = message.of(PacketFormat::msgpack).get();
    EXPECT_EQ(message.of(PacketFormat::msgpack).get(), first);
    EXPECT_EQ(made, std::vector{PacketFormat::msgpack});
    EXPECT_NE(message.of(PacketFormat::json).get(), first);
    EXPECT_EQ(made, (std::vector{PacketFormat::msgpack, PacketFormat::json}));
}

}  // namespace
}  // namespace socketio::hub
