// UTF-8 against an independent definition, whole and in pieces.

#include "wire/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::wire {
namespace {

/// By the bit patterns of the standard, for any number up to U+1FFFFF and any of the four lengths.
std::string encode(std::uint32_t code_point, int length) {
    if (length == 1) return {static_cast<char>(code_point)};
    std::string out;
    for (int at = 0; at < length - 1; ++at) {
        out.insert(out.begin(), static_cast<char>(0x80 | (code_point & 0x3F)));
        code_point >>= 6;
    }
    const auto lead = length == 2 ? 0xC0U : length == 3 ? 0xE0U : 0xF0U;
    out.insert(out.begin(), static_cast<char>(lead | code_point));
    return out;
}

int shortest_length(std::uint32_t code_point) {
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

TEST(Utf8, AcceptsEveryCodePointInItsShortestFormOnly) {
    for (std::uint32_t code_point = 0; code_point < 0x120000; ++code_point) {
        const bool is_scalar =
            code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
        const auto shortest = shortest_length(code_point);
        for (int length = shortest; length <= 4; ++length) {
            if (length != shortest && code_point % 61 != 0) continue;
            ASSERT_EQ(is_utf8(encode(code_point, length)), is_scalar && length == shortest)
                << std::hex << code_point << " in " << length << " bytes";
        }
    }
}

TEST(Utf8, RefusesWhatIsCutOffOrOutOfPlace) {
    for (const auto* text :
         {"\x80", "\xbf", "a\x80", "\xc3", "\xc3(", "\xe2\x82", "\xe2\x28\xa1", "\xf0\x9f\x98",
          "\xf0\x28\x8c\xbc", "\xfe", "\xff", "\xc0\xaf", "\xf5\x80\x80\x80", "\xc3\xa9\xa9"}) {
        EXPECT_FALSE(is_utf8(text)) << text;
    }
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, FindsABrokenByteAtEveryPlaceOfALongText) {
    std::string text(100, 'a');
    text.replace(40, 3, "\xe2\x82\xac");
    ASSERT_TRUE(is_utf8(text));
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto broken = text;
        broken[at] = '\xff';
        EXPECT_FALSE(is_utf8(broken)) << at;
    }
}

TEST(Utf8, JudgesPiecesAsItJudgesTheWhole) {
    const std::vector<std::string> texts = {
        "plain",   "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac\xf0\x9f\x98\x80",
        "bad\xff", "cut\xe2\x82",        "\xed\xa0\x80"};
    for (const auto& text : texts) {
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            Utf8Checker checker;
            bool valid = checker.feed(std::string_view(text).substr(0, cut));
            valid = checker.feed(std::string_view(text).substr(cut)) && valid;
            EXPECT_EQ(valid && checker.complete(), is_utf8(text)) << text << " cut at " << cut;
        }
    }
}

TEST(Utf8, FailsAtTheFirstByteThatCannotBeRight) {
    Utf8Checker checker;
    EXPECT_TRUE(checker.feed("a\xed"));
    EXPECT_FALSE(checker.complete());
    EXPECT_FALSE(checker.feed("\xa0"));
    EXPECT_FALSE(checker.feed("a"));
    EXPECT_FALSE(checker.complete());
    checker.reset();
    EXPECT_TRUE(checker.feed("a"));
    EXPECT_TRUE(checker.complete());
}

TEST(Utf8, CountsAsJavaScriptCounts) {
    EXPECT_EQ(utf16_length(""), 0U);
    EXPECT_EQ(utf16_length("4hello"), 6U);
    EXPECT_EQ(utf16_length("4\xe2\x82\xac"), 2U);
    EXPECT_EQ(utf16_length("\xc3\xa9"), 1U);
    EXPECT_EQ(utf16_length("\xf0\x9f\x98\x80"), 2U);
}

TEST(Utf8, ReplacesEachLongestPartThatCannotBeUtf8) {
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(to_valid_utf8("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(to_valid_utf8("a\xff"
                            "b"),
              "a" + mark + "b");
    EXPECT_EQ(to_valid_utf8("\xe2\x82"), mark);
    EXPECT_EQ(to_valid_utf8("\xe2\x82x"), mark + "x");
    EXPECT_EQ(to_valid_utf8("\xe2\xe2\x82\xac"), mark + "\xe2\x82\xac");
    EXPECT_EQ(to_valid_utf8("\xed\xa0\x80"), mark + mark + mark);
    EXPECT_EQ(to_valid_utf8("\xf0\x9f\x98\xff"), mark + mark);
    EXPECT_EQ(to_valid_utf8(""), "");
}

}  // namespace
}  // namespace socketio::wire
