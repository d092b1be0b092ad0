// The reading half: frames of a client to messages, at any cut of the stream. Lives on one shard.
// RFC 6455, sections 5.2 to 5.5 (framing), 7.4 (close codes), 8.1 (UTF-8); RFC 7692, section 6.

#include "base/assert.hpp"
#include "wire/websocket_frame.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace socketio::wire {

namespace {

constexpr unsigned final_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned compressed_bit = 0x40;
constexpr unsigned opcode_bits = 0x0F;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7F;
constexpr unsigned length_in_2_bytes = 126;
constexpr unsigned length_in_8_bytes = 127;
constexpr std::size_t control_bytes_max = 125;
constexpr std::size_t mask_bytes = 4;

[[nodiscard]] unsigned to_unsigned(char character) noexcept {
    return static_cast<unsigned char>(character);
}

[[nodiscard]] std::size_t length_bytes(unsigned length) noexcept {
    return length == length_in_2_bytes ? 2 : length == length_in_8_bytes ? 8 : 0;
}

void unmask(std::span<char> bytes, std::array<char, mask_bytes> mask) noexcept {
    std::array<char, 8> twice{};
    std::copy(mask.begin(), mask.end(), twice.begin());
    std::copy(mask.begin(), mask.end(), twice.begin() + mask_bytes);
    std::uint64_t wide_mask = 0;
    std::memcpy(&wide_mask, twice.data(), sizeof wide_mask);
    char* at = bytes.data();
    char* const end = at + bytes.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        word ^= wide_mask;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; at != end; ++at, ++i) *at = static_cast<char>(*at ^ twice[i]);
}

/// 1005, 1006 and 1015 only name what happened; 1004 and the rest below 3000 mean nothing.
[[nodiscard]] bool is_close_code(unsigned code) noexcept {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

[[nodiscard]] std::string_view text_of(const std::vector<char>& bytes) noexcept {
    return {bytes.data(), bytes.size()};
}

}  // namespace

void WebSocketReader::feed(std::span<char> bytes, WebSocketEvents& events) {
    while (!stopped_) {
        if (!in_payload_ && !take_header(bytes, events)) return;
        // A frame without payload is complete here, whether bytes follow or not.
        take_payload(bytes, events);
        if (in_payload_) return;
    }
}

bool WebSocketReader::take_header(std::span<char>& bytes, WebSocketEvents& events) {
    if (!collect_header(bytes, 2)) return false;
    auto fault = check_header_start(events);
    if (fault.close_code == 0) {
        if (!collect_header(bytes, header_length())) return false;
        fault = check_length(payload_length());
    }
    if (fault.close_code != 0) {
        fail(fault, events);
        return false;
    }
    begin_payload();
    return true;
}

bool WebSocketReader::collect_header(std::span<char>& bytes, std::size_t wanted) noexcept {
    if (header_bytes_ >= wanted) return true;
    const auto count = std::min(wanted - header_bytes_, bytes.size());
    std::copy_n(bytes.begin(), count, header_.begin() + header_bytes_);
    header_bytes_ = static_cast<std::uint8_t>(header_bytes_ + count);
    bytes = bytes.subspan(count);
    return header_bytes_ == wanted;
}

WebSocketReader::Fault WebSocketReader::check_header_start(WebSocketEvents& events) const noexcept {
    using namespace websocket_close;
    const auto length = to_unsigned(header_[1]) & length_bits;
    if (auto fault = check_reserved_bits(events); fault.close_code != 0) return fault;
    if ((to_unsigned(header_[1]) & mask_bit) == 0) return {protocol_error, "frame is not masked"};
    switch (opcode()) {
        case WebSocketOpcode::continuation:
            if (message_ == Message::none) return {protocol_error, "nothing to continue"};
            return {};
        case WebSocketOpcode::text:
        case WebSocketOpcode::binary:
            if (message_ != Message::none) return {protocol_error, "message inside a message"};
            return {};
        case WebSocketOpcode::close:
        case WebSocketOpcode::ping:
        case WebSocketOpcode::pong:
            if (!is_final()) return {protocol_error, "fragmented control frame"};
            if (length > control_bytes_max) return {protocol_error, "control frame too long"};
            return {};
    }
    return {protocol_error, "reserved opcode"};
}

