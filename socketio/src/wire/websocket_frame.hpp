#pragma once
// WebSocket frames, read and written without I/O. One reader for each connection; lives on its shard.
// RFC 6455, sections 5 (framing), 7 (closing) and 8.1 (UTF-8); RFC 7692, section 6 (compressed messages).

#include "wire/utf8.hpp"
#include "wire/websocket_deflate.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::wire {

enum class WebSocketOpcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10
};

/// RFC 6455, section 7.4.1.
namespace websocket_close {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t no_status = 1005;  ///< Never on the wire.
inline constexpr std::uint16_t abnormal = 1006;   ///< Never on the wire.
inline constexpr std::uint16_t invalid_data = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t too_big = 1009;
}  // namespace websocket_close

/// The largest header that a server writes: 2 bytes and a 64-bit length.
inline constexpr std::size_t websocket_header_bytes_max = 10;

/// How a payload stands in its frame.
enum class WebSocketPayload : std::uint8_t { plain, deflated };

/// As a server sends it: final, unmasked.
void append_websocket_header(std::string& out, WebSocketOpcode opcode, std::size_t payload_bytes,
                             WebSocketPayload form = WebSocketPayload::plain);
void append_websocket_frame(std::string& out, WebSocketOpcode opcode, std::string_view payload);
/// `code` no_status sends an empty close frame. The reason is cut to 123 bytes at a character.
void append_websocket_close(std::string& out, std::uint16_t code, std::string_view reason);

/// What a reader finds. The views are valid during the call.
class WebSocketEvents {
public:
    virtual ~WebSocketEvents() = default;
    virtual void on_websocket_message(std::string_view payload, bool binary) = 0;
    virtual void on_websocket_ping(std::string_view payload) = 0;
    virtual void on_websocket_pong(std::string_view payload) = 0;
    /// The peer's close frame; nothing follows. `code` is no_status when the frame was empty.
    virtual void on_websocket_close(std::uint16_t code, std::string_view reason) = 0;
    /// The peer broke the protocol: answer with this close code and drop the connection.
    virtual void on_websocket_fault(std::uint16_t close_code, std::string_view what) = 0;

    /// Asked for when a message comes compressed: the shard's, if both sides agreed to that.
    [[nodiscard]] virtual Inflater* inflater() noexcept { return nullptr; }
};

/// Reads what a client sends. Keeps only an incomplete frame or message, bounded by `message_bytes_max`;
/// an idle reader owns no heap memory. Text is checked as it comes, so a broken byte is found at once; a
/// compressed message is inflated and checked when it is complete.
class WebSocketReader {
public:
    explicit WebSocketReader(std::size_t message_bytes_max) noexcept
        : message_bytes_max_(message_bytes_max) {}

    /// Unmasks in place. After a close or a fault, or once an event handler called stop(), the rest is
    /// ignored.
    void feed(std::span<char> bytes, WebSocketEvents& events);
    /// Ends the reading; safe inside an event.
    void stop() noexcept {
        stopped_ = true;
        partial_ = nullptr;
    }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

private:
    /// What has come of something that is not complete yet.
    struct Partial {
        std::vector<char> message;
        std::array<char, 125> control;
        std::uint8_t control_bytes = 0;
    };
    struct Fault {
        std::uint16_t close_code = 0;
        std::string_view what;
    };

    [[nodiscard]] bool take_header(std::span<char>& bytes, WebSocketEvents& events);
    [[nodiscard]] bool collect_header(std::span<char>& bytes, std::size_t wanted) noexcept;
    [[nodiscard]] Fault check_header_start(WebSocketEvents& events) const noexcept;
    [[nodiscard]] Fault check_reserved_bits(WebSocketEvents& events) const noexcept;
    [[nodiscard]] Fault check_length(std::uint64_t length) const noexcept;
    [[nodiscard]] std::size_t header_length() const noexcept;
    [[nodiscard]] std::uint64_t payload_length() const noexcept;
    [[nodiscard]] WebSocketOpcode opcode() const noexcept;
    [[nodiscard]] bool is_control() const noexcept;
    [[nodiscard]] bool is_final() const noexcept;
    void begin_payload() noexcept;
    void take_payload(std::span<char>& bytes, WebSocketEvents& events);
    void take_control(std::string_view piece, WebSocketEvents& events);
    void take_data(std::string_view piece, WebSocketEvents& events);
    [[nodiscard]] bool check_text(std::string_view piece, WebSocketEvents& events);
    void store(std::string_view piece);
    void complete_message(std::string_view payload, WebSocketEvents& events);
    void deliver_inflated(std::string_view compressed, WebSocketEvents& events);
    void deliver_message(std::string_view payload, WebSocketEvents& events);
    void deliver_control(std::string_view payload, WebSocketEvents& events);
    void deliver_close(std::string_view payload, WebSocketEvents& events);
    void fail(Fault fault, WebSocketEvents& events);

    enum class Message : std::uint8_t { none, text, binary };

    std::size_t message_bytes_max_;
    /// Owned only while a message or a control frame is incomplete.
    std::unique_ptr<Partial> partial_;
    std::uint64_t payload_left_ = 0;
    /// Turned so that its first byte belongs to the next byte of payload.
    std::array<char, 4> mask_{};
    /// The header of the frame that is being read; its first byte is needed until the frame's end.
    std::array<char, 14> header_{};
    std::uint8_t header_bytes_ = 0;
    bool in_payload_ = false;
    /// The message whose frames are coming, control frames in between aside.
    Message message_ = Message::none;
    bool compressed_ = false;
    Utf8Checker utf8_;
    bool stopped_ = false;
};

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key. RFC 6455, section 4.2.2.
[[nodiscard]] std::string websocket_accept(std::string_view key);
/// 16 bytes in base64.
[[nodiscard]] bool is_websocket_key(std::string_view key);

}  // namespace socketio::wire
