// zlib's raw streams, reset for each message: making one costs a hundred times as much.
// Lives on one shard. RFC 7692, section 7.2.

#include "wire/websocket_deflate.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include <zlib.h>

namespace socketio::wire {

namespace {

// Less than zero: raw deflate, without zlib's header and checksum.
constexpr int window_bits = -MAX_WBITS;
constexpr int memory_level = 8;
/// What zlib counts its input and output with.
constexpr std::size_t zlib_bytes_max = std::numeric_limits<uInt>::max() - 1;
/// How each flushed message ends; it is left out on the wire.
constexpr std::string_view tail("\x00\x00\xff\xff", 4);

/// Blocks of a message that has come to that many bytes. Compressors write some 10 KB into one; those that
/// flush after each fragment begin two for each. A megabyte of empty blocks takes 0.1 s to read.
constexpr std::size_t steps_max(std::size_t bytes) noexcept {
    return 1024 + bytes / 1024;
}

void set_input(z_stream& stream, std::string_view input) noexcept {
    stream.next_in = reinterpret_cast<const Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
}

void set_output(z_stream& stream, char* data, std::size_t bytes) noexcept {
    stream.next_out = reinterpret_cast<Bytef*>(data);
    stream.avail_out = static_cast<uInt>(bytes);
}

}  // namespace

// ---- Deflater ----------------------------------------------------------------------------------------

Deflater::Deflater(const DeflateOptions& options) noexcept : options_(options) {}

Deflater::~Deflater() = default;

void Deflater::Close::operator()(z_stream_s* stream) const noexcept {
    deflateEnd(stream);
    delete stream;
}

std::string_view Deflater::deflate(std::string_view head, std::string_view body) {
    const auto payload_bytes = head.size() + body.size();
    SOCKETIO_ASSERT(payload_bytes <= deflate_bytes_max);
    if (stream_) {
        deflateReset(stream_.get());
    } else {
        auto stream = std::make_unique<z_stream>();
        if (deflateInit2(stream.get(), options_.level, Z_DEFLATED, window_bits, memory_level,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
        stream_.reset(stream.release());
    }
    // When even this is filled, nothing was gained.
    const auto room = payload_bytes + tail.size();
    if (output_.size() < room) output_.resize(room);
    set_output(*stream_, output_.data(), room);
    set_input(*stream_, head);
    ::deflate(stream_.get(), Z_NO_FLUSH);
    set_input(*stream_, body);
    ::deflate(stream_.get(), Z_SYNC_FLUSH);
    if (stream_->avail_out == 0) return {};
    const auto written = room - stream_->avail_out;
    SOCKETIO_ASSERT(std::string_view(output_).substr(0, written).ends_with(tail));
    return std::string_view(output_).substr(0, written - tail.size());
}

// ---- Inflater ----------------------------------------------------------------------------------------

Inflater::~Inflater() = default;

void Inflater::Close::operator()(z_stream_s* stream) const noexcept {
    inflateEnd(stream);
    delete stream;
}

/// Where a message comes to stand: in the inflater's buffer, and when that is full in memory of its own.
struct Inflater::Output {
    char* data;
    std::size_t room;
    std::size_t written = 0;
    std::unique_ptr<char[]> large = nullptr;
    std::size_t steps = 0;  ///< Blocks so far, and a few.

    /// At once to the most that it may become: pages that are never written cost nothing.
    void grow(std::size_t bytes) {
        large = std::make_unique_for_overwrite<char[]>(bytes);
        std::memcpy(large.get(), data, written);
        data = large.get();
        room = bytes;
    }
};

Result<Inflater::Message> Inflater::inflate(std::string_view compressed,
                                            std::size_t message_bytes_max) {
    if (compressed.size() > zlib_bytes_max) return errc::too_large;
    const auto bytes_max = std::min(message_bytes_max, zlib_bytes_max);
    begin();
    // A byte too many tells that more would come.
    Output output{.data = buffer_->data(), .room = std::min(buffer_->size(), bytes_max + 1)};
    for (const auto input : {compressed, tail}) {
        if (const auto fault = feed(input, output, bytes_max)) return fault;
    }
    return Message{{output.data, output.written}, std::move(output.large)};
}

void Inflater::begin() {
    if (stream_) {
        inflateReset(stream_.get());
        return;
    }
    auto stream = std::make_unique<z_stream>();
    if (inflateInit2(stream.get(), window_bits) != Z_OK) throw std::bad_alloc();
    stream_.reset(stream.release());
    buffer_ = std::make_unique_for_overwrite<Buffer>();
}

boost::system::error_code Inflater::feed(std::string_view input, Output& output,
                                         std::size_t bytes_max) {
    auto& stream = *stream_;
    set_input(stream, input);
    while (true) {
        if (++output.steps > steps_max(output.written)) return errc::too_large;
        set_output(stream, output.data + output.written, output.room - output.written);
        // Returns at the end of each block, so that they can be counted.
        const auto status = ::inflate(&stream, Z_BLOCK);
        output.written = output.room - stream.avail_out;
        if (output.written > bytes_max) return errc::too_large;
        if (status == Z_STREAM_END) {
            // A final block ends nothing here: others may follow in the same message.
            inflateReset(&stream);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            return errc::invalid_websocket_frame;
        } else if (stream.avail_out == 0) {
            output.grow(bytes_max + 1);
            continue;
        }
        if (stream.avail_in == 0) return {};
    }
}

}  // namespace socketio::wire
