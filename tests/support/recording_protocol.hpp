#pragma once
// What tests of a connection need: both ends of one, and a protocol that keeps what it reads.

#include "transport/connection.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace socketio::test {

struct TcpPair {
    TcpPair() {
        const shard::UniqueFd listener(::socket(AF_INET, SOCK_STREAM, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener.get(), plain, length), 0);
        EXPECT_EQ(::listen(listener.get(), 1), 0);
        EXPECT_EQ(::getsockname(listener.get(), plain, &length), 0);
        peer = shard::UniqueFd(::socket(AF_INET, SOCK_STREAM, 0));
        EXPECT_EQ(::connect(peer.get(), plain, length), 0);
        ours = shard::UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK));
    }

    shard::UniqueFd ours;
    shard::UniqueFd peer;
};

inline void send_all(const shard::UniqueFd& peer, const std::string& bytes) {
    ASSERT_EQ(::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
}

/// Not a character twice in a row, and not the same in every row.
inline std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    return bytes;
}

/// Keeps what it reads, sends what it is given.
class Recorder final : public transport::Protocol {
public:
    struct Seen {
        std::string bytes;
        int reads = 0;
        int ends = 0;
        std::string to_send;
        std::size_t sent = 0;
        std::function<void()> on_bytes = [] {};
        std::function<void()> on_end = [] {};
    };

    explicit Recorder(Seen& record) : seen_(record) {}

    void on_bytes(std::span<char> bytes) override {
        seen_.bytes.append(bytes.data(), bytes.size());
        ++seen_.reads;
        seen_.on_bytes();
    }
    void on_end(bool) override {
        ++seen_.ends;
        seen_.on_end();
    }
    void on_deadline() override {}
    [[nodiscard]] bool has_output() const noexcept override {
        return seen_.sent < seen_.to_send.size();
    }
    void gather(std::vector<iovec>& buffers) override {
        buffers.push_back({seen_.to_send.data() + seen_.sent, seen_.to_send.size() - seen_.sent});
    }
    [[nodiscard]] bool on_written(std::size_t bytes) override {
        seen_.sent += bytes;
        return has_output();
    }
    void on_shutdown() override {}

private:
    Seen& seen_;
};

}  // namespace socketio::test