/// The first one says that a message, not a frame, is compressed: it stands on the message's first frame.
WebSocketReader::Fault WebSocketReader::check_reserved_bits(
    WebSocketEvents& events) const noexcept {
    const auto reserved = to_unsigned(header_[0]) & reserved_bits;
    const bool begins_message =
        opcode() == WebSocketOpcode::text || opcode() == WebSocketOpcode::binary;
    if (reserved == 0) return {};
    if (reserved == compressed_bit && begins_message && events.inflater() != nullptr) return {};
    return {websocket_close::protocol_error, "reserved bits are set"};
}

WebSocketReader::Fault WebSocketReader::check_length(std::uint64_t length) const noexcept {
    using namespace websocket_close;
    const auto form = to_unsigned(header_[1]) & length_bits;
    if (form == length_in_2_bytes && length < length_in_2_bytes) {
        return {protocol_error, "length is not in its shortest form"};
    }
    if (form == length_in_8_bytes && (length <= 0xFFFF || length >> 63 != 0)) {
        return {protocol_error, "length is not in its shortest form"};
    }
    if (is_control()) return {};
    const auto received = partial_ ? partial_->message.size() : 0;
    if (length > message_bytes_max_ - received) return {too_big, "message too big"};
    return {};
}

std::size_t WebSocketReader::header_length() const noexcept {
    return 2 + length_bytes(to_unsigned(header_[1]) & length_bits) + mask_bytes;
}

std::uint64_t WebSocketReader::payload_length() const noexcept {
    const auto form = to_unsigned(header_[1]) & length_bits;
    const auto extra = length_bytes(form);
    if (extra == 0) return form;
    std::uint64_t length = 0;
    for (std::size_t at = 2; at < 2 + extra; ++at) length = length << 8 | to_unsigned(header_[at]);
    return length;
}

WebSocketOpcode WebSocketReader::opcode() const noexcept {
    return static_cast<WebSocketOpcode>(to_unsigned(header_[0]) & opcode_bits);
}

bool WebSocketReader::is_control() const noexcept {
    return opcode() >= WebSocketOpcode::close;
}

bool WebSocketReader::is_final() const noexcept {
    return (to_unsigned(header_[0]) & final_bit) != 0;
}

void WebSocketReader::begin_payload() noexcept {
    payload_left_ = payload_length();
    std::copy_n(header_.begin() + header_bytes_ - mask_bytes, mask_bytes, mask_.begin());
    header_bytes_ = 0;
    in_payload_ = true;
    if (opcode() != WebSocketOpcode::text && opcode() != WebSocketOpcode::binary) return;
    message_ = opcode() == WebSocketOpcode::text ? Message::text : Message::binary;
    compressed_ = (to_unsigned(header_[0]) & compressed_bit) != 0;
    utf8_.reset();
}

void WebSocketReader::take_payload(std::span<char>& bytes, WebSocketEvents& events) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    const auto piece = bytes.first(count);
    bytes = bytes.subspan(count);
    unmask(piece, mask_);
    payload_left_ -= count;
    in_payload_ = payload_left_ > 0;
    if (in_payload_) std::rotate(mask_.begin(), mask_.begin() + count % mask_bytes, mask_.end());
    if (is_control()) {
        take_control({piece.data(), piece.size()}, events);
    } else {
        take_data({piece.data(), piece.size()}, events);
    }
}

void WebSocketReader::take_control(std::string_view piece, WebSocketEvents& events) {
    const bool stored = partial_ && partial_->control_bytes > 0;
    if (!in_payload_ && !stored) {
        deliver_control(piece, events);
        return;
    }
    if (!partial_) partial_ = std::make_unique<Partial>();
    SOCKETIO_ASSERT(partial_->control_bytes + piece.size() <= control_bytes_max);
    std::copy(piece.begin(), piece.end(), partial_->control.begin() + partial_->control_bytes);
    partial_->control_bytes = static_cast<std::uint8_t>(partial_->control_bytes + piece.size());
    if (in_payload_) return;
    // The handler may call stop(), which lets go of what is stored.
    const auto control = partial_->control;
    const std::string_view payload(control.data(), std::exchange(partial_->control_bytes, 0));
    if (partial_->message.empty()) partial_ = nullptr;
    deliver_control(payload, events);
}

