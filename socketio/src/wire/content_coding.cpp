// What zlib's gzip and zlib streams put around deflated bytes, by hand, so that one compressor serves
// WebSockets and HTTP. Any thread. RFC 1950, section 2.2; RFC 1952, section 2.3.

#include "wire/content_coding.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

#include <zlib.h>

namespace socketio::wire {

namespace {

/// The end of the flush that Deflater leaves out, and a last block with nothing in it.
constexpr std::string_view stream_end("\x00\x00\xff\xff\x03\x00", 6);
/// Deflate, no flags, no time, fastest algorithm, Unix.
constexpr std::string_view gzip_head("\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\x03", 10);
/// Deflate with a window of 32 KiB, fastest algorithm.
constexpr std::string_view zlib_head("\x78\x01", 2);

/// What a client thinks of one coding.
struct Liking {
    double quality = 0;
    bool by_name = false;
    std::size_t place = 0;
};

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view space = " \t";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// Takes the part before the next separator, trimmed.
std::string_view take_part(std::string_view& rest, char separator) noexcept {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto part = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

/// 1 without one; 0, which refuses, for one that is no number.
double quality_of(std::string_view parameters) noexcept {
    while (!parameters.empty()) {
        const auto parameter = take_part(parameters, ';');
        if (!parameter.starts_with("q=")) continue;
        double quality = 0;
        std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), quality);
        return quality > 0 ? quality : 0;
    }
    return 1;
}

/// Its own name says more than `*`; of several, the one that likes it best counts, and the last of those.
void note(std::optional<Liking>& known, const Liking& liking) noexcept {
    const bool better = !known || (liking.by_name && !known->by_name) ||
                        (liking.by_name == known->by_name && liking.quality >= known->quality);
    if (better) known = liking;
}

bool likes_more(const Liking& a, const Liking& b) noexcept {
    if (a.quality > b.quality || a.quality < b.quality) return a.quality > b.quality;
    if (a.by_name != b.by_name) return a.by_name;
    return a.place < b.place;
}

void append_little_endian(std::string& out, std::uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xff);
}

void append_big_endian(std::string& out, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}

}  // namespace

std::string_view to_string(ContentCoding coding) noexcept {
    switch (coding) {
        case ContentCoding::identity: return "identity";
        case ContentCoding::gzip: return "gzip";
        case ContentCoding::deflate: return "deflate";
    }
    return "identity";
}

ContentCoding choose_coding(std::string_view accept_encoding) noexcept {
    std::optional<Liking> gzip;
    std::optional<Liking> deflate;
    for (std::size_t place = 0; !accept_encoding.empty(); ++place) {
        auto parameters = take_part(accept_encoding, ',');
        const auto name = take_part(parameters, ';');
        const bool any = name == "*";
        const Liking liking{quality_of(parameters), !any, place};
        if (any || equal_ignoring_case(name, "gzip")) note(gzip, liking);
        if (any || equal_ignoring_case(name, "deflate")) note(deflate, liking);
    }
    const bool takes_gzip = gzip && gzip->quality > 0;
    const bool takes_deflate = deflate && deflate->quality > 0;
    if (takes_gzip && takes_deflate) {
        return likes_more(*deflate, *gzip) ? ContentCoding::deflate : ContentCoding::gzip;
    }
    if (takes_gzip) return ContentCoding::gzip;
    return takes_deflate ? ContentCoding::deflate : ContentCoding::identity;
}

std::string wrap_deflated(ContentCoding coding, std::string_view deflated, std::string_view body) {
    SOCKETIO_ASSERT(coding != ContentCoding::identity);
    const auto* bytes = reinterpret_cast<const Bytef*>(body.data());
    const bool is_gzip = coding == ContentCoding::gzip;
    std::string out;
    out.reserve(gzip_head.size() + deflated.size() + stream_end.size() + 8);
    out += is_gzip ? gzip_head : zlib_head;
    out += deflated;
    out += stream_end;
    if (is_gzip) {
        append_little_endian(out, static_cast<std::uint32_t>(::crc32_z(0, bytes, body.size())));
        append_little_endian(out, static_cast<std::uint32_t>(body.size()));
    } else {
        append_big_endian(out, static_cast<std::uint32_t>(::adler32_z(1, bytes, body.size())));
    }
    return out;
}

}  // namespace socketio::wire
