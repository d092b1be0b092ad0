#pragma once
// One viewer of charts on a WebSocket of its own: it says what its crowd says, and hands each event to it.
// Compression is not offered, so that bytes are comparable.

#include "live/event_loop.hpp"
#include "live/message_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

class Viewer;

/// What viewers have in common.
struct ViewerManners {
    std::uint16_t port = 0;
    /// Socket.IO's CONNECT with its payload.
    std::string connect = "40";
    std::function<void(Viewer&, std::string_view event)> on_event;
};

class Viewer final : public Reader {
public:
    /// `number` chooses the address that it calls from.
    Viewer(EventLoop& loop, const ViewerManners& manners, std::size_t number);
    ~Viewer() override;
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

    void on_readable() override;

    [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
    /// All that came over the socket, the handshake's answer included.
    [[nodiscard]] std::uint64_t wire_bytes() const noexcept { return wire_bytes_; }

private:
    void take(std::string_view bytes);
    void on_message(const MessageReader::Message& message);
    void send(std::uint8_t opcode, std::string_view payload) const;

    EventLoop& loop_;
    const ViewerManners& manners_;
    int socket_;
    bool upgraded_ = false;
    /// Of the handshake's answer.
    std::string answer_;
    MessageReader messages_;
    std::uint64_t events_ = 0;
    std::uint64_t wire_bytes_ = 0;
};

}  // namespace bench
