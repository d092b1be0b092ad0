#pragma once
// Entries of a stream in the replies of Redis. Any thread.

#include "cluster/codec/stream_entry.hpp"
#include "cluster/codec/stream_id.hpp"
#include <redis/reply.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace socketio::cluster {

/// Views into the reply.
struct StreamEntry {
    StreamId id;
    std::string_view id_text;
    EntryFields fields;
};

/// An element of XRANGE's and XREAD's lists; nothing for another shape.
[[nodiscard]] std::optional<StreamEntry> stream_entry_of(const redis::Reply& element);
/// The entries in XREAD's answer about one stream; none for null.
[[nodiscard]] const std::vector<redis::Reply>& entries_read(const redis::Reply& reply);
/// What the entry takes.
[[nodiscard]] std::size_t bytes_of(const EntryFields& fields) noexcept;

}  // namespace socketio::cluster
