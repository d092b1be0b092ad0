// The reader against the cases of RFC 6455 and of the Autobahn test suite, whole and at every cut.

#include "wire/websocket_frame.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace socketio::wire {
namespace {

using namespace std::string_literals;

constexpr std::size_t reader_limit = 100'000;

/// What a reader found, one line each.
class Log : public WebSocketEvents {
public:
    std::vector<std::string> lines;
    /// Compression was agreed on.
    bool inflates = false;
    /// Stops the reader at the line with this number.
    std::size_t stop_at = 0;
    WebSocketReader* reader = nullptr;

    void on_websocket_message(std::string_view payload, bool binary) override {
        add((binary ? "binary " : "text ") + std::string(payload));
    }
    void on_websocket_ping(std::string_view payload) override {
        add("ping " + std::string(payload));
    }
    void on_websocket_pong(std::string_view payload) override {
        add("pong " + std::string(payload));
    }
    void on_websocket_close(std::uint16_t code, std::string_view reason) override {
        add("close " + std::to_string(code) + " " + std::string(reason));
    }
    void on_websocket_fault(std::uint16_t close_code, std::string_view what) override {
        EXPECT_FALSE(what.empty());
        add("fault " + std::to_string(close_code));
    }
    [[nodiscard]] Inflater* inflater() noexcept override { return inflates ? &inflater_ : nullptr; }

private:
    void add(std::string line) {
        lines.push_back(std::move(line));
        if (lines.size() == stop_at) reader->stop();
    }

    Inflater inflater_;
};

struct Header {
    bool final = true;
    unsigned reserved = 0;
    unsigned opcode = 1;
    bool masked = true;
};

std::string masked(std::string payload, const std::string& mask) {
    for (std::size_t at = 0; at < payload.size(); ++at) {
        payload[at] = static_cast<char>(payload[at] ^ mask[at % 4]);
    }
    return payload;
}

std::string frame(Header header, const std::string& payload) {
    const std::string mask = "\x37\xfa\x21\x3d";
    std::string out(
        1, static_cast<char>((header.final ? 0x80U : 0U) | header.reserved << 4 | header.opcode));
    std::string length;
    append_websocket_header(length, WebSocketOpcode::binary, payload.size());
    out += length.substr(1);
    if (!header.masked) return out + payload;
    out[1] = static_cast<char>(out[1] | '\x80');
    return out + mask + masked(payload, mask);
}

std::string text(const std::string& payload) {
    return frame({}, payload);
}
std::string binary(const std::string& payload) {
    return frame({.opcode = 2}, payload);
}
std::string ping(const std::string& payload) {
    return frame({.opcode = 9}, payload);
}
std::string close(const std::string& payload) {
    return frame({.opcode = 8}, payload);
}
std::string part(unsigned opcode, const std::string& payload) {
    return frame({.final = false, .opcode = opcode}, payload);
}
std::string last_part(const std::string& payload) {
    return frame({.opcode = 0}, payload);
}

std::string close_payload(unsigned code, const std::string& reason = "") {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason;
}

struct Reading {
    std::size_t bytes_max = reader_limit;
    bool inflates = false;
};

std::vector<std::string> read_in_pieces(std::string stream, const std::vector<std::size_t>& cuts,
                                        Reading reading = {}) {
    WebSocketReader reader(reading.bytes_max);
    Log log;
    log.inflates = reading.inflates;
    std::span<char> rest(stream);
    std::size_t taken = 0;
    for (const auto cut : cuts) {
        reader.feed(rest.first(cut - taken), log);
        rest = rest.subspan(cut - taken);
        taken = cut;
    }
    reader.feed(rest, log);
    return log.lines;
}

/// In one piece, cut in two at every place, and byte by byte: always the same.
std::vector<std::string> read(const std::string& stream, Reading reading = {}) {
    const auto lines = read_in_pieces(stream, {}, reading);
    std::vector<std::size_t> every_byte;
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        EXPECT_EQ(read_in_pieces(stream, {cut}, reading), lines) << "cut at " << cut;
        every_byte.push_back(cut);
    }
    EXPECT_EQ(read_in_pieces(stream, every_byte, reading), lines) << "byte by byte";
    return lines;
}

