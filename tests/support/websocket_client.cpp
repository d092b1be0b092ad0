#include "support/websocket_client.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace socketio::test {

namespace {

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) throw std::runtime_error("send failed");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// The payload that begins at `at`, which is moved behind it; nothing when it is not complete.
bool take_frame(const std::string& stream, std::size_t& at, std::string_view& payload) {
    auto next = at;
    if (stream.size() - next < 2) return false;
    std::size_t length = static_cast<unsigned char>(stream[next + 1]);
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    next += 2;
    if (stream.size() - next < extra) return false;
    if (extra > 0) length = 0;
    for (std::size_t i = 0; i < extra; ++i) {
        length = length << 8 | static_cast<unsigned char>(stream[next++]);
    }
    if (stream.size() - next < length) return false;
    payload = std::string_view(stream).substr(next, length);
    at = next + length;
    return true;
}

}  // namespace

WebSocketClient::WebSocketClient(std::uint16_t port, int receive_buffer, std::string_view target)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
    }
    send_all(fd_, "GET " + std::string(target) +
                      " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    char byte = 0;
    while (!stream_.ends_with("\r\n\r\n")) {
        if (::recv(fd_, &byte, 1, 0) != 1) throw std::runtime_error("no answer to the handshake");
        stream_ += byte;
    }
    if (!stream_.starts_with("HTTP/1.1 101")) throw std::runtime_error("refused: " + stream_);
    stream_.clear();
}

WebSocketClient::WebSocketClient(WebSocketClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), stream_(std::move(other.stream_)), ended_(other.ended_) {}

WebSocketClient::~WebSocketClient() {
    if (fd_ >= 0) ::close(fd_);
}

void WebSocketClient::send_text(std::string_view text) {
    // Short ones are all that tests have to say. A mask of zeros is a mask.
    if (text.size() > 0xffff) throw std::logic_error("too long");
    std::string frame = {'\x81', static_cast<char>(0x80 | std::min<std::size_t>(text.size(), 126))};
    if (text.size() > 125) {
        frame += static_cast<char>(text.size() >> 8);
        frame += static_cast<char>(text.size() & 0xff);
    }
    frame.append(4, '\0');
    frame += text;
    send_all(fd_, frame);
}

std::size_t WebSocketClient::read(std::size_t bytes_max,
                                  const std::function<void(std::string_view)>& on_message) {
    const auto before = stream_.size();
    stream_.resize(before + bytes_max);
    const auto got = ::recv(fd_, stream_.data() + before, bytes_max, MSG_DONTWAIT);
    stream_.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) ended_ = true;
    std::size_t at = 0;
    std::string_view payload;
    while (take_frame(stream_, at, payload)) on_message(payload);
    stream_.erase(0, at);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace socketio::test
