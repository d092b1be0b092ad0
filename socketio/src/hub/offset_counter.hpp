#pragma once
// Who emitted which event, and what a shard has seen of it. Events come from sources: each shard is one, and
// all other threads together are one more. A source's offsets grow, and its events reach every shard in that
// order; those of different sources come as they come.

#include "wire/event_offset.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace socketio::hub {

/// The number of sources for so many shards; shard N is source N, other threads are the last one.
[[nodiscard]] constexpr std::uint32_t sources_of(unsigned shards) noexcept {
    return shards + 1;
}
[[nodiscard]] constexpr std::uint32_t source_of(wire::EventOffset offset,
                                                std::uint32_t sources) noexcept {
    return static_cast<std::uint32_t>(wire::place_of(offset) % sources);
}

/// The offsets that one source gives out: sources share a millisecond's places by turns, so that no two give
/// out the same. Lives where its source does.
class OffsetCounter {
public:
    OffsetCounter(std::uint32_t source, std::uint32_t sources) noexcept
        : source_(source), sources_(sources) {}

    [[nodiscard]] wire::EventOffset next(std::uint64_t now_ms) noexcept {
        if (now_ms > last_ms_) {
            last_ms_ = now_ms;
            turn_ = 0;
        } else if ((turn_ + 1) * sources_ > wire::event_offset_places) {
            // More than a millisecond has places for.
            ++last_ms_;
            turn_ = 0;
        }
        return wire::make_event_offset(last_ms_, turn_++ * sources_ + source_);
    }

private:
    const std::uint64_t source_;
    const std::uint64_t sources_;
    std::uint64_t last_ms_ = 0;
    std::uint64_t turn_ = 0;
};

/// How far a shard has come with the broadcasts of each source.
class SeenOffsets {
public:
    explicit SeenOffsets(std::uint32_t sources) : newest_(sources, wire::EventOffset::none) {}

    [[nodiscard]] std::size_t size() const noexcept { return newest_.size(); }
    void note(wire::EventOffset offset) noexcept { newest_[source_of(offset)] = offset; }
    [[nodiscard]] bool has(wire::EventOffset offset) const noexcept {
        return offset <= newest_[source_of(offset)];
    }
    /// Nothing was seen there that was not seen here.
    [[nodiscard]] bool covers(const SeenOffsets& other) const noexcept {
        return std::equal(newest_.begin(), newest_.end(), other.newest_.begin(),
                          [](auto own, auto theirs) { return own >= theirs; });
    }
    /// Sources of which more was seen here than there.
    [[nodiscard]] std::size_t count_ahead_of(const SeenOffsets& other) const noexcept {
        std::size_t ahead = 0;
        for (std::size_t i = 0; i < newest_.size(); ++i) {
            ahead += newest_[i] > other.newest_[i] ? 1U : 0U;
        }
        return ahead;
    }
    [[nodiscard]] bool is_ahead_of(const SeenOffsets& other, std::size_t source) const noexcept {
        return newest_[source] > other.newest_[source];
    }
    [[nodiscard]] std::size_t source_of(wire::EventOffset offset) const noexcept {
        return hub::source_of(offset, static_cast<std::uint32_t>(newest_.size()));
    }

private:
    std::vector<wire::EventOffset> newest_;
};

}  // namespace socketio::hub
