#include "server/local_sessions.hpp"

#include "hub/event_contents.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace socketio {

namespace {

using LocalOffset = std::pair<std::uint64_t, std::uint64_t>;

std::string offset_text(const LocalOffset& offset) {
    return std::to_string(offset.first) + '-' + std::to_string(offset.second);
}

/// Nothing for what offset_text() does not write: clients may say anything.
std::optional<LocalOffset> parse_local_offset(std::string_view text) {
    LocalOffset offset{0, 0};
    const auto* end = text.data() + text.size();
    const auto time = std::from_chars(text.data(), end, offset.first);
    if (time.ec != std::errc() || time.ptr == end || *time.ptr != '-') return std::nullopt;
    const auto place = std::from_chars(time.ptr + 1, end, offset.second);
    if (place.ec != std::errc() || place.ptr != end) return std::nullopt;
    return offset;
}

std::size_t bytes_of_event(const ClusterBroadcast& event) {
    return event.nsp.size() + hub::bytes_of(event.data) + hub::bytes_of(event.audience.rooms) +
           hub::bytes_of(event.audience.except);
}

std::size_t bytes_of_session(const StoredSession& session) {
    return session.sid.size() + session.pid.size() + session.nsp.size() +
           hub::bytes_of(session.rooms) + hub::bytes_of(session.data);
}

bool is_meant(const StoredSession& session, const ClusterBroadcast& event) {
    const auto is_in = [&](const std::string& room) {
        return room == session.sid ||
               std::find(session.rooms.begin(), session.rooms.end(), room) != session.rooms.end();
    };
    const auto& [rooms, except] = event.audience;
    return event.nsp == session.nsp &&
           (rooms.empty() || std::any_of(rooms.begin(), rooms.end(), is_in)) &&
           std::none_of(except.begin(), except.end(), is_in);
}

}  // namespace

void LocalSessions::note(ClusterBroadcast& event, std::uint64_t milliseconds_since_1970) {
    if (event.flags.is_volatile) return;
    if (milliseconds_since_1970 > last_offset_.first) {
        last_offset_ = {milliseconds_since_1970, 0};
    } else {
        ++last_offset_.second;
    }
    event.offset = offset_text(last_offset_);
    const auto bytes = bytes_of_event(event);
    events_.push_back({last_offset_, event, bytes});
    events_bytes_ += bytes;
    while (events_.size() > bounds_.packets_max || events_bytes_ > bounds_.packet_bytes_max) {
        events_bytes_ -= events_.front().bytes;
        events_.pop_front();
    }
}

void LocalSessions::keep(const StoredSession& session, base::TimePoint until, base::TimePoint now) {
    const auto known = by_pid_.find(session.pid);
    if (known != by_pid_.end()) forget(known->second);
    const auto bytes = bytes_of_session(session);
    sessions_.push_back({session, until, bytes});
    by_pid_.emplace(session.pid, std::prev(sessions_.end()));
    sessions_bytes_ += bytes;
    const auto is_over_bounds = [this] {
        return sessions_.size() > bounds_.sessions_max ||
               sessions_bytes_ > bounds_.session_bytes_max;
    };
    while (!sessions_.empty() && (is_over_bounds() || sessions_.front().until <= now)) {
        forget(sessions_.begin());
    }
}

std::unique_ptr<RestoredSession> LocalSessions::restore(std::string_view nsp,
                                                        const std::string& pid,
                                                        std::string_view offset,
                                                        base::TimePoint now) {
    const auto known = by_pid_.find(pid);
    if (known == by_pid_.end() || known->second->stored.nsp != nsp) return nullptr;
    const bool is_too_old = known->second->until <= now;
    auto restored = std::make_unique<RestoredSession>();
    restored->session = known->second->stored;
    forget(known->second);

    const auto last = parse_local_offset(offset);
    if (is_too_old || !last) return nullptr;
    auto event =
        std::lower_bound(events_.begin(), events_.end(), *last,
                         [](const Event& one, const Offset& other) { return one.offset < other; });
    if (event == events_.end() || event->offset != *last) return nullptr;
    for (++event; event != events_.end(); ++event) {
        if (is_meant(restored->session, event->broadcast)) {
            restored->missed.push_back(event->broadcast);
        }
    }
    return restored;
}

void LocalSessions::forget(Sessions::iterator session) {
    sessions_bytes_ -= session->bytes;
    by_pid_.erase(session->stored.pid);
    sessions_.erase(session);
}

}  // namespace socketio
