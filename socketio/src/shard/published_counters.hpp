#pragma once
// A shard's counters for other threads to read, as of its last turn.

#include "socketio/counters.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace socketio::shard {

class PublishedCounters {
public:
    /// On the shard. Plain stores on common machines: nobody else writes.
    void publish(const Counters& now) noexcept {
        for (std::size_t i = 0; i < members.size(); ++i) {
            values_[i].store(now.*members[i], std::memory_order_relaxed);
        }
    }
    /// Any thread. Each number is exact; together they may be of two turns.
    void add_to(Counters& sum) const noexcept {
        for (std::size_t i = 0; i < members.size(); ++i) {
            sum.*members[i] += values_[i].load(std::memory_order_relaxed);
        }
    }

private:
    // Without `connections`, which the group of shards knows.
    static constexpr std::array members = {&Counters::handshakes,
                                           &Counters::handshakes_refused,
                                           &Counters::connections_refused,
                                           &Counters::addresses_refused,
                                           &Counters::tls_handshakes,
                                           &Counters::tls_handshakes_failed,
                                           &Counters::proxy_headers_refused,
                                           &Counters::polling_sessions,
                                           &Counters::websocket_sessions,
                                           &Counters::messages_queued,
                                           &Counters::messages_replaced,
                                           &Counters::messages_dropped,
                                           &Counters::messages_refused,
                                           &Counters::backlogs,
                                           &Counters::slow_clients,
                                           &Counters::events_refused,
                                           &Counters::writes,
                                           &Counters::partial_writes,
                                           &Counters::bytes_written,
                                           &Counters::http_bytes_written,
                                           &Counters::websocket_bytes_written,
                                           &Counters::recoveries,
                                           &Counters::recoveries_refused,
                                           &Counters::recovery_sessions_dropped,
                                           &Counters::recovery_packets_dropped,
                                           &Counters::recoverable_sessions,
                                           &Counters::recovery_packets,
                                           &Counters::recovery_packet_bytes};

    std::array<std::atomic<std::uint64_t>, members.size()> values_{};
};

}  // namespace socketio::shard
