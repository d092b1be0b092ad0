#include "hub/recovery_log.hpp"

#include "base/assert.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <utility>

namespace socketio::hub {

std::size_t RecoveryLog::RoomHash::operator()(const RoomView& room) const noexcept {
    auto seed = boost::hash<const NamespaceState*>()(room.nsp);
    boost::hash_combine(seed, room.name ? boost::hash<std::string_view>()(*room.name) : 0);
    return seed;
}

// ---- Putting in --------------------------------------------------------------------------------

void RecoveryLog::append(const NamespaceState& nsp, const Audience& audience,
                         EventContents contents, Reach reach, base::TimePoint now) {
    SOCKETIO_ASSERT(contents.offset() != wire::EventOffset::none);
    trim(now);
    recount_some();
    const auto bytes = contents.bytes();
    bytes_ += bytes;
    positions_.emplace(static_cast<std::uint64_t>(contents.offset()), end());
    auto& entry = entries_.emplace_back(Entry{std::move(contents), bytes, now, reach, {}, {}});
    if (audience.rooms.empty()) link(entry, nsp, std::nullopt);
    for (const auto& room : audience.rooms) link(entry, nsp, room);
    entry.except.reserve(audience.except.size());
    for (const auto& room : audience.except) entry.except.push_back(&intern({&nsp, room}));
    keep_bounds();
}

/// Of an entry that stands at the end already.
void RecoveryLog::link(Entry& entry, const NamespaceState& nsp,
                       std::optional<std::string_view> name) {
    const auto position = end() - 1;
    auto& room = intern({&nsp, name});
    // Named twice: one link is enough.
    if (room.second.newest == position) return forget(room);
    entry.links.push_back({&room, std::exchange(room.second.newest, position)});
}

RecoveryLog::Room& RecoveryLog::intern(const RoomView& room) {
    auto found = rooms_.find(room);
    if (found == rooms_.end()) {
        RoomName name{room.nsp, std::nullopt};
        if (room.name) name.name = std::string(*room.name);
        found = rooms_.emplace(std::move(name), RoomPackets{nowhere, 0}).first;
    }
    ++found->second.references;
    return *found;
}

void RecoveryLog::forget(Room& room) {
    if (--room.second.references == 0) rooms_.erase(rooms_.find(room.first));
}

// ---- Counting ----------------------------------------------------------------------------------

void RecoveryLog::recount(Position position) {
    if (position < begin_ || position >= end()) return;
    recount(at(position));
    keep_bounds();
}

void RecoveryLog::recount(Entry& entry) noexcept {
    bytes_ -= std::exchange(entry.bytes, entry.contents.bytes());
    bytes_ += entry.bytes;
}

/// Two for each packet that comes: more than come, so each has its turn.
void RecoveryLog::recount_some() {
    for (int i = 0; i < 2 && !entries_.empty(); ++i) {
        if (recounted_ < begin_ || recounted_ >= end()) recounted_ = begin_;
        auto& entry = at(recounted_++);
        // What has one form has nothing to grow by.
        if (!entry.contents.only()) recount(entry);
    }
}

// ---- Taking out --------------------------------------------------------------------------------

void RecoveryLog::keep_bounds() {
    // One that is over the bounds alone is dropped at once: it cannot be sent again.
    while (!entries_.empty() &&
           (entries_.size() > bounds_.packets_max || bytes_ > bounds_.bytes_max)) {
        ++dropped_;
        dropped_until_ = begin_ + 1;
        dropped_at_ = entries_.front().at;
        drop_oldest();
    }
}

void RecoveryLog::trim(base::TimePoint now) {
    while (next_trim() <= now) drop_oldest();
}

void RecoveryLog::drop_oldest() {
    auto& entry = entries_.front();
    bytes_ -= entry.bytes;
    positions_.erase(static_cast<std::uint64_t>(entry.contents.offset()));
    for (const auto& one : entry.links) {
        // Nothing newer leads here; what is older is gone.
        if (one.room->second.newest == begin_) one.room->second.newest = nowhere;
        forget(*one.room);
    }
    for (auto* room : entry.except) forget(*room);
    entries_.pop_front();
    ++begin_;
}

// ---- Looking up --------------------------------------------------------------------------------

std::optional<RecoveryLog::Position> RecoveryLog::find(wire::EventOffset offset) const {
    const auto found = positions_.find(static_cast<std::uint64_t>(offset));
    if (found == positions_.end()) return std::nullopt;
    return found->second;
}

RecoveryLog::Room* RecoveryLog::find_room(const RoomView& room) const {
    const auto found = rooms_.find(room);
    return found == rooms_.end() ? nullptr : &*found;
}

RecoveryLog::Member RecoveryLog::look_up(const NamespaceState& nsp,
                                         std::span<const Stay> stays) const {
    Member member;
    member.everyone = find_room({&nsp, std::nullopt});
    for (const auto& stay : stays) {
        if (auto* room = find_room({&nsp, stay.room})) member.rooms.emplace_back(room, stay.since);
    }
    return member;
}

bool RecoveryLog::walk(const Room& room, Position from, std::size_t packets_max,
                       std::vector<Position>& positions) const {
    std::size_t count = 0;
    auto position = room.second.newest;
    while (position != nowhere && position >= std::max(from, begin_)) {
        if (++count > packets_max) return false;
        positions.push_back(position);
        const auto& links = at(position).links;
        const auto own = std::find_if(links.begin(), links.end(),
                                      [&](const Link& one) { return one.room == &room; });
        SOCKETIO_ASSERT(own != links.end());
        position = own->previous;
    }
    return true;
}

bool RecoveryLog::is_excepted(const Entry& entry, const Member& member) noexcept {
    return std::any_of(entry.except.begin(), entry.except.end(), [&](const Room* room) {
        return std::any_of(member.rooms.begin(), member.rooms.end(),
                           [&](const auto& own) { return own.first == room; });
    });
}

bool RecoveryLog::is_for(const Entry& entry, const Member& member) noexcept {
    if (is_excepted(entry, member)) return false;
    return std::any_of(entry.links.begin(), entry.links.end(), [&](const Link& one) {
        return one.room == member.everyone ||
               std::any_of(member.rooms.begin(), member.rooms.end(),
                           [&](const auto& own) { return own.first == one.room; });
    });
}

bool RecoveryLog::collect(const NamespaceState& nsp, std::span<const Stay> stays, Position from,
                          const Reader& reader, std::vector<engine::ContentRef>& packets) {
    if (from >= end()) return true;
    const auto member = look_up(nsp, stays);
    std::vector<Position> positions;
    if (member.everyone != nullptr &&
        !walk(*member.everyone, from, reader.packets_max, positions)) {
        return false;
    }
    for (const auto& [room, since] : member.rooms) {
        if (!walk(*room, std::max(from, since), reader.packets_max, positions)) return false;
    }
    std::sort(positions.begin(), positions.end());
    positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
    std::size_t bytes = 0;
    std::size_t count = 0;
    bool fits = true;
    for (const auto position : positions) {
        auto& entry = at(position);
        if (is_excepted(entry, member)) continue;
        const auto& content = entry.contents.of({reader.format, true});
        recount(entry);
        bytes += content->bytes();
        count += content->packets();
        fits = bytes <= reader.bytes_max && count <= reader.packets_max;
        if (!fits) break;
        packets.push_back(content);
    }
    keep_bounds();
    return fits;
}

void RecoveryLog::collect_unseen(const NamespaceState& nsp, std::span<const Stay> stays,
                                 const SeenOffsets& own, const SeenOffsets& other,
                                 wire::PacketFormat format,
                                 std::vector<engine::ContentRef>& packets) {
    auto sources_left = own.count_ahead_of(other);
    if (sources_left == 0) return;
    const auto member = look_up(nsp, stays);
    std::vector<bool> done(own.size(), false);
    std::vector<Entry*> found;
    // The newest first: a source is done with once a packet of it was seen there too.
    for (auto entry = entries_.rbegin(); entry != entries_.rend() && sources_left > 0; ++entry) {
        if (entry->reach != Reach::broadcast) continue;
        const auto offset = entry->contents.offset();
        const auto source = own.source_of(offset);
        if (!other.has(offset)) {
            if (is_for(*entry, member)) found.push_back(&*entry);
        } else if (own.is_ahead_of(other, source) && !done[source]) {
            done[source] = true;
            --sources_left;
        }
    }
    for (auto entry = found.rbegin(); entry != found.rend(); ++entry) {
        packets.push_back((*entry)->contents.of({format, true}));
        recount(**entry);
    }
    keep_bounds();
}

}  // namespace socketio::hub
