// Session ids: what they look like and what they give back.

#include "wire/session_id.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace socketio::wire {
namespace {

constexpr unsigned all_shards = 256;

std::string id_of(std::uint8_t shard, std::uint8_t filling) {
    std::array<std::uint8_t, session_id_random_bytes> random{};
    random.fill(filling);
    return make_session_id(shard, random);
}

TEST(SessionId, HasTwentyUrlSafeCharacters) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        const auto id = id_of(static_cast<std::uint8_t>(byte), static_cast<std::uint8_t>(~byte));
        EXPECT_EQ(id.size(), session_id_length);
        EXPECT_TRUE(std::all_of(id.begin(), id.end(), [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '-' || c == '_';
        })) << id;
    }
}

TEST(SessionId, CarriesTheShardAndEveryRandomByte) {
    EXPECT_EQ(id_of(0, 0), "AAAAAAAAAAAAAAAAAAAA");
    EXPECT_EQ(id_of(255, 255), "____________________");
    std::array<std::uint8_t, session_id_random_bytes> random{};
    const auto zero = make_session_id(1, random);
    for (auto& byte : random) {
        byte = 1;
        EXPECT_NE(make_session_id(1, random), zero);
        byte = 0;
    }
}

TEST(SessionId, NamesItsShard) {
    for (unsigned shard = 0; shard < all_shards; ++shard) {
        EXPECT_EQ(shard_of(id_of(static_cast<std::uint8_t>(shard), 0xA5), all_shards), shard);
    }
}

TEST(SessionId, NamesNoShardThatDoesNotExist) {
    EXPECT_EQ(shard_of(id_of(3, 1), 4), 3U);
    EXPECT_EQ(shard_of(id_of(4, 1), 4), std::nullopt);
    EXPECT_EQ(shard_of(id_of(0, 1), 0), std::nullopt);
}

TEST(SessionId, IsNotReadFromAnyOtherText) {
    const auto id = id_of(0, 7);
    EXPECT_TRUE(shard_of(id, 1));
    EXPECT_FALSE(shard_of("", 1));
    EXPECT_FALSE(shard_of(id + "A", 1));
    EXPECT_FALSE(shard_of(id.substr(1), 1));
    for (std::size_t at = 0; at < id.size(); ++at) {
        for (const char wrong : {'+', '/', '=', '.', ' ', '\0', '\xff'}) {
            auto text = id;
            text[at] = wrong;
            EXPECT_FALSE(shard_of(text, 1)) << at;
        }
    }
}

}  // namespace
}  // namespace socketio::wire
