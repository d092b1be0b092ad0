#include "viewers/epoch.hpp"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace chartcast::viewers {

std::string new_epoch() {
    constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    std::array<std::uint8_t, 6> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("the system has no random numbers");
    }
    std::string epoch;
    for (const auto byte : bytes) epoch += alphabet[byte % alphabet.size()];
    return epoch;
}

}  // namespace chartcast::viewers
