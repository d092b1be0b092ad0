#include "cli/random_text.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <sys/random.h>

namespace chartcast::cli {

std::string random_hex(std::size_t bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string random(bytes, '\0');
    for (std::size_t have = 0; have < bytes;) {
        const auto got = getrandom(random.data() + have, bytes - have, 0);
        if (got < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        if (got > 0) have += static_cast<std::size_t>(got);
    }
    std::string text;
    for (const char c : random) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace chartcast::cli
