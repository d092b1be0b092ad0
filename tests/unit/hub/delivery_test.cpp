// A broadcast as its publisher encodes it.

#include "hub/delivery.hpp"

#include <gtest/gtest.h>

namespace socketio::hub {
namespace {

TEST(Delivery, IsEncodedOnceWithItsAttachments) {
    EmitFlags flags;
    flags.compress = false;
    flags.is_volatile = true;
    const auto delivery =
        make_delivery("/chat", Audience{{"a"}, {"b"}}, flags, "ev", Args{1, Binary("bytes")});
    EXPECT_EQ(delivery.nsp, "/chat");
    EXPECT_EQ(delivery.audience.rooms, std::vector<std::string>{"a"});
    EXPECT_EQ(delivery.audience.except, std::vector<std::string>{"b"});
    EXPECT_TRUE(delivery.flags.is_volatile);
    EXPECT_EQ(delivery.content->data, R"(51-/chat,["ev",1,{"_placeholder":true,"num":0}])");
    ASSERT_EQ(delivery.content->attachments.size(), 1U);
    EXPECT_EQ(delivery.content->attachments[0].view(), "bytes");
    EXPECT_FALSE(delivery.content->compress);
}

TEST(Delivery, ThatCanBeRecoveredHasItsOffsetBehindItsArguments) {
    const auto offset = wire::make_event_offset(1'795'388'960'617, 1);
    Args args{1, Binary("bytes")};
    const auto delivery =
        make_recoverable_delivery("/chat", Audience{{"a"}, {}}, {}, "ev", args, offset, true);
    EXPECT_EQ(delivery.content->data,
              R"(51-/chat,["ev",1,{"_placeholder":true,"num":0},"Q85XMzf.0"])");
    EXPECT_EQ(delivery.content->offset, offset);
    EXPECT_EQ(args, (Args{1, Binary("bytes")})) << "an adapter sends them on";
    ASSERT_TRUE(delivery.content_without_offset);
    EXPECT_EQ(delivery.content_without_offset->data,
              R"(51-/chat,["ev",1,{"_placeholder":true,"num":0}])");
    EXPECT_EQ(delivery.content_without_offset->offset, wire::EventOffset::none);
    EXPECT_FALSE(
        make_recoverable_delivery("/", {}, {}, "ev", args, offset, false).content_without_offset);
    const auto shown = decode_event(*delivery.content);
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->args, args) << "who looks on sees what was sent";
}

TEST(Delivery, ToTheRootCarriesNoNamespace) {
    EXPECT_EQ(make_delivery("/", {}, {}, "ev", {}).content->data, R"(2["ev"])");
}

}  // namespace
}  // namespace socketio::hub
