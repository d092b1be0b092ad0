#include "client/inflate.hpp"

#include <zlib.h>

namespace bench {

std::optional<std::string> inflate(std::string_view payload) {
    // Senders leave out these four bytes of every message.
    auto input = std::string(payload) + std::string("\x00\x00\xff\xff", 4);
    std::string output(4096, '\0');
    z_stream stream{};
    constexpr int raw_window_bits = -15;
    if (inflateInit2(&stream, raw_window_bits) != Z_OK) return std::nullopt;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(output.data());
    stream.avail_out = static_cast<uInt>(output.size());
    const int status = ::inflate(&stream, Z_SYNC_FLUSH);
    output.resize(stream.total_out);
    inflateEnd(&stream);
    if (status != Z_OK && status != Z_BUF_ERROR) return std::nullopt;
    return output;
}

}  // namespace bench
