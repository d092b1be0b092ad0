#pragma once
// The events of one shard that may have to be sent again: in the order in which they were sent, each once,
// however many received it. Bounded by age, number and bytes. Lives on one shard; no clock of its own.
//
//   packets   p0  p1  p2  p3  p4  p5 ...     a position for each, which stays what it is
//   "a"       <-------+-------+              each room leads to its newest packet, each packet from there to
//   everyone      <-------+-------+          the one before: who looks for some rooms walks over no others
//
// Where clients read several formats, an event is kept as what makes them, and is encoded for who comes back when
// nobody has encoded it before. What that takes counts, too: an event's bytes grow with the forms made of it.

#include "base/time.hpp"
#include "engine/message.hpp"
#include "hub/event_contents.hpp"
#include "hub/offset_counter.hpp"
#include "socketio/broadcast.hpp"
#include "wire/event_offset.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::hub {

class NamespaceState;

class RecoveryLog {
public:
    /// Counts all packets there ever were.
    using Position = std::uint64_t;

    struct Bounds {
        base::Milliseconds age;
        std::size_t packets_max;
        std::size_t bytes_max;
    };
    /// A room that somebody was in since a position.
    struct Stay {
        std::string_view room;
        Position since;
    };
    /// Who is sent it: how much that can be at once, and what it reads.
    struct Reader {
        std::size_t bytes_max = std::numeric_limits<std::size_t>::max();
        std::size_t packets_max = std::numeric_limits<std::size_t>::max();
        wire::PacketFormat format = wire::PacketFormat::json;
    };
    /// To whom a packet went.
    enum class Reach : std::uint8_t {
        broadcast,  ///< It is in the log of every shard.
        direct,     ///< To a socket of this shard, by its own room: in this log alone.
    };

    explicit RecoveryLog(const Bounds& bounds) noexcept : bounds_(bounds) {}
    RecoveryLog(const RecoveryLog&) = delete;
    RecoveryLog& operator=(const RecoveryLog&) = delete;

    /// The contents have an offset.
    void append(const NamespaceState& nsp, const Audience& audience, EventContents contents,
                Reach reach, base::TimePoint now);
    /// Forms may have been made of the packet there. Does nothing for one that is gone.
    void recount(Position position);
    /// Where the next packet will stand.
    [[nodiscard]] Position end() const noexcept { return begin_ + entries_.size(); }
    /// Where the packet with that offset stands.
    [[nodiscard]] std::optional<Position> find(wire::EventOffset offset) const;

    /// Appends what somebody who stayed in these rooms was sent from a position on, in order and as the reader
    /// reads it. False when that is more than it can be sent, and then `packets` is not to be used.
    [[nodiscard]] bool collect(const NamespaceState& nsp, std::span<const Stay> stays,
                               Position from, const Reader& reader,
                               std::vector<engine::ContentRef>& packets);
    /// The same for broadcasts that this shard has seen and another one had not.
    void collect_unseen(const NamespaceState& nsp, std::span<const Stay> stays,
                        const SeenOffsets& own, const SeenOffsets& other, wire::PacketFormat format,
                        std::vector<engine::ContentRef>& packets);

    /// Drops what is too old.
    void trim(base::TimePoint now);
    /// When the oldest packet gets too old; far in the future when there is none.
    [[nodiscard]] base::TimePoint next_trim() const noexcept {
        return entries_.empty() ? base::TimePoint::max() : entries_.front().at + bounds_.age;
    }

    [[nodiscard]] std::size_t packets() const noexcept { return entries_.size(); }
    /// As far as this shard knows: what others have made of an event since it notices when the log grows.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// Rooms that some packet names.
    [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.size(); }
    /// Packets that bounds took out before their time, how many; behind which position, and when the newest of
    /// them was sent.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    [[nodiscard]] Position dropped_until() const noexcept { return dropped_until_; }
    [[nodiscard]] base::TimePoint dropped_at() const noexcept { return dropped_at_; }

private:
    struct RoomName {
        const NamespaceState* nsp;
        /// Nothing stands for everyone: a room may have an empty name.
        std::optional<std::string> name;
    };
    /// The same as a view.
    struct RoomView {
        const NamespaceState* nsp;
        std::optional<std::string_view> name;
    };
    struct RoomHash {
        using is_transparent = void;
        std::size_t operator()(const RoomView& room) const noexcept;
        std::size_t operator()(const RoomName& room) const noexcept {
            return (*this)(RoomView{room.nsp, room.name});
        }
    };
    struct RoomEqual {
        using is_transparent = void;
        template <class One, class Other>
        bool operator()(const One& one, const Other& other) const noexcept {
            return one.nsp == other.nsp && one.name == other.name;
        }
    };
    struct RoomPackets {
        /// Of the newest packet for it, or nothing.
        Position newest;
        /// By entries, as an audience or as an exception.
        std::uint32_t references;
    };
    /// Entries keep their address.
    using Rooms = std::unordered_map<RoomName, RoomPackets, RoomHash, RoomEqual>;
    using Room = Rooms::value_type;

    struct Link {
        Room* room;
        Position previous;
    };
    struct Entry {
        EventContents contents;
        std::size_t bytes;
        base::TimePoint at;
        Reach reach;
        boost::container::small_vector<Link, 1> links;
        std::vector<Room*> except;
    };
    /// Rooms of somebody, as far as packets name them.
    struct Member {
        std::vector<std::pair<Room*, Position>> rooms;
        Room* everyone = nullptr;
    };

    static constexpr Position nowhere = std::numeric_limits<Position>::max();

    void link(Entry& entry, const NamespaceState& nsp, std::optional<std::string_view> name);
    [[nodiscard]] Room& intern(const RoomView& room);
    void forget(Room& room);
    void recount(Entry& entry) noexcept;
    void recount_some();
    void keep_bounds();
    void drop_oldest();
    [[nodiscard]] Member look_up(const NamespaceState& nsp, std::span<const Stay> stays) const;
    [[nodiscard]] Room* find_room(const RoomView& room) const;
    [[nodiscard]] const Entry& at(Position position) const noexcept {
        return entries_[static_cast<std::size_t>(position - begin_)];
    }
    [[nodiscard]] Entry& at(Position position) noexcept {
        return entries_[static_cast<std::size_t>(position - begin_)];
    }
    /// False when there are more than that many.
    [[nodiscard]] bool walk(const Room& room, Position from, std::size_t packets_max,
                            std::vector<Position>& positions) const;
    [[nodiscard]] static bool is_excepted(const Entry& entry, const Member& member) noexcept;
    [[nodiscard]] static bool is_for(const Entry& entry, const Member& member) noexcept;

    const Bounds bounds_;
    std::deque<Entry> entries_;
    Position begin_ = 0;  ///< Of the first entry.
    std::size_t bytes_ = 0;
    Position recounted_ = 0;  ///< Up to here, in rounds.
    /// Looked up by clients' requests alone; what they name is found without a walk.
    boost::unordered_flat_map<std::uint64_t, Position> positions_;
    mutable Rooms rooms_;
    std::uint64_t dropped_ = 0;
    Position dropped_until_ = 0;
    base::TimePoint dropped_at_ = base::TimePoint::min();
};

}  // namespace socketio::hub
