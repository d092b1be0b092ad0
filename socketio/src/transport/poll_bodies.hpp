#pragma once
// A broadcast makes the same body for every poll that waits for nothing else: it is built once, compressed once
// for each coding, and shared. Holds the last body until the end of the turn. Lives on one shard.

#include "engine/message.hpp"
#include "shard/shard.hpp"
#include "socketio/value.hpp"
#include "wire/content_coding.hpp"
#include "wire/websocket_deflate.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace socketio::transport {

struct PollBody {
    Binary bytes;
    wire::ContentCoding coding = wire::ContentCoding::identity;
};

class PollBodies final : private shard::TurnTask {
public:
    PollBodies(shard::Shard& shard, wire::Deflater& deflater) noexcept
        : shard_(shard), deflater_(deflater) {}

    /// `messages` in that format; empty references are passed over. In the coding that is wanted where the
    /// options, a message's own flag and its size allow it and it gains something, else as it is.
    [[nodiscard]] PollBody make(std::span<const engine::MessageRef> messages,
                                engine::PayloadFormat format, wire::ContentCoding wanted);

private:
    void at_turn_end() override;
    void build(std::span<const engine::MessageRef> messages, engine::PayloadFormat format);
    [[nodiscard]] bool may_compress() const noexcept;
    [[nodiscard]] Binary compress(wire::ContentCoding coding);

    shard::Shard& shard_;
    wire::Deflater& deflater_;
    std::vector<engine::MessageRef> messages_;
    engine::PayloadFormat format_ = engine::PayloadFormat::v4;
    Binary body_;
    /// By ContentCoding: not tried, or empty when nothing was gained.
    std::array<std::optional<Binary>, 3> compressed_;
};

}  // namespace socketio::transport
