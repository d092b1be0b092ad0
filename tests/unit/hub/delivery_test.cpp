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
    const auto& content = delivery.contents.of(wire::PacketFormat::json);
    EXPECT_EQ(content->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0}])");
    ASSERT_EQ(content->attachments.size(), 1U);
    EXPECT_EQ(content->attachments[0].view(), "bytes");
    EXPECT_FALSE(content->compress);
}

TEST(Delivery, ToTheRootCarriesNoNamespace) {
    const World world;
    const auto delivery = make_delivery(world, "/", {}, {}, "ev", {});
    EXPECT_EQ(delivery.contents.of(wire::PacketFormat::json)->data, R"(2["ev"])");
}

TEST(Delivery, IsReadAgainInEitherFormat) {
    const Args args{1, 2.5, Binary("bytes"), Object{{"a", Array{nullptr, true, "text"}}}};
    for (const auto format : {wire::PacketFormat::json, wire::PacketFormat::msgpack}) {
        const auto content = encode_event(format, "/chat", "ev", args, {});
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
        const auto event = decode_event(*encode_event(format, "/", "ev", args, {}));
        ASSERT_TRUE(event);
        EXPECT_EQ(event->args.size(), args.size());
    }
}

}  // namespace
}  // namespace socketio::hub
