// MessagePack as notepack writes it: captured bytes, every form, each bound.
#include "wire/msgpack.hpp"

#include "support/hex.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace socketio::wire {
namespace {

std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const char byte : bytes) {
        hex += digits[static_cast<unsigned char>(byte) >> 4];
        hex += digits[static_cast<unsigned char>(byte) & 15];
    }
    return hex;
}

std::string encoded(const Value& value) {
    std::string out;
    append_msgpack(out, value);
    return to_hex(out);
}

Result<Value> decoded(std::string_view hex) {
    return decode_msgpack(test::from_hex(hex));
}

TEST(Msgpack, WritesNumbersAsNotepackDoes) {
    const std::pair<Value, const char*> cases[] = {
        {0, "00"},
        {127, "7f"},
        {128, "cc80"},
        {255, "ccff"},
        {256, "cd0100"},
        {65535, "cdffff"},
        {65536, "ce00010000"},
        {4294967295U, "ceffffffff"},
        {4294967296ULL, "cf0000000100000000"},
        {9007199254740991LL, "cf001fffffffffffff"},
        {UINT64_MAX, "cfffffffffffffffff"},
        {-1, "ff"},
        {-32, "e0"},
        {-33, "d0df"},
        {-128, "d080"},
        {-129, "d1ff7f"},
        {-32768, "d18000"},
        {-32769, "d2ffff7fff"},
        {-2147483648LL, "d280000000"},
        {-2147483649LL, "d3ffffffff7fffffff"},
        {INT64_MIN, "d38000000000000000"},
        {0.5, "cb3fe0000000000000"},
        {2.5, "cb4004000000000000"},
        {-0.0, "00"},
        {3.0, "03"},
        {-129.0, "d1ff7f"},
        {9007199254740992.0, "cf0020000000000000"},
        {18446744073709549568.0, "cffffffffffffff800"},
        {-9223372036854775808.0, "d38000000000000000"},
        {std::nan(""), "cb7ff8000000000000"},
        {-std::nan("1"), "cb7ff8000000000000"},
        {std::numeric_limits<double>::infinity(), "cb7ff0000000000000"},
    };
    for (const auto& [value, hex] : cases) {
        EXPECT_EQ(encoded(value), hex);
    }
}

TEST(Msgpack, WritesIntegersBeyond64BitsAsDoublesWhereNotepackBreaksThem) {
    EXPECT_EQ(encoded(1e300), "cb7e37e43c8800759c");
    EXPECT_EQ(encoded(18446744073709551616.0), "cb43f0000000000000");
    EXPECT_EQ(encoded(-1e19), "cbc3e158e460913d00");
}

TEST(Msgpack, WritesTheOtherKinds) {
    EXPECT_EQ(encoded(nullptr), "c0");
    EXPECT_EQ(encoded(true), "c3");
    EXPECT_EQ(encoded(false), "c2");
    EXPECT_EQ(encoded(""), "a0");
    EXPECT_EQ(encoded("héllo"), "a668c3a96c6c6f");
    EXPECT_EQ(encoded(Array{}), "90");
    EXPECT_EQ(encoded(Object{}), "80");
    EXPECT_EQ(encoded(Array{1, Array{}, Object{{"z", 1}, {"a", Array{2}}}}),
              "93019082a17a01a1619102");
    EXPECT_EQ(encoded(Binary("\x01\x02\x03")), "c403010203");
}

TEST(Msgpack, WritesEachLengthInItsShortestForm) {
    const auto head = [](const Value& value) { return encoded(value).substr(0, 10); };
    EXPECT_EQ(head(std::string(31, 'a')).substr(0, 2), "bf");
    EXPECT_EQ(head(std::string(32, 'a')).substr(0, 4), "d920");
    EXPECT_EQ(head(std::string(255, 'a')).substr(0, 4), "d9ff");
    EXPECT_EQ(head(std::string(256, 'a')).substr(0, 6), "da0100");
    EXPECT_EQ(head(std::string(65536, 'a')), "db00010000");
    EXPECT_EQ(head(Binary(std::string(255, 'a'))).substr(0, 4), "c4ff");
    EXPECT_EQ(head(Binary(std::string(256, 'a'))).substr(0, 6), "c50100");
    EXPECT_EQ(head(Binary(std::string(65536, 'a'))), "c600010000");
    EXPECT_EQ(head(Array(15)).substr(0, 2), "9f");
    EXPECT_EQ(head(Array(16)).substr(0, 6), "dc0010");
    EXPECT_EQ(head(Array(65536)), "dd00010000");
    Object object;
    for (int i = 0; i < 16; ++i) {
        object.append(std::to_string(i), i);
    }
    EXPECT_EQ(head(object).substr(0, 6), "de0010");
    for (int i = 16; i < 65'536; ++i) {
        object.append({}, nullptr);
    }
    EXPECT_EQ(head(object), "df00010000");
}

