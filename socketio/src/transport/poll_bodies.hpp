#pragma once
// A broadcast makes the same body for every poll that waits for nothing else: it is built once and
// shared. Holds the last body until the end of the turn. Lives on one shard.

#include "engine/message.hpp"
#include "shard/shard.hpp"
#include "socketio/value.hpp"

#include <span>
#include <vector>

namespace socketio::transport {

class PollBodies final : private shard::TurnTask {
public:
    explicit PollBodies(shard::Shard& shard) : shard_(shard) {}

    /// `messages` in that format; empty references are passed over.
    [[nodiscard]] Binary make(std::span<const engine::MessageRef> messages,
                              engine::PayloadFormat format);

private:
    void at_turn_end() override;

    shard::Shard& shard_;
    std::vector<engine::MessageRef> messages_;
    engine::PayloadFormat format_ = engine::PayloadFormat::v4;
    Binary body_;
};

}  // namespace socketio::transport
