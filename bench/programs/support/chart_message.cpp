#include "support/chart_message.hpp"

#include "support/loopback.hpp"

namespace bench {

namespace {

std::size_t frame_header_bytes(std::size_t frame_bytes) {
    if (frame_bytes <= 125 + 2) return 2;
    return frame_bytes <= 65'535 + 4 ? 4 : 10;
}

void append_big_endian(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>((number >> (8 * i)) & 0xff);
}

// MessagePack as notepack writes it, as far as these messages need it: short texts, few members, numbers of five
// digits or more.
void append_text(std::string& out, std::string_view text) {
    out += static_cast<char>(0xa0 | text.size());
    out += text;
}

void append_map(std::string& out, std::size_t members) {
    out += static_cast<char>(0x80 | members);
}

void append_array(std::string& out, std::size_t elements) {
    if (elements < 16) {
        out += static_cast<char>(0x90 | elements);
        return;
    }
    const bool is_short = elements <= 0xffff;
    out += is_short ? '\xdc' : '\xdd';
    append_big_endian(out, elements, is_short ? 2 : 4);
}

void append_number(std::string& out, std::uint64_t number) {
    if (number <= 0xffff) {
        out += '\xcd';
        append_big_endian(out, number, 2);
    } else if (number <= 0xffff'ffff) {
        out += '\xce';
        append_big_endian(out, number, 4);
    } else {
        out += '\xcf';
        append_big_endian(out, number, 8);
    }
}

}  // namespace

std::vector<std::int64_t> chart_numbers(std::size_t message_bytes) {
    const auto around = std::string_view(R"(42["",{"t":,"data":[]}])").size() + chart_event.size() +
                        std::to_string(nanoseconds_now()).size();
    auto left = message_bytes - frame_header_bytes(message_bytes) - around;
    std::vector<std::int64_t> numbers;
    constexpr std::size_t digits = 5;
    while (left > 2 * digits + 1) {
        numbers.push_back(10'000 + static_cast<std::int64_t>(numbers.size()));
        left -= digits + 1;
    }
    numbers.push_back(std::stoll(std::string(left, '9')));
    return numbers;
}

EmitterMessage::EmitterMessage(const std::vector<std::int64_t>& numbers,
                               const std::vector<std::string>& rooms) {
    append_array(bytes_, 3);
    append_text(bytes_, "emitter");
    append_map(bytes_, 3);
    append_text(bytes_, "type");
    bytes_ += '\x02';
    append_text(bytes_, "data");
    append_array(bytes_, 2);
    append_text(bytes_, chart_event);
    append_map(bytes_, 2);
    append_text(bytes_, "t");
    bytes_ += '\xcf';
    time_at_ = bytes_.size();
    append_big_endian(bytes_, 0, 8);
    append_text(bytes_, "data");
    append_array(bytes_, numbers.size());
    for (const auto number : numbers) append_number(bytes_, static_cast<std::uint64_t>(number));
    append_text(bytes_, "nsp");
    append_text(bytes_, "/");
    append_map(bytes_, 3);
    append_text(bytes_, "rooms");
    append_array(bytes_, rooms.size());
    for (const auto& room : rooms) append_text(bytes_, room);
    append_text(bytes_, "flags");
    append_map(bytes_, 0);
    append_text(bytes_, "except");
    append_array(bytes_, 0);
}

std::string_view EmitterMessage::at(std::uint64_t nanoseconds) {
    std::string time;
    append_big_endian(time, nanoseconds, 8);
    bytes_.replace(time_at_, time.size(), time);
    return bytes_;
}

}  // namespace bench
