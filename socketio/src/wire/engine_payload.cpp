// Packets of an HTTP body apart and together, in the three forms. Any thread. Engine.IO protocol v4 and
// v3, "Payload"; the v3 forms as engine.io-parser 2.2 reads and writes them.

#include "wire/engine_payload.hpp"

#include "base/base64.hpp"
#include "wire/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace socketio::wire {

namespace {

constexpr char separator = '\x1e';

// The v3 binary form.
constexpr char string_packet = 0;
constexpr char binary_packet = 1;
constexpr char end_of_length = '\xff';

/// No length of a body that fits into memory has more digits.
constexpr std::size_t length_digits_max = 19;

[[nodiscard]] constexpr std::size_t base64_length(std::size_t bytes) noexcept {
    return (bytes + 2) / 3 * 4;
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 24> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), result.ptr);
}

[[nodiscard]] Result<EnginePacket> decode_text_record(std::string_view record,
                                                      EngineProtocol protocol) {
    if (is_engine_base64(record)) return decode_engine_base64(record, protocol);
    const auto packet = decode_engine_text(record);
    if (!packet) return packet.error();
    if (!is_utf8(packet->data)) return errc::invalid_utf8;
    return EnginePacket{packet->type, false, std::string(packet->data)};
}

/// Collects packets until one is broken or there are too many.
class Collector {
public:
    explicit Collector(std::size_t packets_max) noexcept : packets_max_(packets_max) {}

    [[nodiscard]] bool add_text(std::string_view record, EngineProtocol protocol) {
        auto packet = decode_text_record(record, protocol);
        return packet.has_value() && add(std::move(*packet));
    }

    [[nodiscard]] bool add_binary(std::string_view record) {
        const auto packet = decode_engine_binary(record, EngineProtocol::v3);
        return packet.has_value() &&
               add(EnginePacket{packet->type, true, std::string(packet->data)});
    }

    [[nodiscard]] DecodedPayload finish(bool malformed) {
        decoded_.malformed = malformed;
        return std::move(decoded_);
    }

private:
    [[nodiscard]] bool add(EnginePacket packet) {
        if (decoded_.packets.size() == packets_max_) return false;
        decoded_.packets.push_back(std::move(packet));
        return true;
    }

    std::size_t packets_max_;
    DecodedPayload decoded_;
};

/// The bytes that hold the first `units` UTF-16 units of `text`; nothing when it is shorter, or when a
/// character would be cut. What is no UTF-8 is found when the record is read.
[[nodiscard]] std::optional<std::size_t> bytes_of_units(std::string_view text,
                                                        std::size_t units) noexcept {
    std::size_t seen = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool is_continuation = (byte & 0xC0) == 0x80;
        if (is_continuation) continue;
        if (seen == units) return at;
        seen += byte >= 0xF0 ? 2 : 1;
        if (seen > units) return std::nullopt;
    }
    return seen == units ? std::optional(text.size()) : std::nullopt;
}

/// Takes `<digits><end>` off the front of `text`.
template <class IsDigit>
[[nodiscard]] std::optional<std::size_t> take_length(std::string_view& text, char end,
                                                     char zero_digit, IsDigit&& is_digit) noexcept {
    std::size_t length = 0;
    std::size_t at = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
        if (at == length_digits_max) return std::nullopt;
        length = length * 10 + static_cast<std::size_t>(text[at] - zero_digit);
    }
    if (at == 0 || at == text.size() || text[at] != end) return std::nullopt;
    text.remove_prefix(at + 1);
    return length;
}

[[nodiscard]] std::optional<std::size_t> take_text_length(std::string_view& text) noexcept {
    return take_length(text, ':', '0', [](char c) { return c >= '0' && c <= '9'; });
}

[[nodiscard]] std::optional<std::size_t> take_binary_length(std::string_view& text) noexcept {
    return take_length(text, end_of_length, '\0', [](char c) { return c >= 0 && c <= 9; });
}

}  // namespace

DecodedPayload decode_payload_v4(std::string_view body, std::size_t packets_max) {
    Collector collector(packets_max);
    while (true) {
        const auto end = std::min(body.find(separator), body.size());
        if (!collector.add_text(body.substr(0, end), EngineProtocol::v4)) {
            return collector.finish(true);
        }
        if (end == body.size()) return collector.finish(false);
        body.remove_prefix(end + 1);
    }
}

DecodedPayload decode_payload_v3_text(std::string_view body, std::size_t packets_max) {
    Collector collector(packets_max);
    if (body.empty()) return collector.finish(true);
    while (!body.empty()) {
        const auto units = take_text_length(body);
        const auto bytes = units ? bytes_of_units(body, *units) : std::nullopt;
        if (!bytes) return collector.finish(true);
        const auto record = body.substr(0, *bytes);
        body.remove_prefix(*bytes);
        // `0:` is how engine.io-parser writes that there is nothing.
        if (record.empty()) continue;
        if (!collector.add_text(record, EngineProtocol::v3)) return collector.finish(true);
    }
    return collector.finish(false);
}

DecodedPayload decode_payload_v3_binary(std::string_view body, std::size_t packets_max) {
    Collector collector(packets_max);
    while (!body.empty()) {
        const char kind = body.front();
        body.remove_prefix(1);
        const auto length = take_binary_length(body);
        if (!length || *length > body.size()) return collector.finish(true);
        const auto record = body.substr(0, *length);
        body.remove_prefix(*length);
        const bool added = kind == string_packet   ? collector.add_text(record, EngineProtocol::v3)
                           : kind == binary_packet ? collector.add_binary(record)
                                                   : false;
        if (!added) return collector.finish(true);
    }
    return collector.finish(false);
}

void append_payload_v4(std::string& out, EnginePacketView packet) {
    if (!out.empty()) out += separator;
    if (packet.binary) {
        out += 'b';
        base::append_base64(out, packet.data);
        return;
    }
    out += to_digit(packet.type);
    out += packet.data;
}

void append_payload_v3_text(std::string& out, EnginePacketView packet) {
    if (packet.binary) {
        append_number(out, 2 + base64_length(packet.data.size()));
        out += ":b";
        out += to_digit(packet.type);
        base::append_base64(out, packet.data);
        return;
    }
    append_number(out, 1 + utf16_length(packet.data));
    out += ':';
    out += to_digit(packet.type);
    out += packet.data;
}

void append_payload_v3_binary(std::string& out, EnginePacketView packet) {
    out += packet.binary ? binary_packet : string_packet;
    const auto digits = out.size();
    append_number(out, 1 + packet.data.size());
    for (auto at = digits; at < out.size(); ++at) out[at] = static_cast<char>(out[at] - '0');
    out += end_of_length;
    out += packet.binary ? static_cast<char>(packet.type) : to_digit(packet.type);
    out += packet.data;
}

}  // namespace socketio::wire
