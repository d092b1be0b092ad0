#include "decode/ndjson_decoder.hpp"

#include "decode/text.hpp"

namespace chartcast::decode {

std::optional<Fault> NdjsonDecoder::read(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto newline = bytes.find('\n');
        const auto piece = bytes.substr(0, newline);
        if (partial_.size() + piece.size() > limits_.line_bytes_max) return too_long();
        if (newline == std::string_view::npos) {
            partial_ += piece;
            return std::nullopt;
        }
        bytes.remove_prefix(newline + 1);
        if (partial_.empty()) {
            if (auto fault = line(piece)) return fault;
        } else {
            partial_ += piece;
            if (auto fault = line(partial_)) return fault;
            partial_.clear();
        }
    }
    return std::nullopt;
}

std::optional<Fault> NdjsonDecoder::end() {
    if (partial_.empty()) return std::nullopt;
    auto fault = line(partial_);
    partial_.clear();
    return fault;
}

std::optional<Fault> NdjsonDecoder::line(std::string_view text) {
    const auto number = line_++;
    std::size_t skipped = 0;
    if (number == 1 && text.starts_with(byte_order_mark)) skipped = byte_order_mark.size();
    text.remove_prefix(skipped);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return std::nullopt;
    auto parsed = parse_text(text, limits_.depth_max);
    if (parsed) {
        push(std::move(*parsed), number);
        return std::nullopt;
    }
    auto fault = parsed.error();
    fault.line = number;
    return fault;
}

Fault NdjsonDecoder::too_long() const {
    return {FaultCode::line_too_long, line_, 0,
            "A line is longer than " + std::to_string(limits_.line_bytes_max) + " bytes."};
}

}  // namespace chartcast::decode