TEST(Msgpack, ReadsBackWhatItWrites) {
    Object many;
    for (int i = 0; i < 300; ++i) {
        many.append("key" + std::to_string(i), i);
    }
    const Value values[] = {
        nullptr,
        true,
        -129,
        UINT64_MAX,
        INT64_MIN,
        2.5,
        "日本 😀",
        std::string(70'000, 'x'),
        Binary(std::string(70'000, '\0')),
        Array(300),
        many,
        Array{Object{{"a", Array{1, "two", nullptr, Binary("\xff")}}}, Object{}}};
    for (const Value& value : values) {
        std::string bytes;
        append_msgpack(bytes, value);
        const Result<Value> back = decode_msgpack(bytes);
        ASSERT_TRUE(back.has_value()) << back.error().message();
        EXPECT_TRUE(*back == value) << to_hex(bytes.substr(0, 32));
    }
}

TEST(Msgpack, ReadsWhatOthersWriteDifferently) {
    EXPECT_EQ(*decoded("ca3fc00000"), Value(1.5));
    EXPECT_EQ(*decoded("d005"), Value(5));
    EXPECT_EQ(*decoded("cf0000000000000005"), Value(5));
    EXPECT_EQ(*decoded("d90161"), Value("a"));
    EXPECT_EQ(*decoded("dc000101"), Value(Array{1}));
    EXPECT_EQ(*decoded("df00000001a16101"), Value(Object{{"a", 1}}));
    EXPECT_EQ(*decoded("820163ff05"), Value(Object{{"1", 99}, {"-1", 5}}));
}

TEST(Msgpack, ReadsDatesAsTheirText) {
    EXPECT_EQ(*decoded("d6ff6553f100"), Value("2023-11-14T22:13:20.000Z"));
    EXPECT_EQ(*decoded("d7ff1d5353006553f100"), Value("2023-11-14T22:13:20.123Z"));
    // 96 bits: one millisecond before 1970.
    EXPECT_EQ(*decoded("c70cff3b8b87c0ffffffffffffffff"), Value("1969-12-31T23:59:59.999Z"));
    // notepack 2.1 (seed-era emitters): milliseconds in ext 0.
    EXPECT_EQ(*decoded("d7000000018bcfe56800"), Value("2023-11-14T22:13:20.000Z"));
    // The first and last millisecond that JavaScript knows, and one beyond.
    EXPECT_EQ(*decoded("c70cff00000000000007dba8218000"), Value("+275760-09-13T00:00:00.000Z"));
    EXPECT_EQ(*decoded("c70cff00000000fffff82457de8000"), Value("-271821-04-20T00:00:00.000Z"));
    EXPECT_EQ(*decoded("c70cff00000000000007dba8218001"), Value());
}

TEST(Msgpack, ReadsUndefinedAsJsonStringifyWritesIt) {
    EXPECT_EQ(*decoded("d40000"), Value());
    EXPECT_EQ(*decoded("93d4000001d40000"), Value(Array{nullptr, 1, nullptr}));
    EXPECT_EQ(*decoded("82a161d40000a16201"), Value(Object{{"b", 1}}));
    EXPECT_EQ(*decoded("81a16181a162d40000"), Value(Object{{"a", Object{}}}));
    // What stands behind one that is left out is whole.
    EXPECT_EQ(*decoded("9281a161d40000c0"), Value(Array{Object{}, nullptr}));
    EXPECT_EQ(*decoded("81a161c0"), Value(Object{{"a", nullptr}}));
    EXPECT_EQ(decoded("81d4000001").error(), errc::invalid_msgpack) << "as a key";
}

TEST(Msgpack, ReadsArrayBuffersOfNodeAsBinary) {
    EXPECT_EQ(*decoded("c7030001ff02"), Value(Binary("\x01\xff\x02")));
    // Neither undefined nor a date: those have no length.
    EXPECT_EQ(*decoded("c7010000"), Value(Binary(std::string(1, '\0'))));
    EXPECT_EQ(*decoded("c708000000018bcfe56800"),
              Value(Binary(test::from_hex("0000018bcfe56800"))));
    EXPECT_EQ(*decoded("c8000100ff"), Value(Binary("\xff")));
    EXPECT_EQ(*decoded("c90000000000"), Value(Binary()));
}

TEST(Msgpack, KeepsOtherExtensions) {
    EXPECT_EQ(*decoded("d50501ff"), (Value(Array{5, Binary("\x01\xff")})));
    EXPECT_EQ(*decoded("d50001ff"), (Value(Array{0, Binary("\x01\xff")})));
    EXPECT_EQ(*decoded("c703ff010203"), (Value(Array{-1, Binary("\x01\x02\x03")})));
}

TEST(Msgpack, KeepsTheLastOfEqualKeysInTheFirstsPlace) {
    EXPECT_EQ(*decoded("83a16101a16202a16103"), Value(Object{{"a", 3}, {"b", 2}}));
    std::string bytes = test::from_hex("dc0001de0064");
    Object expected;
    for (int i = 0; i < 50; ++i) {
        expected.append(std::to_string(i), 1);
    }
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 50; ++i) {
            append_msgpack_string(bytes, std::to_string(i));
            append_msgpack_integer(bytes, round);
        }
    }
    EXPECT_EQ(*decode_msgpack(bytes), Value(Array{expected}));
}

TEST(Msgpack, RefusesWhatIsNoMsgpack) {
    for (const char* hex : {"",
                            "c1",
                            "cc",
                            "cd00",
                            "a2ff",
                            "a261",
                            "d9",
                            "d905",
                            "c403",
                            "91",
                            "81",
                            "81a161",
                            "9201",
                            "d6ff00",
                            "d4",
                            "0101",
                            "81c001",
                            "81c201",
                            "819001",
                            "81cb000000000000000001",
                            "dd00000002c0",
                            "df00000001c0"}) {
        EXPECT_EQ(decoded(hex).error(), errc::invalid_msgpack) << hex;
    }
}

TEST(Msgpack, RefusesTextThatIsNotUtf8) {
    EXPECT_EQ(decoded("a1ff").error(), errc::invalid_utf8);
    EXPECT_EQ(decoded("a3eda080").error(), errc::invalid_utf8);
    EXPECT_EQ(decoded("81a1ff01").error(), errc::invalid_utf8);
}

TEST(Msgpack, BoundsDepth) {
    const std::string deep(136, '\x91');
    EXPECT_TRUE(decode_msgpack(deep + '\x01').has_value());
    EXPECT_EQ(decode_msgpack(deep + "\x91\x01").error(), errc::too_deep);
    EXPECT_EQ(decode_msgpack(std::string(10'000'000, '\x91')).error(), errc::too_deep);
}

TEST(Msgpack, BoundsTheNumberOfValuesAndBelievesNoLength) {
    MsgpackLimits limits;
    limits.values_max = 5;
    EXPECT_TRUE(decode_msgpack(test::from_hex("94c0c0c0c0"), limits).has_value());
    EXPECT_EQ(decode_msgpack(test::from_hex("95c0c0c0c0c0"), limits).error(), errc::too_large);
    EXPECT_EQ(decoded("ddffffffffc0").error(), errc::invalid_msgpack);
    EXPECT_EQ(decoded("dfffffffffc0").error(), errc::invalid_msgpack);
    EXPECT_EQ(decoded("dbffffffff61").error(), errc::invalid_msgpack);
    EXPECT_EQ(decoded("c6ffffffff61").error(), errc::invalid_msgpack);
}

TEST(Msgpack, BoundsTheNumberOfBinaries) {
    MsgpackLimits limits;
    limits.binaries_max = 2;
    for (const char* hex : {"93c40101c40102a0", "93c40101d50501ffa0", "93c7010001c5000102a0"}) {
        EXPECT_TRUE(decode_msgpack(test::from_hex(hex), limits).has_value()) << hex;
    }
    for (const char* hex : {"93c40101c40102c400", "93c40101c40102d50501ff", "93c400c400c7010001"}) {
        EXPECT_EQ(decode_msgpack(test::from_hex(hex), limits).error(), errc::too_large) << hex;
    }
    EXPECT_TRUE(decode_msgpack(test::from_hex("93d6ff6553f100d6ff6553f100d6ff6553f100"), limits)
                    .has_value())
        << "dates are none";
}

TEST(Msgpack, WritesWhatIsNoUtf8AsTextThatEverybodyReads) {
    EXPECT_EQ(encoded("a\xff"), "a461efbfbd");
    EXPECT_EQ(encoded(Object{{"\xed\xa0\x80", 1}}), "81a9efbfbdefbfbdefbfbd01");
}

TEST(Msgpack, WritesAnyDepthWithoutRecursion) {
    Value deep;
    for (int i = 0; i < 60'000; ++i) {
        Array around;
        around.push_back(std::move(deep));
        deep = Value(std::move(around));
    }
    std::string out;
    append_msgpack(out, deep);
    EXPECT_EQ(out, std::string(60'000, '\x91') + '\xc0');
}

}  // namespace
}  // namespace socketio::wire
