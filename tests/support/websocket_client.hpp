#pragma once
// A WebSocket client of few words for tests in C++: plain sockets, no threads, reads only when told to.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace socketio::test {

class WebSocketClient {
public:
    /// Connected, the 101 read. `receive_buffer` makes the kernel hold less for us; 0 leaves it alone.
    explicit WebSocketClient(std::uint16_t port, int receive_buffer = 0,
                             std::string_view target = "/socket.io/?EIO=4&transport=websocket");
    WebSocketClient(const WebSocketClient&) = delete;
    WebSocketClient& operator=(const WebSocketClient&) = delete;
    WebSocketClient(WebSocketClient&& other) noexcept;
    ~WebSocketClient();

    void send_text(std::string_view text);
    /// Reads at most `bytes_max` of what has arrived and hands over each message that is complete. The
    /// bytes read; 0 when nothing has arrived.
    std::size_t read(std::size_t bytes_max,
                     const std::function<void(std::string_view)>& on_message);
    /// The server has closed or reset the connection, and everything before that was read.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_ = -1;
    std::string stream_;
    bool ended_ = false;
};

}  // namespace socketio::test
