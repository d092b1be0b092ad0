#pragma once
// A chart without datasets: what is published is the option. The last one is kept; what changed travels as
// a merge patch where that is shorter. Lives on one shard.

#include "live/position.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace chartcast::live {

/// What one publish changed, or several in a row. As with a Delta, an overlap does no harm.
struct RawChange {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    /// Nothing: the whole option has to go.
    std::optional<socketio::Value> patch;
};

class RawChart {
public:
    RawChart(Position position, socketio::Value option)
        : position_(std::move(position)), option_(std::move(option)) {}

    /// Nothing when the option is what it was.
    [[nodiscard]] std::optional<RawChange> publish(socketio::Value option);
    [[nodiscard]] std::optional<RawChange> patch(const socketio::Value& patch);
    /// Somebody else keeps the order: the option at this place. Nothing when it is not ahead of ours.
    [[nodiscard]] std::optional<RawChange> adopt(const Position& position, socketio::Value option);

    [[nodiscard]] const Position& position() const noexcept { return position_; }
    [[nodiscard]] const socketio::Value& option() const noexcept { return option_; }

    /// `{epoch, v, option}`.
    [[nodiscard]] socketio::Object whole() const;
    /// `{epoch, v, from, patch}`, or the whole when that is no longer. REQUIRES: `change` ends here.
    [[nodiscard]] socketio::Object body(const RawChange& change) const;

private:
    Position position_;
    socketio::Value option_;
};

/// REQUIRES: `second` begins where `first` ends.
[[nodiscard]] RawChange conflate(const RawChange& first, const RawChange& second);

}  // namespace chartcast::live
