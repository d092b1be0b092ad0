// Order, counts and partial writes of a session's queue.

#include "engine/send_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace socketio::engine {
namespace {

using wire::EngineProtocol;

MessageRef make_message(std::string data) {
    return Message::make(make_content(wire::EnginePacketType::message, std::move(data)));
}

MessageRef make_message(std::string data, const EmitFlags& flags) {
    return Message::make(make_content(wire::EncodedPacket{std::move(data), {}}, flags));
}

MessageRef make_keyed(std::string data, std::string key) {
    EmitFlags flags;
    flags.conflate_key = std::move(key);
    return make_message(std::move(data), flags);
}

MessageRef make_droppable(std::string data) {
    EmitFlags flags;
    flags.droppable = true;
    return make_message(std::move(data), flags);
}

std::string front(const SendQueue& queue) {
    return queue.messages().front()->content().data;
}

/// What waits, without the holes.
std::vector<std::string> waiting(const SendQueue& queue) {
    std::vector<std::string> texts;
    for (const auto& message : queue.messages()) {
        if (message) texts.push_back(message->content().data);
    }
    return texts;
}

/// The kernel takes that many whole messages.
void send_front(SendQueue& queue, std::size_t count) {
    for (; count > 0; --count) {
        const auto front = queue.messages().front();
        queue.consume_websocket(
            front->websocket_bytes(FrameFormat::v4).size() - queue.front_offset(), FrameFormat::v4);
    }
}

/// The same, when the kernel has taken all that was offered.
void send_front_whole(SendQueue& queue, std::size_t count) {
    std::size_t places = 0;
    for (const auto& message : queue.messages()) {
        ++places;
        if (message && --count == 0) break;
    }
    queue.consume_whole(places);
}

bool push(SendQueue& queue, MessageRef message) {
    const bool replaces = queue.replace(*message);
    queue.push(std::move(message));
    return replaces;
}

using Texts = std::vector<std::string>;

TEST(SendQueue, KeepsOrderAndCounts) {
    SendQueue queue;
    EXPECT_TRUE(queue.empty());
    for (int i = 0; i < 5; ++i)
        queue.push(make_message(std::string(1, static_cast<char>('a' + i))));
    EXPECT_EQ(queue.size(), 5U);
    EXPECT_EQ(queue.packets(), 5U);
    EXPECT_EQ(queue.bytes(), 10U);
    send_front(queue, 2);
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
    send_front(queue, 1);
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

TEST(SendQueue, LetsGoOfAllThatWasTakenWhole) {
    const auto content = make_content(wire::EnginePacketType::message, "x");
    for (const std::size_t messages : {1U, 2U, 3U, 40U}) {
        SendQueue queue;
        for (std::size_t i = 0; i < messages; ++i) queue.push(Message::make(content));
        queue.consume_websocket(1, FrameFormat::v4);
        queue.consume_whole(messages);
        EXPECT_TRUE(queue.empty());
        EXPECT_EQ(queue.bytes() + queue.packets() + queue.front_offset(), 0U);
        EXPECT_EQ(content.use_count(), 1);
    }
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
        while (written.size() < expected.size()) {
            ASSERT_FALSE(queue.empty());
            const auto front = queue.messages().front()->websocket_bytes(format);
            const auto taken = front.substr(queue.front_offset()).substr(0, step);
            written += taken;
            ASSERT_FALSE(taken.empty());
            queue.consume_websocket(taken.size(), format);
        }
        EXPECT_TRUE(queue.empty());
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
}

TEST(SendQueue, ANewerMessageWithTheSameKeyTakesThePlaceOfAnOlderAtTheEnd) {
    SendQueue queue;
    EXPECT_FALSE(push(queue, make_keyed("a1", "a")));
    EXPECT_FALSE(push(queue, make_keyed("b1", "b")));
    EXPECT_FALSE(push(queue, make_message("plain")));
    EXPECT_TRUE(push(queue, make_keyed("a2", "a")));
    EXPECT_EQ(waiting(queue), (Texts{"b1", "plain", "a2"}));
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue.packets(), 3U);
    EXPECT_EQ(queue.bytes(), 3U + 6U + 3U);
    EXPECT_EQ(front(queue), "b1") << "the first is no hole";
}

TEST(SendQueue, AMessageWhoseFirstByteIsSentIsNeitherReplacedNorDropped) {
    EmitFlags both;
    both.droppable = true;
    both.conflate_key = "a";
    SendQueue queue;
    queue.push(make_message("a1", both));
    queue.consume_websocket(1, FrameFormat::v4);
    EXPECT_FALSE(queue.drop_oldest());
    EXPECT_FALSE(push(queue, make_message("a2", both)));
    EXPECT_TRUE(push(queue, make_message("a3", both)));
    EXPECT_EQ(waiting(queue), (Texts{"a1", "a3"}));
    send_front(queue, 1);
    EXPECT_EQ(queue.front_offset(), 0U);
    EXPECT_TRUE(push(queue, make_message("a4", both)));
    EXPECT_EQ(waiting(queue), Texts{"a4"});
}

TEST(SendQueue, DropsTheOldestThatMayBeDropped) {
    SendQueue queue;
    queue.push(make_message("1"));
    queue.push(make_droppable("2"));
    queue.push(make_message("3"));
    queue.push(make_droppable("4"));
    EXPECT_TRUE(queue.drop_oldest());
    EXPECT_EQ(waiting(queue), (Texts{"1", "3", "4"}));
    EXPECT_TRUE(queue.drop_oldest());
    EXPECT_FALSE(queue.drop_oldest());
    EXPECT_EQ(waiting(queue), (Texts{"1", "3"}));
    queue.push(make_droppable("5"));
    EXPECT_TRUE(queue.drop_oldest());
    EXPECT_EQ(queue.size(), 2U);
}

TEST(SendQueue, OneKeyOnALongQueueKeepsItsLength) {
    SendQueue queue;
    for (int i = 0; i < 1'000; ++i) queue.push(make_message("x"));
    for (int i = 0; i < 100'000; ++i) push(queue, make_keyed(std::to_string(i), "k"));
    EXPECT_EQ(queue.size(), 1'001U);
    EXPECT_LT(queue.messages().size(), 3'000U) << "holes are closed";
    EXPECT_EQ(waiting(queue).back(), "99999");
}

/// What the queue is meant to do, in the plainest way.
class Model {
public:
    struct Entry {
        std::string text;
        std::string key;
        bool droppable = false;
    };

    void push(Entry entry) {
        if (!entry.key.empty()) {
            const auto same = std::find_if(begin(), entries.end(),
                                           [&](const Entry& old) { return old.key == entry.key; });
            if (same != entries.end()) entries.erase(same);
        }
        entries.push_back(std::move(entry));
    }
    bool drop_oldest() {
        const auto found = std::find_if(begin(), entries.end(),
                                        [](const Entry& entry) { return entry.droppable; });
        if (found == entries.end()) return false;
        entries.erase(found);
        return true;
    }

    std::deque<Entry> entries;
    bool front_is_begun = false;

private:
    std::deque<Entry>::iterator begin() {
        return entries.begin() + (front_is_begun && !entries.empty() ? 1 : 0);
    }
};

TEST(SendQueue, AgreesWithAPlainModelOverALongRandomLife) {
    SendQueue queue;
    Model model;
    std::mt19937 random(7);
    for (int step = 0; step < 30'000; ++step) {
        const auto dice = random() % 100;
        // Long phases in which the client does not read.
        const bool reads = step % 3'000 < 2'000;
        if (dice < (reads ? 50U : 80U)) {
            Model::Entry entry{std::to_string(step), {}, random() % 3 == 0};
            if (random() % 2 == 0) entry.key = std::to_string(random() % 60);
            EmitFlags flags;
            flags.conflate_key = entry.key;
            flags.droppable = entry.droppable;
            push(queue, make_message(entry.text, flags));
            model.push(std::move(entry));
        } else if (dice < 85) {
            ASSERT_EQ(queue.drop_oldest(), model.drop_oldest());
        } else if (reads && dice < 98 && !model.entries.empty()) {
            const auto count = 1 + random() % std::min<std::size_t>(model.entries.size(), 8);
            random() % 2 == 0 ? send_front(queue, count) : send_front_whole(queue, count);
            model.entries.erase(model.entries.begin(),
                                model.entries.begin() + static_cast<std::ptrdiff_t>(count));
            model.front_is_begun = false;
        } else if (reads && !model.entries.empty() && !model.front_is_begun) {
            queue.consume_websocket(1, FrameFormat::v4);
            model.front_is_begun = true;
        } else {
            queue.shrink();
        }
        Texts expected;
        std::size_t bytes = 0;
        for (const auto& entry : model.entries) {
            expected.push_back(entry.text);
            bytes += entry.text.size() + 1;
        }
        ASSERT_EQ(waiting(queue), expected) << "step " << step;
        ASSERT_EQ(queue.size(), expected.size());
        ASSERT_EQ(queue.bytes(), bytes);
        ASSERT_TRUE(queue.empty() || queue.messages().front());
    }
}

}  // namespace
}  // namespace socketio::engine
