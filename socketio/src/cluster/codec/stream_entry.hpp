#pragma once
// One message as an entry of a Redis stream: fields uid, nsp, type and data, the last as JSON text or as base64 of
// MessagePack. WIRE.md B13. I/O-free; any thread.

#include "cluster/codec/cluster_message.hpp"

#include <string>
#include <string_view>

namespace socketio::cluster {

struct EntryFields {
    std::string_view uid;
    std::string_view nsp;
    std::string_view type;
    /// Empty: none.
    std::string_view data;
};

/// The values of `type` and `data`; base64 when there is binary.
struct EncodedEntry {
    std::string type;
    std::string data;
};
[[nodiscard]] EncodedEntry encode_entry(const ClusterBroadcast& broadcast);
[[nodiscard]] EncodedEntry encode_entry(const ClusterSurgery& surgery);

/// As decode_message(). The offset of a broadcast is not in it.
[[nodiscard]] Result<ClusterMessage> decode_entry(const EntryFields& fields);

}  // namespace socketio::cluster
