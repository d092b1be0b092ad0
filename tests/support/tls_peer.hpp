#pragma once
// A TLS client of a server on loopback, which trusts everybody. Blocks, 20 s at most.

#include "shard/unique_fd.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace socketio::test {

/// OpenSSL writes without MSG_NOSIGNAL: a server that has closed the connection would end the test. On this thread,
/// as long as it lives.
class PipeSignalHeldBack {
public:
    PipeSignalHeldBack() {
        ::sigemptyset(&signal_);
        ::sigaddset(&signal_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
    }
    PipeSignalHeldBack(const PipeSignalHeldBack&) = delete;
    PipeSignalHeldBack& operator=(const PipeSignalHeldBack&) = delete;
    ~PipeSignalHeldBack() {
        const timespec at_once{};
        ::sigtimedwait(&signal_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t signal_{};
    sigset_t before_{};
};

class TlsPeer {
public:
    /// Not yet connected. A small receive buffer makes it a slow reader; no newer version than `version_max`.
    explicit TlsPeer(int receive_buffer = 0, int version_max = TLS1_3_VERSION)
        : TlsPeer(shard::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), version_max) {
        if (receive_buffer != 0) {
            ::setsockopt(fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
    }
    /// Over that socket, which is connected.
    explicit TlsPeer(shard::UniqueFd socket, int version_max = TLS1_3_VERSION)
        : fd_(std::move(socket)) {
        const timeval patience{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        context_.reset(::SSL_CTX_new(::TLS_client_method()));
        // It is the server who refuses what is old and weak.
        ::SSL_CTX_set_security_level(context_.get(), 0);
        ::SSL_CTX_set_min_proto_version(context_.get(), 0);
        ::SSL_CTX_set_max_proto_version(context_.get(), version_max);
        ssl_.reset(::SSL_new(context_.get()));
        ::SSL_set_fd(ssl_.get(), fd());
    }
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    /// TCP alone.
    TlsPeer& connect(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
            << std::strerror(errno);
        return *this;
    }
    /// Before the handshake, in the clear.
    TlsPeer& send_plain(std::string_view bytes) {
        EXPECT_EQ(::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
        return *this;
    }
    [[nodiscard]] bool shake_hands() {
        return insist([this] { return ::SSL_connect(ssl_.get()); });
    }
    /// Why the last handshake failed.
    [[nodiscard]] static std::string failure() {
        const auto* const words = ::ERR_reason_error_string(::ERR_peek_error());
        return words == nullptr ? "none" : words;
    }

    /// In records of that size.
    void send(std::string_view bytes, std::size_t record = 16'384) {
        while (!bytes.empty()) {
            const auto part = bytes.substr(0, record);
            std::size_t sent = 0;
            if (!insist(
                    [&] { return ::SSL_write_ex(ssl_.get(), part.data(), part.size(), &sent); })) {
                ADD_FAILURE() << "the server took no more";
                return;
            }
            bytes.remove_prefix(sent);
        }
    }
    /// A new key for what we send, and, `both`, for what the server sends. TLS 1.3.
    void update_keys(bool both) {
        EXPECT_EQ(::SSL_key_update(ssl_.get(),
                                   both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED),
                  1);
        EXPECT_TRUE(insist([this] { return ::SSL_do_handshake(ssl_.get()); }));
    }
    std::string read_until(std::string_view text) {
        while (received_.find(text) == std::string::npos && read_once()) {
        }
        return std::exchange(received_, {});
    }
    std::string read_to_end() {
        while (read_once()) {
        }
        return std::exchange(received_, {});
    }
    std::string read(std::size_t bytes) {
        while (received_.size() < bytes && read_once()) {
        }
        return std::exchange(received_, {});
    }
    /// The server said that nothing follows; a connection that only breaks off does not.
    [[nodiscard]] bool heard_goodbye() const {
        return (::SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    }
    /// Whom the server's certificate names.
    [[nodiscard]] std::string server_name() const {
        const auto* certificate = ::SSL_get0_peer_certificate(ssl_.get());
        if (certificate == nullptr) return {};
        char name[100]{};
        ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName, name,
                                    sizeof name);
        return name;
    }
    [[nodiscard]] int version() const { return ::SSL_version(ssl_.get()); }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

private:
    struct Free {
        void operator()(SSL_CTX* context) const noexcept { ::SSL_CTX_free(context); }
        void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }
    };

    /// A call to the kernel that has a time limit may be interrupted, and is not resumed by itself.
    template <class Call>
    bool insist(Call call) {
        const PipeSignalHeldBack guard;
        for (;;) {
            ::ERR_clear_error();
            errno = 0;
            if (call() == 1) return true;
            if (errno != EINTR) return false;
        }
    }
    bool read_once() {
        char buffer[65'536];
        std::size_t got = 0;
        if (!insist([&] { return ::SSL_read_ex(ssl_.get(), buffer, sizeof buffer, &got); })) {
            return false;
        }
        received_.append(buffer, got);
        return true;
    }

    shard::UniqueFd fd_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> ssl_;
    std::string received_;
};

}  // namespace socketio::test