using Lines = std::vector<std::string>;

TEST(WebSocketReader, ReadsTheExamplesOfTheStandard) {
    EXPECT_EQ(read("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), Lines{"text Hello"});
    EXPECT_EQ(read(part(1, "Hel") + last_part("lo")), Lines{"text Hello"});
    EXPECT_EQ(read(ping("Hello")), Lines{"ping Hello"});
    EXPECT_EQ(read(frame({.opcode = 10}, "Hello")), Lines{"pong Hello"});
}

TEST(WebSocketReader, ReadsMessagesOfEveryLengthForm) {
    for (const std::size_t length : {0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 128}) {
        const std::string payload(length, '*');
        EXPECT_EQ(read(binary(payload)), Lines{"binary " + payload});
    }
    for (const std::size_t length : {65'535, 65'536, 70'001}) {
        const std::string payload(length, '*');
        const auto stream = text(payload) + ping("");
        EXPECT_EQ(read_in_pieces(stream, {}), (Lines{"text " + payload, "ping "}));
        EXPECT_EQ(read_in_pieces(stream, {1, 5, 12, 17, 30'000}),
                  (Lines{"text " + payload, "ping "}));
    }
}

TEST(WebSocketReader, ReadsSeveralFramesFromOneSpan) {
    EXPECT_EQ(read(text("a") + binary("b") + ping("c") + text("") + text("d")),
              (Lines{"text a", "binary b", "ping c", "text ", "text d"}));
}

TEST(WebSocketReader, PointsIntoTheSpanWhenTheMessageIsWhole) {
    class Places : public Log {
    public:
        const char* message = nullptr;
        void on_websocket_message(std::string_view payload, bool) override {
            message = payload.data();
        }
    };
    auto stream = text("hello");
    WebSocketReader reader(reader_limit);
    Places places;
    reader.feed(stream, places);
    EXPECT_EQ(places.message, stream.data() + 6);
}

TEST(WebSocketReader, ReadsControlFramesBetweenFragments) {
    EXPECT_EQ(read(part(1, "fr") + ping("1") + part(0, "ag") + frame({.opcode = 10}, "") +
                   ping(std::string(125, 'p')) + last_part("s")),
              (Lines{"ping 1", "pong ", "ping " + std::string(125, 'p'), "text frags"}));
    EXPECT_EQ(read(part(2, "") + ping("") + last_part("")), (Lines{"ping ", "binary "}));
    EXPECT_EQ(read(part(2, "a") + close("")), Lines{"close 1005 "});
}

TEST(WebSocketReader, KeepsAMessageWithEmptyFragments) {
    EXPECT_EQ(read(part(1, "") + part(0, "") + part(0, "a") + part(0, "") + last_part("")),
              Lines{"text a"});
}

TEST(WebSocketReader, TakesFragmentsThatCutACharacter) {
    EXPECT_EQ(read(part(1, "\xe2") + part(0, "\x82") + ping("x") + last_part("\xac")),
              (Lines{"ping x", "text \xe2\x82\xac"}));
}

TEST(WebSocketReader, RefusesReservedBits) {
    for (const unsigned bits : {1U, 2U, 4U, 7U}) {
        EXPECT_EQ(read(text("a") + frame({.reserved = bits}, "b")),
                  (Lines{"text a", "fault 1002"}));
    }
    EXPECT_EQ(read(frame({.reserved = 4, .opcode = 9}, "")), Lines{"fault 1002"});
}

TEST(WebSocketReader, RefusesReservedOpcodes) {
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        EXPECT_EQ(read(frame({.opcode = opcode}, "")), Lines{"fault 1002"}) << opcode;
        EXPECT_EQ(read(part(1, "a") + frame({.opcode = opcode}, "b")), Lines{"fault 1002"});
    }
}

TEST(WebSocketReader, RefusesFramesThatAreNotMasked) {
    EXPECT_EQ(read(frame({.masked = false}, "a")), Lines{"fault 1002"});
    EXPECT_EQ(read(frame({.opcode = 8, .masked = false}, "")), Lines{"fault 1002"});
}

TEST(WebSocketReader, RefusesControlFramesThatAreLongOrFragmented) {
    for (const unsigned opcode : {8U, 9U, 10U}) {
        EXPECT_EQ(read(frame({.opcode = opcode}, std::string(126, 'a'))), Lines{"fault 1002"});
        EXPECT_EQ(read(part(opcode, "a")), Lines{"fault 1002"});
    }
    EXPECT_EQ(read(ping(std::string(125, 'a'))), Lines{"ping " + std::string(125, 'a')});
}

TEST(WebSocketReader, RefusesFragmentsOutOfOrder) {
    EXPECT_EQ(read(last_part("a")), Lines{"fault 1002"});
    EXPECT_EQ(read(part(0, "a")), Lines{"fault 1002"});
    EXPECT_EQ(read(part(1, "a") + text("b")), Lines{"fault 1002"});
    EXPECT_EQ(read(part(1, "a") + part(2, "b")), Lines{"fault 1002"});
    EXPECT_EQ(read(text("a") + last_part("b")), (Lines{"text a", "fault 1002"}));
}

TEST(WebSocketReader, RefusesLengthsThatAreNotInTheirShortestForm) {
    const auto mask = "\0\0\0\0"s;
    EXPECT_EQ(read("\x82\xfe\x00\x7d"s + mask), Lines{"fault 1002"});
    EXPECT_EQ(read("\x82\xff\0\0\0\0\0\0\xff\xff"s + mask), Lines{"fault 1002"});
    EXPECT_EQ(read("\x82\xff\0\0\0\0\0\0\0\x01"s + mask), Lines{"fault 1002"});
    EXPECT_EQ(read("\x82\xff\x80\0\0\0\0\0\0\0"s + mask), Lines{"fault 1002"});
    EXPECT_EQ(read("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"s + mask), Lines{"fault 1002"});
}

TEST(WebSocketReader, RefusesAMessageOverTheLimitAtItsHeader) {
    const auto mask = "\0\0\0\0"s;
    EXPECT_EQ(read("\x82\xff\0\0\0\0\0\1\x86\xa1"s + mask), Lines{"fault 1009"});
    EXPECT_EQ(read("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s + mask), Lines{"fault 1009"});
    EXPECT_EQ(read("\x82\xff\0\0\0\0\0\1\x86\xa0"s + mask), Lines{});
    EXPECT_EQ(read_in_pieces(binary("12345"), {}, {.bytes_max = 5}), Lines{"binary 12345"});
    EXPECT_EQ(read_in_pieces(binary("123456"), {}, {.bytes_max = 5}), Lines{"fault 1009"});
    EXPECT_EQ(read_in_pieces(binary(""), {}, {.bytes_max = 0}), Lines{"binary "});
    EXPECT_EQ(read_in_pieces(ping("123456"), {}, {.bytes_max = 5}), Lines{"ping 123456"});
}

TEST(WebSocketReader, CountsFragmentsTogether) {
    EXPECT_EQ(read_in_pieces(part(2, "123") + last_part("45"), {}, {.bytes_max = 5}),
              Lines{"binary 12345"});
    EXPECT_EQ(read_in_pieces(part(2, "123") + ping("abc") + last_part("456"), {}, {.bytes_max = 5}),
              (Lines{"ping abc", "fault 1009"}));
    EXPECT_EQ(read_in_pieces(part(2, "12345") + part(0, "") + last_part("6"), {}, {.bytes_max = 5}),
              Lines{"fault 1009"});
    EXPECT_EQ(read_in_pieces(binary("12345") + binary("12345"), {}, {.bytes_max = 5}),
              (Lines{"binary 12345", "binary 12345"}));
}

TEST(WebSocketReader, RefusesTextThatIsNotUtf8) {
    for (const auto* bad : {"\xff", "a\xc0\xaf", "\xed\xa0\x80", "\xe2\x82", "\xf4\x90\x80\x80"}) {
        EXPECT_EQ(read(text(bad)), Lines{"fault 1007"}) << bad;
        EXPECT_EQ(read(binary(bad)), Lines{"binary "s + bad});
    }
    EXPECT_EQ(read(part(1, "\xe2\x82") + last_part("x")), Lines{"fault 1007"});
    EXPECT_EQ(read(part(1, "\xe2\x82") + last_part("")), Lines{"fault 1007"});
    EXPECT_EQ(read(part(1, "\xe2\x82") + ping("") + last_part("\xac") + text("\xac")),
              (Lines{"ping ", "text \xe2\x82\xac", "fault 1007"}));
}

TEST(WebSocketReader, FindsABrokenByteBeforeTheMessageEnds) {
    const auto stream = text("abc\xff" + std::string(50, 'x'));
    EXPECT_EQ(read_in_pieces(stream.substr(0, 6 + 3), {}), Lines{});
    EXPECT_EQ(read_in_pieces(stream.substr(0, 6 + 4), {}), Lines{"fault 1007"});
    EXPECT_EQ(read_in_pieces(part(1, "\xed\xa0"), {}), Lines{"fault 1007"});
}

TEST(WebSocketReader, ReadsCloseFrames) {
    EXPECT_EQ(read(close("")), Lines{"close 1005 "});
    EXPECT_EQ(read(close(close_payload(1000))), Lines{"close 1000 "});
    EXPECT_EQ(read(close(close_payload(1001,
                                       "gr\xc3\xbc\xc3\x9f"
                                       "e"))),
              Lines{"close 1001 gr\xc3\xbc\xc3\x9f"
                    "e"});
    EXPECT_EQ(read(close(close_payload(4999, std::string(123, 'r')))),
              Lines{"close 4999 " + std::string(123, 'r')});
}

TEST(WebSocketReader, KnowsWhichCloseCodesMayStandOnTheWire) {
    for (unsigned code = 0; code < 5200; ++code) {
        const bool valid = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                           (code >= 3000 && code <= 4999);
        const auto expected = valid ? "close " + std::to_string(code) + " " : "fault 1002"s;
        ASSERT_EQ(read_in_pieces(close(close_payload(code)), {}), Lines{expected}) << code;
    }
    EXPECT_EQ(read(close(close_payload(65'535))), Lines{"fault 1002"});
}

TEST(WebSocketReader, RefusesBrokenCloseFrames) {
    EXPECT_EQ(read(close("\x03")), Lines{"fault 1002"});
    EXPECT_EQ(read(close(close_payload(1000, "\xff"))), Lines{"fault 1007"});
    EXPECT_EQ(read(close(close_payload(1000, "\xe2\x82"))), Lines{"fault 1007"});
}

TEST(WebSocketReader, IgnoresWhatFollowsACloseOrAFault) {
    EXPECT_EQ(read(close("") + text("a")), Lines{"close 1005 "});
    EXPECT_EQ(read(last_part("") + text("a") + ping("")), Lines{"fault 1002"});
}

TEST(WebSocketReader, CanBeStoppedInsideAnyEvent) {
    const auto stream =
        text("a") + part(2, "b") + ping("c") + last_part("d") + close("") + text("e");
    const Lines all = {"text a", "ping c", "binary bd", "close 1005 "};
    for (std::size_t stop_at = 1; stop_at <= all.size(); ++stop_at) {
        for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
            auto bytes = stream;
            WebSocketReader reader(reader_limit);
            Log log;
            log.reader = &reader;
            log.stop_at = stop_at;
            reader.feed(std::span(bytes).first(cut), log);
            reader.feed(std::span(bytes).subspan(cut), log);
            EXPECT_TRUE(reader.stopped());
            EXPECT_EQ(log.lines, Lines(all.begin(), all.begin() + static_cast<int>(stop_at)));
        }
    }
}

TEST(WebSocketReader, TellsThatItStopped) {
    auto good = text("a");
    auto bad = last_part("a");
    WebSocketReader reader(reader_limit);
    Log log;
    reader.feed(good, log);
    EXPECT_FALSE(reader.stopped());
    reader.feed(bad, log);
    EXPECT_TRUE(reader.stopped());
}

// ---- permessage-deflate ------------------------------------------------------------------------------

const std::string hello_deflated = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;

constexpr Reading inflating{.inflates = true};

std::string deflated_part(unsigned opcode, const std::string& payload) {
    return frame({.final = false, .reserved = 4, .opcode = opcode}, payload);
}
std::string deflated(unsigned opcode, const std::string& payload) {
    return frame({.reserved = 4, .opcode = opcode}, payload);
}

TEST(WebSocketReader, InflatesMessages) {
    EXPECT_EQ(read(deflated(1, hello_deflated) + deflated(2, hello_deflated), inflating),
              (Lines{"text Hello", "binary Hello"}));
    EXPECT_EQ(read(deflated(1, "\0"s), inflating), Lines{"text "});
}

TEST(WebSocketReader, TakesPlainMessagesAmongCompressedOnes) {
    EXPECT_EQ(
        read(text("a") + deflated(1, hello_deflated) + part(1, "b") + last_part("c"), inflating),
        (Lines{"text a", "text Hello", "text bc"}));
}

TEST(WebSocketReader, InflatesFragmentsWithControlFramesBetween) {
    for (std::size_t cut = 0; cut <= hello_deflated.size(); ++cut) {
        EXPECT_EQ(read(deflated_part(1, hello_deflated.substr(0, cut)) + ping("p") + part(0, "") +
                           last_part(hello_deflated.substr(cut)),
                       inflating),
                  (Lines{"ping p", "text Hello"}));
    }
}

TEST(WebSocketReader, RefusesCompressionThatWasNotAgreedOn) {
    EXPECT_EQ(read(deflated(1, hello_deflated)), Lines{"fault 1002"});
}

TEST(WebSocketReader, RefusesTheCompressedBitWhereItMeansNothing) {
    EXPECT_EQ(read(deflated_part(1, "a") + frame({.reserved = 4, .opcode = 0}, "b"), inflating),
              Lines{"fault 1002"});
    for (const unsigned opcode : {8U, 9U, 10U}) {
        EXPECT_EQ(read(deflated(opcode, ""), inflating), Lines{"fault 1002"});
    }
    for (const unsigned reserved : {1U, 2U, 3U, 5U, 6U, 7U}) {
        EXPECT_EQ(read(frame({.reserved = reserved}, hello_deflated), inflating),
                  Lines{"fault 1002"});
    }
}

TEST(WebSocketReader, ChecksTextAfterInflating) {
    // Stored blocks: a character cut by the end, and a byte that is none.
    EXPECT_EQ(read(deflated(1, "\x00\x02\x00\xfd\xff\xe2\x82\x00"s), inflating),
              Lines{"fault 1007"});
    EXPECT_EQ(read(deflated(1, "\x00\x01\x00\xfe\xff\xff\x00"s), inflating), Lines{"fault 1007"});
    EXPECT_EQ(read(deflated(2, "\x00\x01\x00\xfe\xff\xff\x00"s), inflating), Lines{"binary \xff"});
}

TEST(WebSocketReader, RefusesBrokenCompression) {
    EXPECT_EQ(read(deflated(1, "\x06") + text("a"), inflating), Lines{"fault 1007"});
}

TEST(WebSocketReader, HoldsBothFormsOfAMessageAgainstTheLimit) {
    const Reading five{.bytes_max = 7, .inflates = true};
    EXPECT_EQ(read(deflated(1, hello_deflated), five), Lines{"text Hello"});
    // Nothing, in eight bytes.
    EXPECT_EQ(read(deflated(1, std::string(8, '\0')), five), Lines{"fault 1009"});
    // 258 bytes in five.
    EXPECT_EQ(read(deflated(2, "\x62\x60\x18\xe9\x00"s), five), Lines{"fault 1009"});
}

TEST(WebSocketReader, IsSmall) {
    EXPECT_LE(sizeof(WebSocketReader), 64U);
}

}  // namespace
}  // namespace socketio::wire
