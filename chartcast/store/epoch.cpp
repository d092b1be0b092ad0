#include "store/epoch.hpp"

#include "store/store.hpp"

#include <array>
#include <string_view>

#include <sys/random.h>

namespace chartcast::store {

std::string random_epoch() {
    // Without i, l, o and u: nothing that looks like something else.
    constexpr std::string_view letters = "0123456789abcdefghjkmnpqrstvwxyz";
    std::array<unsigned char, 6> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        throw StoreError("the system gives no random numbers");
    }
    std::string epoch;
    for (const auto byte : bytes) epoch += letters[byte % letters.size()];
    return epoch;
}

}  // namespace chartcast::store
