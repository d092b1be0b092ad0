#pragma once
// Randomness as a parameter: the system's in production, a seeded one in the simulator. One shard each.

#include <cstdint>
#include <span>

namespace socketio::base {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

}  // namespace socketio::base
