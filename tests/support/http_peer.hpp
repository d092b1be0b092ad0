#pragma once
// A plain TCP client of a server on loopback: sends what a test wants, in the pieces that it wants.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace socketio::test {

class HttpPeer {
public:
    /// Not yet connected. A small receive buffer makes it a slow reader.
    explicit HttpPeer(int receive_buffer = 0, int family = AF_INET)
        : fd_(::socket(family, SOCK_STREAM, 0)) {
        if (receive_buffer != 0) {
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        }
    }
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;
    ~HttpPeer() { close(); }

    HttpPeer& connect(std::uint16_t port, const char* host = "127.0.0.1") {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        ::inet_pton(AF_INET, host, &address.sin_addr);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return *this;
    }
    /// To a unix socket, when it was made with AF_UNIX. False when nobody listens there.
    bool connect_unix(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        return ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    /// As a crashed peer does.
    void reset() {
        const linger hard{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close();
    }
    void end() { ::shutdown(fd_, SHUT_WR); }
    /// Each send() is a packet of its own.
    void send_at_once() {
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }

    /// False when the server does not take it any more.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    /// What the kernel takes of it now.
    std::size_t send_some(std::string_view bytes) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    /// There is something to read, or the end, before the time is over.
    [[nodiscard]] bool readable(std::chrono::milliseconds within) const {
        pollfd wanted{.fd = fd_, .events = POLLIN, .revents = 0};
        return ::poll(&wanted, 1, static_cast<int>(within.count())) > 0;
    }
    /// Reads until all that came ends with, or contains, that text; or until the end. Returns all of it.
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

private:
    bool read_once() {
        if (!readable(std::chrono::seconds(20))) {
            ADD_FAILURE() << "nothing came for 20 s; so far: " << received_.substr(0, 500);
            return false;
        }
        char buffer[65'536];
        const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
        if (got <= 0) return false;
        received_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    std::string received_;
};

}  // namespace socketio::test
