// Events that many threads encode once for all of them.

#include "shard/contents_once.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace socketio::shard {
namespace {

using wire::PacketFormat;

class ContentsOnceTest : public testing::Test {
protected:
    [[nodiscard]] auto make_contents() {
        return std::make_shared<const ContentsOnce>([this](PacketFormat format) {
            ++encoded[static_cast<std::size_t>(format)];
            return hub::encode_event(format, "/", "x", {std::string(20'000, 'x'), 1}, {});
        });
    }

    [[nodiscard]] int times(PacketFormat format) const {
        return encoded[static_cast<std::size_t>(format)].load();
    }

    std::array<std::atomic<int>, wire::packet_formats> encoded{};
};

TEST_F(ContentsOnceTest, AreEncodedForTheFormatsThatSomebodyAsksForAlone) {
    const auto contents = make_contents();
    EXPECT_EQ(times(PacketFormat::json) + times(PacketFormat::msgpack), 0);
    const auto& msgpack = contents->of(PacketFormat::msgpack);
    EXPECT_TRUE(msgpack->binary);
    EXPECT_EQ(contents->of(PacketFormat::msgpack), msgpack);
    EXPECT_EQ(times(PacketFormat::msgpack), 1);
    EXPECT_EQ(times(PacketFormat::json), 0);
}

TEST_F(ContentsOnceTest, AreEncodedOnceForShardsThatAskAtTheSameTime) {
    constexpr int threads = 4;
    constexpr int events = 300;
    std::vector<std::shared_ptr<const ContentsOnce>> contents;
    for (int i = 0; i < events; ++i) contents.push_back(make_contents());
    std::array<std::vector<std::array<engine::ContentRef, wire::packet_formats>>, threads> seen;
    {
        std::barrier begin(threads);
        std::vector<std::jthread> shards;
        for (int index = 0; index < threads; ++index) {
            shards.emplace_back([&, index] {
                for (const auto& event : contents) {
                    // Each event is asked for by all of them at once, in either order of the formats.
                    begin.arrive_and_wait();
                    std::array<engine::ContentRef, wire::packet_formats> forms;
                    for (int step = 0; step < 2; ++step) {
                        const auto format = static_cast<PacketFormat>((step + index) % 2);
                        forms[static_cast<std::size_t>(format)] = event->of(format);
                    }
                    seen[static_cast<std::size_t>(index)].push_back(forms);
                }
            });
        }
    }
    for (const auto format : {PacketFormat::json, PacketFormat::msgpack}) {
        EXPECT_EQ(times(format), events);
    }
    for (const auto& forms : seen) EXPECT_EQ(forms, seen[0]) << "all have the same bytes";
}

TEST_F(ContentsOnceTest, AreThereForWhoAsksLaterAndWhenTheirMakerHasGone) {
    auto contents = make_contents();
    engine::ContentRef kept;
    {
        std::jthread first([&] { kept = contents->of(PacketFormat::json); });
    }
    EXPECT_EQ(contents->of(PacketFormat::json), kept);
    EXPECT_EQ(times(PacketFormat::json), 1);
    contents.reset();
    EXPECT_TRUE(kept->data.starts_with(R"(2["x","xxx)"));
}

}  // namespace
}  // namespace socketio::shard
