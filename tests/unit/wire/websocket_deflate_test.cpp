// What is agreed on, and both streams against each other, broken data and bombs.
// Examples of RFC 7692, sections 7.1 and 7.2.3.

#include "wire/websocket_deflate.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include <zlib.h>

namespace socketio::wire {
namespace {

using namespace std::string_literals;

constexpr std::size_t limit = 1'000'000;

// ---- What is agreed on -------------------------------------------------------------------------------

const std::string answer =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

TEST(DeflateNegotiation, TakesWhatBrowsersAndTheNpmClientsOffer) {
    EXPECT_EQ(negotiate_deflate("permessage-deflate; client_max_window_bits").value(), answer);
    EXPECT_EQ(negotiate_deflate("permessage-deflate").value(), answer);
}

TEST(DeflateNegotiation, TakesEveryParameterThatLeavesOneCompressedForm) {
    for (const auto* offer :
         {"permessage-deflate;server_no_context_takeover",
          "permessage-deflate;client_no_context_takeover",
          "permessage-deflate\t ;\tclient_max_window_bits=8",
          "permessage-deflate;"
          "client_max_window_bits=\"15\"",
          R"(permessage-deflate; client_max_window_bits="1\0")",
          "permessage-deflate; client_max_window_bits; server_no_context_takeover; "
          "client_no_context_takeover"}) {
        EXPECT_EQ(negotiate_deflate(offer).value(), answer) << offer;
    }
    EXPECT_EQ(negotiate_deflate("permessage-deflate; server_max_window_bits=15").value(),
              answer + "; server_max_window_bits=15");
}

TEST(DeflateNegotiation, DeclinesOffersThatAskForMoreOrForNonsense) {
    for (const auto* offer :
         {"permessage-deflate; server_max_window_bits=14",
          "permessage-deflate; server_max_window_bits=8",
          "permessage-deflate; server_max_window_bits",
          "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; client_max_window_bits=7",
          "permessage-deflate; client_max_window_bits=16",
          "permessage-deflate; client_max_window_bits=010",
          "permessage-deflate; client_max_window_bits=x",
          "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; client_no_context_takeover=true",
          "permessage-deflate; client_max_window_bits; client_max_window_bits",
          "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
          "permessage-deflate; unknown", "permessage-deflate; unknown=1", "x-webkit-deflate-frame",
          "Permessage-Deflate", "permessage-deflate-2", "foo; bar=1"}) {
        const auto agreed = negotiate_deflate(offer);
        ASSERT_TRUE(agreed) << offer;
        EXPECT_EQ(*agreed, "") << offer;
    }
}

TEST(DeflateNegotiation, TakesTheFirstOfferThatIsAcceptable) {
    EXPECT_EQ(negotiate_deflate("permessage-deflate; server_max_window_bits=10, permessage-deflate")
                  .value(),
              answer);
    EXPECT_EQ(negotiate_deflate("foo; a; b=\"c\" , bar,permessage-deflate; client_max_window_bits")
                  .value(),
              answer);
    EXPECT_EQ(negotiate_deflate("permessage-deflate, permessage-deflate; server_max_window_bits=15")
                  .value(),
              answer);
}

TEST(DeflateNegotiation, KnowsBytesThatAreNoListOfOffers) {
    for (const auto* offers : {"",
                               ",",
                               "permessage-deflate,",
                               ",permessage-deflate",
                               "permessage-deflate,,foo",
                               "permessage-deflate;",
                               "permessage-deflate;;",
                               "permessage-deflate; =1",
                               "permessage-deflate; client_max_window_bits=",
                               "permessage-deflate; client_max_window_bits =10",
                               "permessage-deflate; client_max_window_bits= 10",
                               "permessage-deflate; client_max_window_bits=\"",
                               "permessage-deflate; client_max_window_bits=\"\"",
                               "permessage-deflate; client_max_window_bits=\"10",
                               "permessage-deflate; client_max_window_bits=\"1 0\"",
                               R"(permessage-deflate; client_max_window_bits="10\")",
                               "permessage-deflate; client_max_window_bits=10\"",
                               "permessage deflate",
                               "permessage-deflate foo",
                               "\"permessage-deflate\"",
                               "permessage-deflate; a=b=c",
                               "permessage-deflate, \x80",
                               " permessage-deflate"}) {
        EXPECT_EQ(negotiate_deflate(offers).error(), errc::invalid_websocket_frame) << offers;
    }
}

TEST(DeflateNegotiation, ReadsAHeaderFullOfOffers) {
    std::string offers = "a";
    for (int i = 0; i < 4'000; ++i) offers += ",a;b";
    EXPECT_EQ(negotiate_deflate(offers).value(), "");
    EXPECT_EQ(negotiate_deflate(offers + ",permessage-deflate").value(), answer);
    EXPECT_FALSE(negotiate_deflate(offers + ","));
}

// ---- Streams -----------------------------------------------------------------------------------------

std::string deflated(std::string_view text, DeflateOptions options = {.threshold = 0}) {
    Deflater deflater(options);
    return std::string(deflater.deflate({}, text));
}

std::string inflated(std::string_view compressed, std::size_t bytes_max = limit) {
    Inflater inflater;
    const auto message = inflater.inflate(compressed, bytes_max);
    return message ? std::string(message->payload) : message.error().message();
}

std::string json_rows(std::size_t bytes) {
    std::string text = "42[\"rows\",[";
    std::mt19937 random(1);
    while (text.size() < bytes)
        text += "{\"name\":\"row\",\"y\":" + std::to_string(random()) + "},";
    text.resize(bytes);
    return text;
}

/// As long as it is, compressed to almost nothing: a bomb.
std::string zeros_deflated(std::size_t bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
    std::string block(64 * 1024, '\0');
    std::string out;
    std::vector<char> room(64 * 1024);
    for (std::size_t done = 0; done < bytes; done += block.size()) {
        const bool last = done + block.size() >= bytes;
        stream.next_in = reinterpret_cast<Bytef*>(block.data());
        stream.avail_in = static_cast<uInt>(std::min(block.size(), bytes - done));
        do {
            stream.next_out = reinterpret_cast<Bytef*>(room.data());
            stream.avail_out = static_cast<uInt>(room.size());
            deflate(&stream, last ? Z_SYNC_FLUSH : Z_NO_FLUSH);
            out.append(room.data(), room.size() - stream.avail_out);
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    out.resize(out.size() - 4);
    return out;
}

/// Flushed every 4 KB.
std::string deflated_in_blocks(std::size_t bytes) {
    std::string message;
    Deflater deflater({.threshold = 0});
    const std::string block(4'000, 'x');
    for (std::size_t done = 0; done < bytes; done += block.size()) {
        message += deflater.deflate({}, block);
        message += "\x00\x00\xff\xff"s;
    }
    return message;
}

TEST(Deflater, SaysWhatIsWorthTrying) {
    const Deflater deflater({.threshold = 100, .level = 1});
    EXPECT_FALSE(deflater.suits(0));
    EXPECT_FALSE(deflater.suits(99));
    EXPECT_TRUE(deflater.suits(100));
    EXPECT_TRUE(deflater.suits(deflate_bytes_max));
    EXPECT_FALSE(deflater.suits(deflate_bytes_max + 1));
}

TEST(Deflater, GivesEveryLengthBackAtEveryLevel) {
    for (int level = 1; level <= 9; ++level) {
        Deflater deflater({.threshold = 0, .level = level});
        Inflater inflater;
        for (const std::size_t bytes : {100U, 1'000U, 1'024U, 20'000U, 65'535U, 65'536U}) {
            const auto text = json_rows(bytes);
            const auto compressed = deflater.deflate({}, text);
            ASSERT_FALSE(compressed.empty());
            ASSERT_LT(compressed.size(), bytes);
            ASSERT_EQ(inflater.inflate(compressed, limit).value().payload, text)
                << level << ' ' << bytes;
        }
    }
}

TEST(Deflater, TakesAPayloadCutAtEveryPlace) {
    const auto text = json_rows(300);
    Deflater deflater({.threshold = 0});
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const std::string_view whole = text;
        EXPECT_EQ(inflated(deflater.deflate(whole.substr(0, cut), whole.substr(cut))), text);
    }
}

TEST(Deflater, KeepsNothingFromTheMessagesBefore) {
    const auto text = json_rows(2'000);
    Deflater deflater({.threshold = 0});
    const std::string first(deflater.deflate("4", text));
    (void)deflater.deflate({}, json_rows(60'000));
    EXPECT_EQ(deflater.deflate("4", text), first);
}

TEST(Deflater, GivesNothingForWhatWouldNotShrink) {
    std::mt19937 random(7);
    std::string noise;
    for (int i = 0; i < 4'096; ++i) noise += static_cast<char>(random());
    EXPECT_EQ(deflated(noise), "");
    EXPECT_EQ(deflated("x"), "");
    EXPECT_EQ(deflated(""), "");
}

TEST(DeflaterDeathTest, RefusesWhatDoesNotSuit) {
    Deflater deflater({});
    const std::string large(deflate_bytes_max + 1, 'x');
    EXPECT_DEATH((void)deflater.deflate({}, large), "assertion");
}

TEST(Inflater, ReadsTheExamplesOfTheStandard) {
    EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00"s), "Hello");
    EXPECT_EQ(inflated("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "Hello");
    EXPECT_EQ(inflated("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "Hello") << "a final block";
    EXPECT_EQ(inflated("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s), "Hello");
    EXPECT_EQ(inflated("\x00"s), "");
}

TEST(Inflater, GoesOnBehindAFinalBlock) {
    const auto hello = "\xf3\x48\xcd\xc9\xc9\x07\x00"s;
    EXPECT_EQ(inflated(hello + hello + "\x00"s), "HelloHello");
}

TEST(Inflater, TakesAMessageWhoseLastFragmentIsEmpty) {
    // The npm client leaves the tail of the fragment before, and has none to cut off.
    EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff"s), "Hello");
    EXPECT_EQ(inflated(""), "");
}

TEST(Inflater, RefusesBrokenData) {
    const auto invalid = make_error_code(errc::invalid_websocket_frame).message();
    EXPECT_EQ(inflated("\x06"s), invalid) << "a reserved block type";
    EXPECT_EQ(inflated("\x00\x05\x00\xff\xff\x48"s), invalid)
        << "a length that is not its complement";
    EXPECT_EQ(inflated("\x03\x02\x00"s), invalid) << "a distance before the beginning";
    EXPECT_EQ(inflated(std::string(100, '\xff')), invalid);
}

TEST(Inflater, IsAsGoodAsNewAfterAFault) {
    Inflater inflater;
    EXPECT_FALSE(inflater.inflate("\x06"s, limit));
    EXPECT_FALSE(inflater.inflate(zeros_deflated(2'000), 1'000));
    EXPECT_EQ(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, limit).value().payload, "Hello");
}

TEST(Inflater, StopsAtTheLimit) {
    const auto too_large = make_error_code(errc::too_large).message();
    // Around the inflater's own buffer too.
    for (const std::size_t bytes : {1U, 1'000U, 32'767U, 32'768U, 32'769U, 200'000U}) {
        const auto bomb = zeros_deflated(bytes);
        EXPECT_EQ(inflated(bomb, bytes).size(), bytes);
        EXPECT_EQ(inflated(bomb, bytes - 1), too_large) << bytes;
    }
    EXPECT_EQ(inflated("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 0), too_large);
}

TEST(Inflater, StopsEarlyInABomb) {
    const auto megabyte = zeros_deflated(1024 * 1024) + "\x00\x00\xff\xff"s;
    std::string bomb;
    for (int i = 0; i < 256; ++i) bomb += megabyte;
    EXPECT_LT(bomb.size(), 300'000U);
    EXPECT_EQ(inflated(bomb), make_error_code(errc::too_large).message());
}

TEST(Inflater, StopsAtMoreBlocksThanACompressorWouldMake) {
    const auto repeated = [](std::string_view block, int times) {
        std::string message;
        for (int i = 0; i < times; ++i) message += block;
        return message;
    };
    const auto too_large = make_error_code(errc::too_large).message();
    // Empty ones: stored, and final.
    EXPECT_EQ(inflated(repeated("\x00\x00\x00\xff\xff"s, 1'000)), "");
    EXPECT_EQ(inflated(repeated("\x00\x00\x00\xff\xff"s, 1'100)), too_large);
    EXPECT_EQ(inflated(repeated("\x03\x00"s, 1'100)), too_large);
    // A fragment each, flushed.
    const auto hello = "\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff"s;
    EXPECT_EQ(inflated(repeated(hello, 500)), repeated("Hello", 500));
    // A large message has more blocks, and may.
    EXPECT_EQ(inflated(deflated_in_blocks(5'000'000), 5'000'000).size(), 5'000'000U);
}

TEST(Inflater, GivesLargeMessagesMemoryOfTheirOwn) {
    Inflater inflater;
    const auto small = inflater.inflate(zeros_deflated(32'000), limit);
    EXPECT_EQ(small->large, nullptr);
    const auto large = inflater.inflate(zeros_deflated(40'000), limit);
    EXPECT_EQ(large->payload.data(), large->large.get());
    EXPECT_EQ(large->payload, std::string(40'000, '\0'));
}

}  // namespace
}  // namespace socketio::wire
