#pragma once
// permessage-deflate without I/O (RFC 7692): the offers of a client, and the two streams that all
// WebSockets of a shard share. They can, because no context is kept from one message to the next in
// either direction; so a message has one compressed form, whoever reads it.

#include "socketio/error.hpp"
#include "socketio/options.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;  // NOLINT(readability-identifier-naming): zlib names it.

namespace socketio::wire {

/// The answer to a client's Sec-WebSocket-Extensions: for the first offer that leaves us our one compressed
/// form, and empty when there is none. An error for bytes that are no list of offers. Any thread.
[[nodiscard]] Result<std::string_view> negotiate_deflate(std::string_view offers);

/// Messages longer than this go as they are: to compress them takes long enough to hold up the shard.
inline constexpr std::size_t deflate_bytes_max = 64 * 1024;

/// Compresses what a shard's clients are sent, over WebSockets and in answers to polls. Lives on one shard;
/// takes its 256 KiB with the first message.
class Deflater {
public:
    explicit Deflater(const DeflateOptions& options) noexcept;
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater();

    /// A payload of that many bytes is worth trying.
    [[nodiscard]] bool suits(std::size_t payload_bytes) const noexcept {
        return payload_bytes >= options_.threshold && payload_bytes <= deflate_bytes_max;
    }
    /// The compressed form of a payload in two pieces; empty when it would not be smaller. Always the same
    /// for the same payload. Valid until the next call.
    /// REQUIRES: at most deflate_bytes_max.
    [[nodiscard]] std::string_view deflate(std::string_view head, std::string_view body);

private:
    struct Close {
        void operator()(z_stream_s* stream) const noexcept;
    };

    DeflateOptions options_;
    std::unique_ptr<z_stream_s, Close> stream_;
    std::string output_;
};

/// Decompresses what a shard's clients send. Lives on one shard; takes its 72 KiB with the first message.
class Inflater {
public:
    Inflater() noexcept = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater();

    /// Small messages come in the inflater's own buffer, valid until the next call; memory for larger ones
    /// goes with them.
    struct Message {
        std::string_view payload;
        std::unique_ptr<char[]> large;
    };
    /// The whole of a compressed message. errc::too_large as soon as it has come to more than
    /// `message_bytes_max`, which is also the most that is ever allocated for it; or to more blocks than a
    /// compressor would make, each of which costs time even when it is empty.
    [[nodiscard]] Result<Message> inflate(std::string_view compressed,
                                          std::size_t message_bytes_max);

private:
    struct Close {
        void operator()(z_stream_s* stream) const noexcept;
    };
    using Buffer = std::array<char, 32 * 1024>;
    struct Output;

    void begin();
    [[nodiscard]] boost::system::error_code feed(std::string_view input, Output& output,
                                                 std::size_t bytes_max);

    std::unique_ptr<z_stream_s, Close> stream_;
    std::unique_ptr<Buffer> buffer_;
};

}  // namespace socketio::wire
