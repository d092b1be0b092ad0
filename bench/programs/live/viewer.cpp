#include "live/viewer.hpp"

#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <utility>

#include <unistd.h>

namespace bench {

namespace {

constexpr std::uint8_t text = 1;
constexpr std::uint8_t ping = 9;
constexpr std::uint8_t pong = 10;

const std::string handshake =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Connection: Upgrade\r\n"
    "Upgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

}  // namespace

Viewer::Viewer(EventLoop& loop, const ViewerManners& manners, std::size_t number)
    : loop_(loop), manners_(manners), socket_(connect_to_loopback(manners.port, number)) {
    send_without_delay(socket_);
    loop_.add(socket_, *this);
    send_all(socket_, handshake);
}

Viewer::~Viewer() {
    ::close(socket_);
}

void Viewer::on_readable() {
    const auto size = read_some(socket_, loop_.buffer());
    wire_bytes_ += size;
    take({loop_.buffer().data(), size});
}

void Viewer::take(std::string_view bytes) {
    std::string rest;
    if (!upgraded_) {
        answer_ += bytes;
        const auto end = answer_.find("\r\n\r\n");
        if (end == std::string::npos) return;
        if (!answer_.starts_with("HTTP/1.1 101")) {
            refuse("the server refused a WebSocket: " + answer_.substr(0, answer_.find('\r')));
        }
        upgraded_ = true;
        rest = std::exchange(answer_, {}).substr(end + 4);
        bytes = rest;
    }
    messages_.read(bytes, [this](const auto& message) { on_message(message); });
}

void Viewer::on_message(const MessageReader::Message& message) {
    if (message.opcode == ping) return send(pong, message.payload);
    if (message.opcode != text) refuse("the server sent neither text nor a ping");
    const auto payload = message.payload;
    if (payload.starts_with('0')) return send(text, manners_.connect);
    if (payload == "2") return send(text, "3");
    if (payload.starts_with("44")) refuse("a viewer was refused: " + std::string(payload));
    if (!payload.starts_with("42")) return;
    ++events_;
    if (manners_.on_event) manners_.on_event(*this, payload.substr(2));
}

/// Masked, as RFC 6455 wants it of clients; with zeros, which change nothing.
void Viewer::send(std::uint8_t opcode, std::string_view payload) const {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80 | payload.size());
    } else {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xff);
    }
    send_all(socket_, frame.append(4, '\0').append(payload));
}

}  // namespace bench
