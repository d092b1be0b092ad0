// RFC 4648, section 10, and the borders of both alphabets.

#include "base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace socketio::base {
namespace {

std::string encoded(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

std::string all_bytes() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    return bytes;
}

TEST(Base64, WritesTheVectorsOfTheStandard) {
    EXPECT_EQ(encoded(""), "");
    EXPECT_EQ(encoded("f"), "Zg==");
    EXPECT_EQ(encoded("fo"), "Zm8=");
    EXPECT_EQ(encoded("foo"), "Zm9v");
    EXPECT_EQ(encoded("foob"), "Zm9vYg==");
    EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
    EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
    EXPECT_EQ(encoded("\x01\x02\x03\x04"), "AQIDBA==");
}

TEST(Base64, AppendsToWhatIsThere) {
    std::string out = "b";
    append_base64(out, "foo");
    EXPECT_EQ(out, "bZm9v");
}

TEST(Base64, UsesTheUrlAlphabetWithoutPaddingWhereAsked) {
    EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(base64url("f"), "Zg");
    EXPECT_EQ(base64url("fo"), "Zm8");
    EXPECT_EQ(base64url(""), "");
}

TEST(Base64, ReadsBothAlphabetsWithOrWithoutPadding) {
    EXPECT_EQ(decode_base64("+//+"), "\xfb\xff\xfe");
    EXPECT_EQ(decode_base64("-__-"), "\xfb\xff\xfe");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zg"), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm8"), "fo");
    EXPECT_EQ(decode_base64(""), "");
}

TEST(Base64, ReadsBackWhatItWroteAtEveryLength) {
    const auto bytes = all_bytes();
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        const auto part = bytes.substr(bytes.size() - length);
        EXPECT_EQ(decode_base64(encoded(part)), part);
        EXPECT_EQ(decode_base64(base64url(part)), part);
    }
}

TEST(Base64, RefusesEveryCharacterOutsideTheAlphabets) {
    for (const char character : all_bytes()) {
        const bool is_digit = std::isalnum(static_cast<unsigned char>(character)) != 0 ||
                              std::string_view("+/-_").find(character) != std::string_view::npos;
        for (std::size_t place = 0; place < 7; ++place) {
            std::string text = "AAAAAAA";
            text[place] = character;
            EXPECT_EQ(decode_base64(text).has_value(), is_digit)
                << static_cast<int>(character) << " at " << place;
        }
    }
}

TEST(Base64, RefusesLengthsAndPaddingThatCannotBe) {
    for (const auto* text : {"A", "AAAAA", "=", "==", "===", "====", "A===", "AA=", "AAA==",
                             "AAAA=", "AAAA==", "AA=A", "A=AA", "=AAA", "AA==AAAA", "AA= ="}) {
        EXPECT_FALSE(decode_base64(text)) << text;
    }
    // Nothing beyond the view is looked at.
    EXPECT_FALSE(decode_base64(std::string_view("AAAAAAAA").substr(0, 5)));
}

}  // namespace
}  // namespace socketio::base
