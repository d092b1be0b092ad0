#pragma once
// The kernel's CSPRNG, read a buffer at a time. Lives on one shard.

#include "base/random.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace socketio::shard {

class SystemRandom final : public base::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override;

private:
    // A session takes 14 bytes: one getrandom() for every 18 sessions.
    std::array<std::uint8_t, 256> buffer_{};
    std::size_t used_ = buffer_.size();
};

}  // namespace socketio::shard
