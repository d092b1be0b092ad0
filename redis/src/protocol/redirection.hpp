#pragma once
// What a node of a Redis Cluster answers when a command is not for it, or not now. I/O-free; any thread.
// Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding

#include <redis/options.hpp>

#include <cstdint>
#include <string_view>

namespace redis {

struct Redirection {
    enum class Kind : std::uint8_t {
        none,          ///< An error like any other.
        moved,         ///< The slot belongs to `server`, for good.
        ask,           ///< This command alone, after ASKING, at `server`.
        try_again,     ///< A command on several keys while their slot is moving.
        cluster_down,  ///< Nobody serves the slot, or the Cluster, at the moment.
    };
    Kind kind = Kind::none;
    std::uint16_t slot = 0;
    Seed server;
};

/// Of an error's text. `asked` is who answered: a node that does not know its own host names the port alone.
[[nodiscard]] Redirection read_redirection(std::string_view error, const Seed& asked);

}  // namespace redis
