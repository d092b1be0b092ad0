// An event in one form or in several.

#include "hub/event_contents.hpp"

#include "hub/message_forms.hpp"
#include "support/counted_contents.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

using wire::EngineProtocol;
using wire::EventOffset;
using wire::PacketFormat;

constexpr ContentForm json{PacketFormat::json, false};
constexpr ContentForm msgpack{PacketFormat::msgpack, false};
constexpr ContentForm json_with_offset{PacketFormat::json, true};
constexpr ContentForm msgpack_with_offset{PacketFormat::msgpack, true};
const auto some_offset = wire::make_event_offset(1'795'388'960'617, 1);

Options with_parser(Parser parser) {
    Options options;
    options.parser = parser;
    return options;
}

TEST(EventContents, OfOneFormAreThatForEverybody) {
    const auto content = encode_event(msgpack, {"/", "x", {1}, {}});
    const EventContents contents(content);
    EXPECT_EQ(contents.only(), content);
    EXPECT_EQ(contents.of(json), content);
    EXPECT_EQ(contents.of(msgpack), content);
    EXPECT_EQ(contents.bytes(), content->bytes());
}

TEST(EventContents, ThatAreLazyAreMadeWhenTheyAreAskedFor) {
    test::Encodings encodings{};
    const auto contents = test::encode_for(with_parser(Parser::by_client), encodings,
                                           {"/chat", "x", {1, Binary("b")}, {}});
    const auto copy = contents;
    EXPECT_FALSE(contents.only());
    EXPECT_EQ(encodings, test::Encodings{});
    const auto& text = contents.of(json);
    EXPECT_EQ(text->data, R"(51-/chat,["x",1,{"_placeholder":true,"num":0}])");
    EXPECT_FALSE(text->binary);
    const auto& binary = copy.of(msgpack);
    EXPECT_TRUE(binary->binary);
    EXPECT_TRUE(binary->attachments.empty());
    EXPECT_EQ(contents.of(msgpack), binary) << "copies share them";
}

TEST(EventContents, GoWithTheFlagsOfTheEmit) {
    EmitFlags flags;
    flags.compress = false;
    flags.droppable = true;
    flags.conflate_key = "key";
    for (const auto form : {json, msgpack}) {
        const auto content = encode_event(form, {"/", "x", {}, flags});
        EXPECT_FALSE(content->compress);
        EXPECT_TRUE(content->droppable);
        EXPECT_EQ(content->conflate_key, "key");
    }
}

TEST(EventContents, HaveTheOffsetWhereAFormHasOne) {
    const Args args{"a", Binary("b")};
    const EmitFlags flags;
    const PlainEvent event{"/", "x", args, flags, some_offset};
    EXPECT_EQ(encode_event(json_with_offset, event)->data,
              R"(51-["x","a",{"_placeholder":true,"num":0},"Q85XMzf.0"])");
    EXPECT_EQ(encode_event(json_with_offset, event)->offset, some_offset);
    EXPECT_EQ(encode_event(json, event)->data, R"(51-["x","a",{"_placeholder":true,"num":0}])");
    EXPECT_EQ(encode_event(json, event)->offset, EventOffset::none);
    const auto with =
        wire::packet_parser(PacketFormat::msgpack)
            .encode({wire::PacketType::event, "/", {}, Array{"x", "a", Binary("b"), "Q85XMzf.0"}});
    EXPECT_EQ(encode_event(msgpack_with_offset, event)->data, with.data);
    EXPECT_EQ(encode_event(msgpack_with_offset, event)->offset, some_offset);
}

TEST(EventContents, OfAnEventThatCanBeSentAgainDifferForEio3Clients) {
    test::Encodings encodings{};
    auto options = with_parser(Parser::by_client);
    const auto contents = test::encode_for(options, encodings, {"/", "x", {}, {}, some_offset});
    EXPECT_EQ(contents.form_for(PacketFormat::json, EngineProtocol::v4), json_with_offset);
    EXPECT_EQ(contents.form_for(PacketFormat::msgpack, EngineProtocol::v4), msgpack_with_offset);
    EXPECT_EQ(contents.form_for(PacketFormat::json, EngineProtocol::v3), json);
    const auto plain = test::encode_for(options, encodings, {"/", "x", {}, {}});
    EXPECT_EQ(plain.form_for(PacketFormat::json, EngineProtocol::v4), json);
}