void WebSocketReader::take_data(std::string_view piece, WebSocketEvents& events) {
    if (!compressed_ && !check_text(piece, events)) return;
    const bool complete = !in_payload_ && is_final();
    if (complete && !partial_) {
        complete_message(piece, events);
        return;
    }
    store(piece);
    if (!complete) return;
    const auto finished = std::exchange(partial_, nullptr);
    complete_message(text_of(finished->message), events);
}

bool WebSocketReader::check_text(std::string_view piece, WebSocketEvents& events) {
    if (message_ != Message::text || utf8_.feed(piece)) return true;
    fail({websocket_close::invalid_data, "text is not UTF-8"}, events);
    return false;
}

/// Grows by doubling, but never past what the message can still become.
void WebSocketReader::store(std::string_view piece) {
    if (piece.empty()) return;
    if (!partial_) partial_ = std::make_unique<Partial>();
    auto& message = partial_->message;
    const auto needed = message.size() + piece.size();
    if (needed > message.capacity()) {
        const auto largest = is_final() ? needed + payload_left_ : message_bytes_max_;
        message.reserve(static_cast<std::size_t>(
            std::clamp<std::uint64_t>(2 * message.capacity(), needed, largest)));
    }
    message.insert(message.end(), piece.begin(), piece.end());
}

void WebSocketReader::complete_message(std::string_view payload, WebSocketEvents& events) {
    if (compressed_) {
        deliver_inflated(payload, events);
    } else {
        deliver_message(payload, events);
    }
}

void WebSocketReader::deliver_inflated(std::string_view compressed, WebSocketEvents& events) {
    const auto inflated = events.inflater()->inflate(compressed, message_bytes_max_);
    if (inflated) {
        if (check_text(inflated->payload, events)) deliver_message(inflated->payload, events);
    } else if (inflated.error() == errc::too_large) {
        fail({websocket_close::too_big, "inflated message too big"}, events);
    } else {
        fail({websocket_close::invalid_data, "message cannot be inflated"}, events);
    }
}

void WebSocketReader::deliver_message(std::string_view payload, WebSocketEvents& events) {
    const bool binary = std::exchange(message_, Message::none) == Message::binary;
    if (!binary && !utf8_.complete()) {
        fail({websocket_close::invalid_data, "text ends inside a character"}, events);
        return;
    }
    events.on_websocket_message(payload, binary);
}

void WebSocketReader::deliver_control(std::string_view payload, WebSocketEvents& events) {
    switch (opcode()) {
        case WebSocketOpcode::ping: events.on_websocket_ping(payload); break;
        case WebSocketOpcode::pong: events.on_websocket_pong(payload); break;
        default: deliver_close(payload, events);
    }
}

void WebSocketReader::deliver_close(std::string_view payload, WebSocketEvents& events) {
    using namespace websocket_close;
    auto code = no_status;
    std::string_view reason;
    if (payload.size() == 1) {
        fail({protocol_error, "close frame of one byte"}, events);
        return;
    }
    if (!payload.empty()) {
        code = static_cast<std::uint16_t>(to_unsigned(payload[0]) << 8 | to_unsigned(payload[1]));
        reason = payload.substr(2);
        if (!is_close_code(code)) {
            fail({protocol_error, "invalid close code"}, events);
            return;
        }
        if (!is_utf8(reason)) {
            fail({invalid_data, "close reason is not UTF-8"}, events);
            return;
        }
    }
    stop();
    events.on_websocket_close(code, reason);
}

void WebSocketReader::fail(Fault fault, WebSocketEvents& events) {
    stop();
    events.on_websocket_fault(fault.close_code, fault.what);
}

}  // namespace socketio::wire
