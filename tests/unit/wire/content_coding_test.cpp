#include "wire/content_coding.hpp"

#include "wire/websocket_deflate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include <zlib.h>

namespace socketio::wire {
namespace {

TEST(ChooseCoding, TakesWhatTheClientLikesBest) {
    const std::pair<std::string_view, ContentCoding> cases[] = {
        {"gzip", ContentCoding::gzip},
        {"deflate", ContentCoding::deflate},
        {"gzip, deflate, br", ContentCoding::gzip},
        {"deflate, gzip", ContentCoding::deflate},
        {" GZIP ;q=1 ", ContentCoding::gzip},
        {"gzip;q=0.5, deflate", ContentCoding::deflate},
        {"gzip;q=0.5,deflate;q=0.4", ContentCoding::gzip},
        {"*", ContentCoding::gzip},
        {"*;q=0.5, deflate;q=0.5", ContentCoding::deflate},
        {"gzip;q=0, *", ContentCoding::deflate},
        {"*;q=0, gzip", ContentCoding::gzip},
        {"gzip;q=0, gzip", ContentCoding::gzip},
        {"identity, gzip;q=0.1", ContentCoding::gzip},
        {"gzip;level=9;q=0.3", ContentCoding::gzip},
    };
    for (const auto& [text, coding] : cases) EXPECT_EQ(choose_coding(text), coding) << text;
}

TEST(ChooseCoding, LeavesBodiesAsTheyAreForWhoTakesNeither) {
    for (const std::string_view text :
         {"", ",", ", ,;", "br", "identity", "gzip;q=0", "*;q=0", "gzip;q=", "gzip;q=none",
          "gzip;q=-1", "x-gzip", "gzi", "gzip2", "deflate;q=0, gzip;q=0.000"}) {
        EXPECT_EQ(choose_coding(text), ContentCoding::identity) << text;
    }
}

/// What zlib makes of a whole stream; `window_bits` says which kind it must be.
std::string read_stream(std::string_view stream, int window_bits) {
    z_stream zlib{};
    EXPECT_EQ(inflateInit2(&zlib, window_bits), Z_OK);
    std::string out(100'000, '\0');
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(stream.data()));
    zlib.avail_in = static_cast<uInt>(stream.size());
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::inflate(&zlib, Z_FINISH), Z_STREAM_END);
    EXPECT_EQ(zlib.avail_in, 0U) << "something stands behind the stream";
    out.resize(zlib.total_out);
    inflateEnd(&zlib);
    return out;
}

TEST(WrapDeflated, MakesWholeStreams) {
    Deflater deflater({});
    for (const std::size_t size : {std::size_t{1'000}, std::size_t{20'000}, deflate_bytes_max}) {
        std::string body;
        while (body.size() < size) body += "some text " + std::to_string(body.size() % 97) + ' ';
        body.resize(size);
        const std::string deflated(deflater.deflate({}, body));
        ASSERT_FALSE(deflated.empty());
        EXPECT_EQ(read_stream(wrap_deflated(ContentCoding::gzip, deflated, body), 16 + MAX_WBITS),
                  body);
        EXPECT_EQ(read_stream(wrap_deflated(ContentCoding::deflate, deflated, body), MAX_WBITS),
                  body);
    }
}

TEST(ContentCoding, HasItsName) {
    EXPECT_EQ(to_string(ContentCoding::gzip), "gzip");
    EXPECT_EQ(to_string(ContentCoding::deflate), "deflate");
    EXPECT_EQ(to_string(ContentCoding::identity), "identity");
}

}  // namespace
}  // namespace socketio::wire