TEST(EventContents, AreOneWhereAllClientsReadTheSame) {
    for (const auto parser : {Parser::json, Parser::msgpack, Parser::by_client}) {
        for (const bool allow_eio3 : {false, true}) {
            auto options = with_parser(parser);
            options.allow_eio3 = allow_eio3;
            const bool is_one = parser != Parser::by_client;
            const auto format = usual_format(parser);
            const auto plain = only_form(options, EventOffset::none);
            ASSERT_EQ(plain.has_value(), is_one);
            EXPECT_EQ(plain.value_or(ContentForm{format, false}), (ContentForm{format, false}));
            const auto again = only_form(options, some_offset);
            ASSERT_EQ(again.has_value(), is_one && !allow_eio3);
            EXPECT_EQ(again.value_or(ContentForm{format, true}), (ContentForm{format, true}));
        }
    }
}

TEST(EventContents, CountTheirValuesAndTheFormsThatAreMade) {
    test::Encodings encodings{};
    const Args args{std::string(100, 'x'), Binary(std::string(50, 'b'))};
    const auto contents = test::encode_for(with_parser(Parser::by_client), encodings,
                                           {"/", "x", args, {}, some_offset});
    const auto values = contents.bytes();
    EXPECT_EQ(values, bytes_of(args));
    EXPECT_GE(values, 150U);
    const auto text = contents.of(json_with_offset)->data.size();
    EXPECT_EQ(contents.bytes(), values + text) << "attachments are the values' own";
    const auto binary = contents.of(msgpack_with_offset)->data.size();
    (void)contents.of(json_with_offset);
    EXPECT_EQ(contents.bytes(), values + text + binary);
}

TEST(EventContents, CountValuesHoweverDeepTheyAre) {
    EXPECT_EQ(bytes_of(Args()), 0U);
    Args args{1, nullptr};
    EXPECT_EQ(bytes_of(args), 2 * sizeof(Value));
    args.emplace_back(Array{1, "abc"});
    EXPECT_EQ(bytes_of(args), 5 * sizeof(Value) + 3);
    args.emplace_back(Object{{"key", true}});
    EXPECT_EQ(bytes_of(args), 7 * sizeof(Value) + 3 + sizeof(std::string) + 3);
    Value nested;
    for (int i = 0; i < 100'000; ++i) {
        Array around;
        around.push_back(std::move(nested));
        nested = std::move(around);
    }
    Args deep;
    deep.push_back(std::move(nested));
    EXPECT_EQ(bytes_of(deep), 100'001 * sizeof(Value));
    EXPECT_EQ(bytes_of(deep.front()), bytes_of(deep));
}

TEST(MessageForms, MakesEachFormOnceAndOnlyWhenItIsNeeded) {
    std::vector<ContentForm> made;
    MessageForms message([&](ContentForm form) {
        made.push_back(form);
        return engine::Message::make(encode_event(form, {"/", "x", {}, {}, some_offset}));
    });
    EXPECT_TRUE(made.empty());
    const auto* first = message.of(msgpack).get();
    EXPECT_EQ(message.of(msgpack).get(), first);
    EXPECT_EQ(made, std::vector{msgpack});
    EXPECT_NE(message.of(json).get(), first);
    EXPECT_EQ(made, (std::vector{msgpack, json}));
    const auto* with_offset = message.of(json_with_offset).get();
    EXPECT_NE(with_offset, message.of(json).get());
    EXPECT_EQ(message.of(json_with_offset).get(), with_offset);
    EXPECT_EQ(made, (std::vector{msgpack, json, json_with_offset}));
}

}  // namespace
}  // namespace socketio::hub
