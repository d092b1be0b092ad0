#pragma once
// Broadcasts of an adapter that keeps sessions, as they came to this shard, for as long as somebody is on the way
// back: what the adapter says they missed ends somewhere, and what came meanwhile stands here. Nothing is kept
// when nobody is. Bounded by number and bytes. Lives on one shard.

#include "engine/message.hpp"
#include "hub/event_contents.hpp"
#include "hub/namespace_port.hpp"
#include "hub/recovery_log.hpp"
#include "socketio/broadcast.hpp"
#include "wire/cluster_offset.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace socketio::hub {

class NamespaceState;

class ArrivalLog {
public:
    using Position = RecoveryLog::Position;

    ArrivalLog(std::size_t packets_max, std::size_t bytes_max) noexcept
        : packets_max_(packets_max), bytes_max_(bytes_max) {}
    ArrivalLog(const ArrivalLog&) = delete;
    ArrivalLog& operator=(const ArrivalLog&) = delete;

    /// Somebody wants to know what comes from here on, until close() with the same position.
    Position open();
    void close(Position position);
    [[nodiscard]] bool is_wanted() const noexcept { return !wanted_.empty(); }

    /// It has an offset of the adapter's.
    void append(const NamespaceState& nsp, const Delivery& delivery);
    [[nodiscard]] Position end() const noexcept { return begin_ + entries_.size(); }

    /// Appends what somebody who stayed in these rooms was sent from a position on and behind an offset, as the
    /// reader reads it. False when that is more than it can be sent, or not all there any more.
    [[nodiscard]] bool collect(const NamespaceState& nsp, std::span<const RecoveryLog::Stay> stays,
                               Position from, const std::optional<wire::ClusterOffset>& behind,
                               const RecoveryLog::Reader& reader,
                               std::vector<engine::ContentRef>& packets) const;

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        const NamespaceState* nsp;
        Audience audience;
        wire::ClusterOffset offset;
        EventContents contents;
        std::size_t bytes;
    };

    void drop_oldest();
    [[nodiscard]] static bool is_for(const Audience& audience, Position position,
                                     std::span<const RecoveryLog::Stay> stays) noexcept;

    const std::size_t packets_max_;
    const std::size_t bytes_max_;
    std::deque<Entry> entries_;
    Position begin_ = 0;  ///< Of the first entry.
    std::size_t bytes_ = 0;
    std::multiset<Position> wanted_;
};

}  // namespace socketio::hub
