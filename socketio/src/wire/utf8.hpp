#pragma once
// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF. Any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::wire {

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The text with U+FFFD for each longest part that cannot be UTF-8, as decoders of the WHATWG do it.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// Checks a text that comes in pieces and fails at the first byte that cannot be right.
class Utf8Checker {
public:
    /// False once the text is broken, for ever.
    [[nodiscard]] bool feed(std::string_view piece) noexcept;
    /// No sequence is cut off at the end.
    [[nodiscard]] bool complete() const noexcept { return state_ == 0; }
    void reset() noexcept { state_ = 0; }

private:
    std::uint8_t state_ = 0;
};

/// The length of valid UTF-8 as JavaScript counts it: code points above U+FFFF count twice.
[[nodiscard]] std::size_t utf16_length(std::string_view text) noexcept;

}  // namespace socketio::wire
