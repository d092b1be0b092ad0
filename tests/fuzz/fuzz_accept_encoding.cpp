// Any bytes as an Accept-Encoding: what is chosen is among what stands there, and more of what nobody knows
// changes nothing.

#include "base/assert.hpp"
#include "wire/content_coding.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using socketio::wire::choose_coding;
using socketio::wire::ContentCoding;

bool names(std::string_view text, std::string_view coding) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    const auto found = std::search(text.begin(), text.end(), coding.begin(), coding.end(),
                                   [&](char a, char b) { return lower(a) == b; });
    return found != text.end() || text.find('*') != std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto coding = choose_coding(text);
    SOCKETIO_ASSERT(coding == ContentCoding::identity || names(text, to_string(coding)));
    SOCKETIO_ASSERT(choose_coding(std::string(text) + ", br, x;q=2") == coding);
    SOCKETIO_ASSERT(choose_coding("x, " + std::string(text)) == coding);
    return 0;
}
