#include "transport/tls_stream.hpp"

#include "base/assert.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_error.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {

/// OpenSSL's own would raise SIGPIPE when the peer has gone, and ask the kernel once more to hear that there is
/// nothing left.
struct TlsStream::Socket {
    static TlsStream& stream_of(BIO* bio) noexcept {
        return *static_cast<TlsStream*>(::BIO_get_data(bio));
    }

    static int write(BIO* bio, const char* bytes, int size) noexcept {
        ::BIO_clear_retry_flags(bio);
        const auto sent = uninterrupted([&] {
            return ::send(stream_of(bio).fd_, bytes, static_cast<std::size_t>(size),
                          MSG_DONTWAIT | MSG_NOSIGNAL);
        });
        if (sent < 0 && must_wait()) ::BIO_set_retry_write(bio);
        return static_cast<int>(sent);
    }

    static int read(BIO* bio, char* buffer, int size) noexcept {
        ::BIO_clear_retry_flags(bio);
        auto& stream = stream_of(bio);
        if (stream.drained_) {
            ::BIO_set_retry_read(bio);
            return -1;
        }
        const auto got = uninterrupted([&] {
            return ::recv(stream.fd_, buffer, static_cast<std::size_t>(size), MSG_DONTWAIT);
        });
        if (got < 0 && must_wait()) {
            stream.drained_ = true;
            ::BIO_set_retry_read(bio);
        }
        // What comes after it is announced anew; but for the end, which was.
        if (got > 0 && got < size && !stream.peer_ends_) stream.drained_ = true;
        if (got == 0) stream.at_end_ = true;
        return static_cast<int>(got);
    }

    static long control(BIO* bio, int command, long, void*) noexcept {
        if (command == BIO_CTRL_FLUSH) return 1;
        if (command == BIO_CTRL_EOF) return stream_of(bio).at_end_ ? 1 : 0;
        return 0;
    }

    template <class Call>
    static ssize_t uninterrupted(Call call) noexcept {
        ssize_t result = 0;
        do {
            result = call();
        } while (result < 0 && errno == EINTR);
        return result;
    }
    static bool must_wait() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK; }

    static BIO* open(TlsStream& stream) {
        struct Method {
            Method() : method(::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fd")) {
                ::BIO_meth_set_write(method, write);
                ::BIO_meth_set_read(method, read);
                ::BIO_meth_set_ctrl(method, control);
            }
            BIO_METHOD* method;
        };
        // Made once, then only read.
        static const Method ours;
        auto* const bio = ::BIO_new(ours.method);
        if (bio == nullptr) throw std::bad_alloc();
        ::BIO_set_data(bio, &stream);
        ::BIO_set_init(bio, 1);
        return bio;
    }
};

void TlsStream::Free::operator()(ssl_st* ssl) const noexcept {
    ::SSL_free(ssl);
}

