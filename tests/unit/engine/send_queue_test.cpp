// Order, counts and partial writes of a session's queue.

#include "engine/send_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace socketio::engine {
namespace {

using wire::EngineProtocol;

MessageRef make_message(std::string data) {
    return Message::make(make_content(wire::EnginePacketType::message, std::move(data)));
}

std::string front(const SendQueue& queue) {
    return queue.messages().front()->content().data;
}

TEST(SendQueue, KeepsOrderAndCounts) {
    SendQueue queue;
    EXPECT_TRUE(queue.empty());
    for (int i = 0; i < 5; ++i)
        queue.push(make_message(std::string(1, static_cast<char>('a' + i))));
    EXPECT_EQ(queue.size(), 5U);
    EXPECT_EQ(queue.packets(), 5U);
    EXPECT_EQ(queue.bytes(), 10U);
    queue.pop_front(2);
    EXPECT_EQ(front(queue), "c");
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue.bytes(), 6U);
    queue.clear();
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.packets(), 0U);
}

TEST(SendQueue, LetsGoOfWhatItPops) {
    const auto content = make_content(wire::EnginePacketType::message, "x");
    SendQueue queue;
    queue.push(Message::make(content));
    queue.push(make_message("y"));
    queue.pop_front();
    EXPECT_EQ(content.use_count(), 1);
}

TEST(SendQueue, ConsumesWholeMessagesAndRemembersThePartOfOne) {
    SendQueue queue;
    queue.push(make_message("hello"));  // 8 bytes as a frame.
    queue.push(make_message("world"));
    queue.consume_websocket(3, FrameFormat::v4);
    EXPECT_EQ(queue.front_offset(), 3U);
    EXPECT_EQ(queue.size(), 2U);
    queue.consume_websocket(7, FrameFormat::v4);
    EXPECT_EQ(queue.front_offset(), 2U);
    EXPECT_EQ(front(queue), "world");
    queue.consume_websocket(6, FrameFormat::v4);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.front_offset(), 0U);
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST(SendQueue, CountsTheLongerFramesOfVersion3) {
    SendQueue queue;
    queue.push(Message::make(make_content(wire::EnginePacketType::message, "ab", true)));
    queue.consume_websocket(4, FrameFormat::v3);
    EXPECT_EQ(queue.front_offset(), 4U);
    queue.consume_websocket(1, FrameFormat::v3);
    EXPECT_TRUE(queue.empty());
}

TEST(SendQueue, ConsumesCompressedAndPlainMessagesByTheByte) {
    wire::Deflater deflater({});
    const WebSocketFormat format{FrameFormat::v4, &deflater};
    const std::vector<MessageRef> messages = {
        make_message("plain"), make_message(std::string(5'000, 'a')),
        make_message(std::string(70'000, 'b')), make_message(std::string(2'000, 'c'))};
    std::string expected;
    for (const auto& message : messages) expected += message->websocket_bytes(format);
    EXPECT_LT(expected.size(), 70'200U);
    for (const std::size_t step : {1U, 7U, 100U, 69'000U}) {
        SendQueue queue;
        for (const auto& message : messages) queue.push(message);
        std::string written;
        while (!queue.empty()) {
            const auto front = queue.messages().front()->websocket_bytes(format);
            const auto taken = front.substr(queue.front_offset()).substr(0, step);
            written += taken;
            queue.consume_websocket(taken.size(), format);
        }
        EXPECT_EQ(written, expected);
        // All at once: over the ends of messages.
        for (const auto& message : messages) queue.push(message);
        queue.consume_websocket(expected.size() - 3, format);
        EXPECT_EQ(queue.size(), 1U);
        queue.consume_websocket(3, format);
        EXPECT_TRUE(queue.empty());
    }
}

TEST(SendQueueDeathTest, RefusesMoreThanItHolds) {
    SendQueue queue;
    queue.push(make_message("x"));
    EXPECT_DEATH(queue.consume_websocket(100, FrameFormat::v4), "assertion");
    EXPECT_DEATH(queue.pop_front(2), "assertion");
}

TEST(SendQueue, AgreesWithADequeOverALongRandomLife) {
    SendQueue queue;
    std::deque<std::string> model;
    std::mt19937 random(7);
    for (int step = 0; step < 20'000; ++step) {
        const auto dice = random() % 100;
        if (dice < 52) {
            model.push_back(std::to_string(step));
            queue.push(make_message(model.back()));
        } else if (dice < 99 && !model.empty()) {
            const auto count = 1 + random() % std::min<std::size_t>(model.size(), 40);
            queue.pop_front(count);
            model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(count));
        } else {
            queue.shrink();
        }
        ASSERT_EQ(queue.size(), model.size());
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < model.size(); ++i) {
            ASSERT_EQ(queue.messages()[i]->content().data, model[i]);
            bytes += model[i].size() + 1;
        }
        ASSERT_EQ(queue.bytes(), bytes);
    }
}

}  // namespace
}  // namespace socketio::engine
