// See redirection.hpp.
#include "protocol/redirection.hpp"

#include "protocol/hash_slot.hpp"
#include "protocol/server_address.hpp"

#include <charconv>
#include <optional>

namespace redis {
namespace {

std::string_view take_word(std::string_view& text) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    return word;
}

std::optional<std::uint16_t> read_slot(std::string_view text) {
    std::uint16_t slot = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, slot);
    if (error != std::errc() || stop != end || slot >= slot_count) return std::nullopt;
    return slot;
}

}  // namespace

Redirection read_redirection(std::string_view error, const Seed& asked) {
    const std::string_view word = take_word(error);
    Redirection redirection;
    if (word == "TRYAGAIN") {
        redirection.kind = Redirection::Kind::try_again;
    } else if (word == "CLUSTERDOWN") {
        redirection.kind = Redirection::Kind::cluster_down;
    } else if (word == "MOVED" || word == "ASK") {
        const std::optional<std::uint16_t> slot = read_slot(take_word(error));
        const std::string_view place = take_word(error);
        // ":6381" names no host, "::1:6381" does.
        const std::optional<Seed> server =
            place.rfind(':') == 0 ? read_address(asked.host, place.substr(1)) : read_address(place);
        if (!slot || !server) return redirection;
        redirection.kind = word == "ASK" ? Redirection::Kind::ask : Redirection::Kind::moved;
        redirection.slot = *slot;
        redirection.server = *server;
    }
    return redirection;
}

}  // namespace redis
