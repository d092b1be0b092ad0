// See stream_entry.hpp.
#include "cluster/codec/stream_entry.hpp"

#include "base/base64.hpp"
#include "wire/json.hpp"
#include "wire/msgpack.hpp"

#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace socketio::cluster {
namespace {

constexpr std::size_t entry_uid_bytes_max = 256;

EncodedEntry entry_of(MessageType type, EncodedData data) {
    EncodedEntry entry{std::to_string(static_cast<int>(type)), {}};
    if (data.is_msgpack) {
        base::append_base64(entry.data, data.bytes);
    } else {
        entry.data = std::move(data.bytes);
    }
    return entry;
}

Result<Value> decode_entry_data(std::string_view data) {
    if (data.empty()) return Value();
    if (data.starts_with('{')) return wire::parse_json(data, wire::MsgpackLimits{}.depth_max);
    const std::optional<std::string> bytes = base::decode_base64(data);
    if (!bytes) return make_error_code(errc::invalid_msgpack);
    return wire::decode_msgpack(*bytes);
}

}  // namespace

EncodedEntry encode_entry(const ClusterBroadcast& broadcast) {
    return entry_of(MessageType::broadcast, encode_data(broadcast));
}

EncodedEntry encode_entry(const ClusterSurgery& surgery) {
    const MessageBody body(surgery);
    return entry_of(type_of(body), encode_data(body));
}

Result<ClusterMessage> decode_entry(const EntryFields& fields) {
    int type = 0;
    const char* end = fields.type.data() + fields.type.size();
    const auto [at, ec] = std::from_chars(fields.type.data(), end, type);
    if (ec != std::errc() || at != end || fields.uid.size() > entry_uid_bytes_max) {
        return make_error_code(errc::invalid_packet);
    }
    Result<Value> data = decode_entry_data(fields.data);
    if (data.has_error()) return data.error();
    Result<MessageBody> body = read_body(type, fields.nsp, &*data);
    if (body.has_error()) return body.error();
    return ClusterMessage{std::string(fields.uid), std::string(fields.nsp), std::move(*body)};
}

}  // namespace socketio::cluster
