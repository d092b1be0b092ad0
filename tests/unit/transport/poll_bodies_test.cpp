// Bodies of polls: built once, compressed once for each coding, shared.
#include "transport/poll_bodies.hpp"

#include "shard/shard.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::transport {
namespace {

using wire::ContentCoding;
using Messages = std::vector<engine::MessageRef>;

class PollBodiesTest : public testing::Test {
protected:
    engine::MessageRef message(std::string data, bool compress = true) {
        return engine::Message::make(
            engine::make_content(wire::EncodedPacket{std::move(data), {}}, {.compress = compress}));
    }
    PollBody make(const Messages& messages, ContentCoding coding) {
        return bodies.make(messages, engine::PayloadFormat::v4, coding);
    }

    Options options;
    base::Log log;
    shard::Shard shard{0, options, log};
    wire::Deflater deflater{{}};
    PollBodies bodies{shard, deflater};
    const std::string text = std::string(2'000, 'x');
};

TEST_F(PollBodiesTest, AreSharedByPollsThatWaitForTheSame) {
    const Messages messages{message(text)};
    const auto plain = make(messages, ContentCoding::identity);
    EXPECT_EQ(plain.bytes.view(), '4' + text);
    EXPECT_EQ(plain.coding, ContentCoding::identity);
    EXPECT_EQ(make(messages, ContentCoding::identity).bytes.view().data(),
              plain.bytes.view().data());
}

TEST_F(PollBodiesTest, AreCompressedOnceForEachCoding) {
    const Messages messages{message(text)};
    for (const auto coding : {ContentCoding::gzip, ContentCoding::deflate}) {
        const auto first = make(messages, coding);
        EXPECT_EQ(first.coding, coding);
        EXPECT_LT(first.bytes.size(), 200U);
        // Others come between.
        (void)make(messages, ContentCoding::identity);
        EXPECT_EQ(make(messages, coding).bytes.view().data(), first.bytes.view().data());
    }
    EXPECT_NE(make(messages, ContentCoding::gzip).bytes,
              make(messages, ContentCoding::deflate).bytes);
}

TEST_F(PollBodiesTest, AreMadeAnewForOtherMessages) {
    const Messages messages{message(text)};
    const Messages others{message(text + 'y')};
    const auto first = make(messages, ContentCoding::gzip);
    EXPECT_NE(make(others, ContentCoding::gzip).bytes, first.bytes);
}

TEST_F(PollBodiesTest, GoAsTheyAreOutsideOfTheirBounds) {
    options.http_compression->threshold = 101;
    const auto coding_of = [&](std::size_t body_bytes) {
        return make({message(std::string(body_bytes - 1, 'x'))}, ContentCoding::gzip).coding;
    };
    EXPECT_EQ(coding_of(100), ContentCoding::identity);
    EXPECT_EQ(coding_of(101), ContentCoding::gzip);
    EXPECT_EQ(coding_of(wire::deflate_bytes_max), ContentCoding::gzip);
    EXPECT_EQ(coding_of(wire::deflate_bytes_max + 1), ContentCoding::identity);
    options.http_compression.reset();
    EXPECT_EQ(coding_of(1'000), ContentCoding::identity);
}

TEST_F(PollBodiesTest, GoAsTheyAreWhereNoMessageMayBeCompressed) {
    EXPECT_EQ(make({message(text, false)}, ContentCoding::gzip).coding, ContentCoding::identity);
    EXPECT_EQ(make({message(text, false), message("x")}, ContentCoding::gzip).coding,
              ContentCoding::gzip);
}

TEST_F(PollBodiesTest, GoAsTheyAreWhereNothingIsGained) {
    // All bytes there are, each once: nothing repeats.
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    options.http_compression->threshold = 1;
    EXPECT_EQ(make({message(all)}, ContentCoding::gzip).coding, ContentCoding::identity);
    EXPECT_EQ(make({message(all)}, ContentCoding::gzip).bytes.view(), '4' + all);
}

}  // namespace
}  // namespace socketio::transport
