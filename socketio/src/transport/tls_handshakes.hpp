#pragma once
// The handshakes of a shard that can go on, a few steps in a turn. A step with a private key takes 1 to 2 ms (RSA
// of 2048 bits): when thousands come at once, those that are connected still get their messages. Lives on one
// shard.

#include "shard/shard.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstdint>
#include <deque>

namespace socketio::transport {

class Connection;

class TlsHandshakes final : public shard::TurnTask {
public:
    /// Of the 20 ms that work may take at a time, with a key of 2048 bits.
    static constexpr int steps_per_turn_max = 4;

    explicit TlsHandshakes(shard::Shard& shard);
    ~TlsHandshakes() override;

    /// Calls Connection::step_opening() in a later turn, behind those who were there before. Once for each step.
    void add(Connection& connection);
    /// So far.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

private:
    void at_turn_end() override;
    void work();

    shard::Shard& shard_;
    std::deque<boost::intrusive_ptr<Connection>> due_;
    std::uint64_t steps_ = 0;
    bool posted_ = false;
};

}  // namespace socketio::transport
