#pragma once
// What the sockets left behind that were connected on this shard last and are away, the oldest first; bounded by
// time, number and bytes. Lives on one shard; no clock of its own.

#include "base/time.hpp"
#include "hub/recovery_record.hpp"
#include "socketio/options.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

namespace socketio::hub {

class RecoveryRecords {
public:
    using Record = std::unique_ptr<RecoverySession>;

    explicit RecoveryRecords(const RecoveryOptions& options) noexcept : options_(options) {}

    /// Those that are dropped for it.
    [[nodiscard]] std::vector<Pid> put(Record record);
    /// Null when there is none, or one of another namespace or format, which stays.
    [[nodiscard]] Record take(const Inquiry& inquiry);
    [[nodiscard]] bool has(const Pid& pid) const { return by_pid_.contains(pid); }
    [[nodiscard]] bool is_expired(const RecoverySession& session,
                                  base::TimePoint now) const noexcept {
        return now >= expiry_of(session);
    }
    /// When the oldest one expires; far in the future when there is none.
    [[nodiscard]] base::TimePoint next_expiry() const noexcept {
        return records_.empty() ? base::TimePoint::max() : expiry_of(*records_.front());
    }

    /// Those that expired, and those of a namespace.
    [[nodiscard]] std::vector<Pid> drop_expired(base::TimePoint now);
    [[nodiscard]] std::vector<Pid> drop_of(std::string_view nsp);

    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    using Records = std::list<Record>;

    [[nodiscard]] base::TimePoint expiry_of(const RecoverySession& session) const noexcept {
        return session.left_at + options_.max_disconnection_duration;
    }
    Record take_out(Records::iterator record);

    const RecoveryOptions& options_;
    Records records_;
    boost::unordered_flat_map<Pid, Records::iterator, PidHash> by_pid_;
    std::size_t bytes_ = 0;
};

}  // namespace socketio::hub
