#pragma once
// TLS on a non-blocking socket, for a Connection that waits for readiness itself: nothing in here waits. Idle, it
// keeps no buffers. Moves between shards with its descriptor, what it has read ahead included. Lives on one
// shard at a time. RFC 8446.
//
// Reading may have to write first, and writing to read (a key update): each remembers what it waits for.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>
#include <sys/uio.h>

struct ssl_st;

namespace socketio::transport {

class TlsContext;

class TlsStream {
public:
    /// The plain bytes of one TLS record at most: RFC 8446, section 5.1.
    static constexpr std::size_t record_bytes_max = 16 * 1024;

    /// The descriptor stays the caller's, and open as long as this lives.
    TlsStream(const TlsContext& context, int fd);
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;
    ~TlsStream();

    // ---- Readiness, as it is told once (ADR 0012) ----------------------------------------------
    /// The socket has something, or `ended`: the end stands behind what is left to read.
    void on_ready(bool ended) noexcept;
    /// Reading goes on when the socket takes bytes.
    [[nodiscard]] bool read_waits_for_room() const noexcept { return read_waits_for_room_; }
    /// Writing goes on when the socket has something.
    [[nodiscard]] bool write_waits_for_input() const noexcept { return write_waits_for_input_; }

    // ---- Handshake -----------------------------------------------------------------------------
    enum class Handshake : std::uint8_t { done, waits, failed };
    /// As far as it gets; again after the next readiness. A step takes 1 to 2 ms with an RSA key of 2048 bits.
    [[nodiscard]] Handshake shake_hands();
    /// Why it failed, in OpenSSL's words.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    // ---- Reading -------------------------------------------------------------------------------
    enum class Input : std::uint8_t {
        more,     ///< Perhaps: the buffer is full.
        drained,  ///< Until the next readiness.
        ended,    ///< The peer has ended its side; told again by every further read().
        failed,   ///< The connection or its TLS is broken; the same.
    };
    struct Got {
        std::size_t bytes = 0;
        /// Behind them.
        Input input = Input::drained;
    };
    [[nodiscard]] Got read(std::span<char> buffer);

    // ---- Writing -------------------------------------------------------------------------------
    /// Takes bytes until the socket is full, and keeps what of them could not leave: has_unsent(). `scratch`
    /// has record_bytes_max. Returns how many it took, or -errno as WriteRequest has it.
    /// REQUIRES: !has_unsent().
    [[nodiscard]] ssize_t write(std::span<const iovec> buffers, std::span<char> scratch);
    /// Bytes that were taken have not left.
    [[nodiscard]] bool has_unsent() const noexcept { return !unsent_.empty(); }
    /// Sends them: 0 when all have left, else -errno.
    [[nodiscard]] ssize_t flush();

    /// Tells the peer that nothing follows, if the socket takes that now. Once.
    void close_notify() noexcept;

private:
    struct Free {
        void operator()(ssl_st* ssl) const noexcept;
    };
    struct Socket;  ///< OpenSSL's way to ours.
    enum class Push : std::uint8_t { all, waits, failed };

    [[nodiscard]] Input after_refusal();
    [[nodiscard]] Push push(std::string_view& bytes);

    const int fd_;
    bool drained_ = false;  ///< The socket has given all that it announced.
    bool peer_ends_ = false;
    bool at_end_ = false;  ///< The socket's end was read.
    bool read_waits_for_room_ = false;
    bool write_waits_for_input_ = false;
    bool established_ = false;
    bool broken_ = false;
    bool said_goodbye_ = false;
    std::unique_ptr<ssl_st, Free> ssl_;
    /// Less than a record's, while the socket is full. OpenSSL has encrypted them, perhaps: they must be offered
    /// again as they are, whatever becomes of the queue that they came from.
    std::string unsent_;
    std::string failure_;
};

}  // namespace socketio::transport
