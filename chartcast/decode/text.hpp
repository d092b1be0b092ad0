#pragma once
// Where a text is wrong. Pure; any thread.

#include "decode/row_decoder.hpp"
#include <socketio/value.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <string_view>

namespace chartcast::decode {

/// Where the text stops being UTF-8 (RFC 3629), or its length.
[[nodiscard]] std::size_t valid_utf8_bytes(std::string_view text) noexcept;
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
    return valid_utf8_bytes(text) == text.size();
}

/// The value, or what is wrong and where, counted from the text's own first line.
[[nodiscard]] boost::system::result<socketio::Value, Fault> parse_text(std::string_view text,
                                                                       std::size_t depth_max);

}  // namespace chartcast::decode
