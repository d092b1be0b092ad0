#pragma once
// Somebody else's listener on loopback, and what he accepts: descriptors to be handed over.

#include <gtest/gtest.h>

#include <cstdint>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace socketio::test {

class FrontDoor {
public:
    FrontDoor() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(fd_, plain, length), 0);
        EXPECT_EQ(::listen(fd_, SOMAXCONN), 0);
        EXPECT_EQ(::getsockname(fd_, plain, &length), 0);
        port_ = ntohs(address.sin_port);
    }
    FrontDoor(const FrontDoor&) = delete;
    FrontDoor& operator=(const FrontDoor&) = delete;
    ~FrontDoor() { ::close(fd_); }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    /// The next that has connected, as accept() makes it: blocking. Whoever gets it closes it.
    [[nodiscard]] int accept() const { return ::accept(fd_, nullptr, nullptr); }

private:
    int fd_;
    std::uint16_t port_ = 0;
};

}  // namespace socketio::test