TlsStream::TlsStream(const TlsContext& context, int fd)
    : fd_(fd), ssl_(::SSL_new(context.handle())) {
    if (!ssl_) throw std::bad_alloc();
    auto* const bio = Socket::open(*this);
    // For both directions; freed with ssl_.
    ::SSL_set_bio(ssl_.get(), bio, bio);
    ::SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

void TlsStream::on_ready(bool ended) noexcept {
    drained_ = false;
    if (ended) peer_ends_ = true;
}

// ---- Handshake -------------------------------------------------------------------------------------

TlsStream::Handshake TlsStream::shake_hands() {
    ::ERR_clear_error();
    read_waits_for_room_ = false;
    const int status = ::SSL_do_handshake(ssl_.get());
    if (status == 1) {
        established_ = true;
        return Handshake::done;
    }
    const int error = ::SSL_get_error(ssl_.get(), status);
    read_waits_for_room_ = error == SSL_ERROR_WANT_WRITE;
    if (read_waits_for_room_ || error == SSL_ERROR_WANT_READ) return Handshake::waits;
    broken_ = true;
    failure_ = take_tls_error();
    if (failure_.empty()) failure_ = at_end_ ? "the peer has gone" : std::strerror(errno);
    return Handshake::failed;
}

// ---- Reading ---------------------------------------------------------------------------------------

TlsStream::Got TlsStream::read(std::span<char> buffer) {
    if (broken_) return {0, Input::failed};
    read_waits_for_room_ = false;
    Got got{0, Input::more};
    while (got.bytes < buffer.size()) {
        const auto room = buffer.subspan(got.bytes);
        std::size_t record = 0;
        ::ERR_clear_error();
        if (::SSL_read_ex(ssl_.get(), room.data(), room.size(), &record) == 1) {
            got.bytes += record;
            continue;
        }
        got.input = after_refusal();
        break;
    }
    return got;
}

/// Why OpenSSL has nothing to read.
TlsStream::Input TlsStream::after_refusal() {
    switch (::SSL_get_error(ssl_.get(), 0)) {
        case SSL_ERROR_WANT_READ: return Input::drained;
        case SSL_ERROR_WANT_WRITE: read_waits_for_room_ = true; return Input::drained;
        case SSL_ERROR_ZERO_RETURN: return Input::ended;
        default: broken_ = true; return Input::failed;
    }
}

// ---- Writing ---------------------------------------------------------------------------------------

namespace {

/// Walks over buffers in pieces of a record's size: as they lie where one buffer has enough, else copied
/// together.
class Pieces {
public:
    Pieces(std::span<const iovec> buffers, std::span<char> scratch) noexcept
        : buffers_(buffers), scratch_(scratch) {}

    /// Empty at the end.
    std::string_view next() noexcept {
        while (!buffers_.empty() && front().empty()) skip(0);
        if (buffers_.empty()) return {};
        if (buffers_.size() == 1 || front().size() >= scratch_.size()) {
            return take(scratch_.size());
        }
        std::size_t filled = 0;
        while (!buffers_.empty() && filled < scratch_.size()) {
            const auto part = take(scratch_.size() - filled);
            std::copy(part.begin(), part.end(), scratch_.data() + filled);
            filled += part.size();
        }
        return {scratch_.data(), filled};
    }

private:
    [[nodiscard]] std::string_view front() const noexcept {
        return std::string_view(static_cast<const char*>(buffers_.front().iov_base),
                                buffers_.front().iov_len)
            .substr(taken_);
    }
    std::string_view take(std::size_t most) noexcept {
        const auto part = front().substr(0, most);
        skip(part.size());
        return part;
    }
    void skip(std::size_t bytes) noexcept {
        taken_ += bytes;
        if (taken_ < buffers_.front().iov_len) return;
        buffers_ = buffers_.subspan(1);
        taken_ = 0;
    }

    std::span<const iovec> buffers_;
    std::span<char> scratch_;
    std::size_t taken_ = 0;  ///< Of the front buffer.
};

}  // namespace

ssize_t TlsStream::write(std::span<const iovec> buffers, std::span<char> scratch) {
    SOCKETIO_ASSERT(unsent_.empty() && scratch.size() == record_bytes_max);
    ssize_t taken = 0;
    Pieces pieces(buffers, scratch);
    for (auto piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
        const auto bytes = static_cast<ssize_t>(piece.size());
        const auto pushed = push(piece);
        if (pushed == Push::failed) return -EPIPE;
        taken += bytes;
        if (pushed == Push::waits) {
            unsent_ = piece;
            break;
        }
    }
    return taken;
}

ssize_t TlsStream::flush() {
    std::string_view rest = unsent_;
    const auto pushed = push(rest);
    if (pushed == Push::failed) return -EPIPE;
    if (pushed == Push::all) {
        // With its memory: most connections never need it again.
        std::string().swap(unsent_);
        return 0;
    }
    unsent_.erase(0, unsent_.size() - rest.size());
    return -EAGAIN;
}

/// Takes off `bytes` what has left.
TlsStream::Push TlsStream::push(std::string_view& bytes) {
    if (broken_) return Push::failed;
    write_waits_for_input_ = false;
    while (!bytes.empty()) {
        std::size_t taken = 0;
        ::ERR_clear_error();
        if (::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &taken) == 1) {
            bytes.remove_prefix(taken);
            continue;
        }
        const int error = ::SSL_get_error(ssl_.get(), 0);
        if (error == SSL_ERROR_WANT_WRITE) return Push::waits;
        if (error == SSL_ERROR_WANT_READ) {
            write_waits_for_input_ = true;
            return Push::waits;
        }
        broken_ = true;
        return Push::failed;
    }
    return Push::all;
}

void TlsStream::close_notify() noexcept {
    if (!established_ || broken_ || has_unsent() || std::exchange(said_goodbye_, true)) return;
    ::ERR_clear_error();
    ::SSL_shutdown(ssl_.get());
    ::ERR_clear_error();
}

}  // namespace socketio::transport
