#pragma once
// What an adapter that keeps sessions keeps, as a Redis stream and keys beside it would: broadcasts in the order
// of their offsets, and sessions that are handed out once.

#include "socketio/adapter.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::test {

/// For Options::adapter, so that hubs know; whoever tests does its work.
class KeepingAdapter final : public Adapter {
public:
    void start(AdapterHost&) override {}
    void stop() override {}
    void publish(const ClusterBroadcast&) override {}
    [[nodiscard]] bool delivers_own() const noexcept override { return true; }
    [[nodiscard]] bool keeps_sessions() const noexcept override { return true; }
};

class SessionStore {
public:
    /// It has the next offset then, unless it is volatile: such a one is not kept.
    void append(ClusterBroadcast event) {
        if (!event.flags.is_volatile) event.offset = next_offset();
        entries_.push_back(std::move(event));
    }
    void keep(const StoredSession& session) { sessions_.insert_or_assign(session.pid, session); }
    /// As Adapter::restore_session(): nothing for a client that got no event.
    [[nodiscard]] std::unique_ptr<RestoredSession> take(const std::string& nsp,
                                                        const std::string& pid,
                                                        const std::string& offset) {
        const auto session = sessions_.find(pid);
        if (session == sessions_.end() || session->second.nsp != nsp) return nullptr;
        auto restored = std::make_unique<RestoredSession>();
        restored->session = std::move(session->second);
        sessions_.erase(session);
        auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const auto& one) {
            return !offset.empty() && one.offset == offset;
        });
        if (entry == entries_.end()) return nullptr;
        for (++entry; entry != entries_.end(); ++entry) {
            const bool is_missed = entry->nsp == nsp && !entry->offset.empty() &&
                                   is_for(entry->audience, restored->session.rooms);
            if (is_missed) restored->missed.push_back(*entry);
        }
        return restored;
    }

    [[nodiscard]] static bool is_for(const Audience& audience,
                                     const std::vector<std::string>& rooms) {
        const auto is_in = [&](const std::string& room) {
            return std::find(rooms.begin(), rooms.end(), room) != rooms.end();
        };
        if (std::any_of(audience.except.begin(), audience.except.end(), is_in)) return false;
        return audience.rooms.empty() ||
               std::any_of(audience.rooms.begin(), audience.rooms.end(), is_in);
    }

    [[nodiscard]] const std::vector<ClusterBroadcast>& entries() const noexcept { return entries_; }
    [[nodiscard]] const std::map<std::string, StoredSession>& sessions() const noexcept {
        return sessions_;
    }

private:
    /// Some in one millisecond, and the text of a later one may be the smaller text.
    [[nodiscard]] std::string next_offset() {
        const auto number = next_++;
        return std::to_string(1'790'000'000'095 + number / 12) + '-' + std::to_string(number % 12);
    }

    std::vector<ClusterBroadcast> entries_;
    std::map<std::string, StoredSession> sessions_;
    std::uint64_t next_ = 0;
};

}  // namespace socketio::test
