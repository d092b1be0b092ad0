// A broadcast as its publisher encodes it.

#include "hub/delivery.hpp"

#include "unit/hub/world.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

TEST(Delivery, IsEncodedOnceWithItsAttachments) {
    EmitFlags flags;
    flags.compress = false;
    flags.is_volatile = true;
    const World world;
    const auto delivery = make_delivery(world, "/chat", Audience{{"a"}, {"b"}}, flags, "ev",
                                        Args{1, Binary("bytes")});
    EXPECT_EQ(delivery.nsp, "/chat");
    EXPECT_EQ(delivery.audience.rooms, std::vector<std::string>{"a"});
    EXPECT_EQ(delivery.audience.except, std::vector<std::string>{"b"});
    EXPECT_TRUE(delivery.flags.is_volatile);
    const auto& content = delivery.contents.of({wire::PacketFormat::json, false});
    EXPECT_EQ(content->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0}])");
    ASSERT_EQ(content->attachments.size(), 1U);
    EXPECT_EQ(content->attachments[0].view(), "bytes");
    EXPECT_FALSE(content->compress);
}

TEST(Delivery, ThatCanBeSentAgainHasItsOffsetBehindItsArguments) {
    const auto offset = wire::make_event_offset(1'795'388'960'617, 1);
    const Args args{1, Binary("bytes")};
    World world;
    world.options.allow_eio3 = true;
    const auto delivery =
        make_delivery(world, "/chat", Audience{{"a"}, {}}, {}, "ev", args, offset);
    EXPECT_EQ(delivery.contents.offset(), offset);
    EXPECT_FALSE(delivery.contents.only()) << "EIO3 clients read another form";
    const auto& with = delivery.contents.of({wire::PacketFormat::json, true});
    EXPECT_EQ(with->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0},"Q85XMzf.0"])");
    EXPECT_EQ(with->offset, offset);
    const auto& without = delivery.contents.of({wire::PacketFormat::json, false});
    EXPECT_EQ(without->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0}])");
    EXPECT_EQ(without->offset, wire::EventOffset::none);
    world.options.allow_eio3 = false;
    const auto for_all = make_delivery(world, "/", {}, {}, "ev", args, offset);
    ASSERT_TRUE(for_all.contents.only()) << "nobody reads another form";
    EXPECT_EQ(for_all.contents.only()->offset, offset);
}

TEST(Delivery, OfAnAdapterThatKeepsSessionsHasItsOffset) {
    const Args args{1, Binary("bytes")};
    World world;
    world.options.allow_eio3 = true;
    const auto delivery = make_adapter_delivery(world, "/chat", Audience{{"a"}, {}}, {}, "ev", args,
                                                "1795388961044-0");
    EXPECT_EQ(delivery.adapter_offset, wire::parse_cluster_offset("1795388961044-0"));
    EXPECT_EQ(delivery.contents.offset(), wire::EventOffset::of_adapter);
    const auto& with = delivery.contents.of({wire::PacketFormat::json, true});
    EXPECT_EQ(with->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0},"1795388961044-0"])");
    EXPECT_EQ(decode_event(*with)->args, args) << "who looks on sees what was sent";
    const auto& without = delivery.contents.of({wire::PacketFormat::json, false});
    EXPECT_EQ(without->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0}])");
    world.options.allow_eio3 = false;
    const auto for_all = make_adapter_delivery(world, "/", {}, {}, "ev", args, "1-1");
    ASSERT_TRUE(for_all.contents.only()) << "encoded once, at once";
    EXPECT_EQ(for_all.contents.only()->data, R"(51-["ev",1,{"_placeholder":true,"num":0},"1-1"])");
}

TEST(Delivery, OfAnAdapterThatCannotBeSentAgainHasNone) {
    const World world;
    EmitFlags is_volatile;
    is_volatile.is_volatile = true;
    for (const auto& delivery :
         {make_adapter_delivery(world, "/", {}, {}, "ev", {}, ""),
          make_adapter_delivery(world, "/", {}, {}, "ev", {}, "no offset"),
          make_adapter_delivery(world, "/", {}, is_volatile, "ev", {}, "1-1")}) {
        EXPECT_FALSE(delivery.adapter_offset);
        EXPECT_EQ(delivery.contents.offset(), wire::EventOffset::none);
        EXPECT_EQ(delivery.contents.only()->data, R"(2["ev"])");
    }
}

TEST(Delivery, IsShownWithoutItsOffset) {
    const auto offset = wire::make_event_offset(1'795'388'960'617, 1);
    const Args args{1, Binary("bytes"), "text"};
    const EmitFlags flags;
    for (const auto format : {wire::PacketFormat::json, wire::PacketFormat::msgpack}) {
        for (const bool with_offset : {false, true}) {
            const auto shown = decode_event(
                *encode_event({format, with_offset}, {"/chat", "ev", args, flags, offset}));
            ASSERT_TRUE(shown);
            EXPECT_EQ(shown->args, args) << "who looks on sees what was sent";
        }
    }
}

TEST(Delivery, ToTheRootCarriesNoNamespace) {
    const World world;
    const auto delivery = make_delivery(world, "/", {}, {}, "ev", {});
    EXPECT_EQ(delivery.contents.of({wire::PacketFormat::json, false})->data, R"(2["ev"])");
}

TEST(Delivery, IsReadAgainInEitherFormat) {
    const Args args{1, 2.5, Binary("bytes"), Object{{"a", Array{nullptr, true, "text"}}}};
    for (const auto format : {wire::PacketFormat::json, wire::PacketFormat::msgpack}) {
        const auto content = encode_event({format, false}, {"/chat", "ev", args, {}});
        EXPECT_EQ(content->binary, format == wire::PacketFormat::msgpack);
        const auto event = decode_event(*content);
        ASSERT_TRUE(event);
        EXPECT_EQ(event->name, "ev");
        EXPECT_EQ(event->args, args);
    }
}

TEST(Delivery, IsReadAgainWhateverItsSize) {
    // Beyond all that a client may send.
    Args args(600'000, 1);
    for (int i = 0; i < 20; ++i) args.emplace_back(Binary("b"));
    for (const auto format : {wire::PacketFormat::json, wire::PacketFormat::msgpack}) {
        const auto event = decode_event(*encode_event({format, false}, {"/", "ev", args, {}}));
        ASSERT_TRUE(event);
        EXPECT_EQ(event->args.size(), args.size());
    }
}

}  // namespace
}  // namespace socketio::hub
