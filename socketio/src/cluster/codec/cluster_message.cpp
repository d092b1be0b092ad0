// See cluster_message.hpp. Reading is in cluster_message_reader.cpp.
#include "cluster/codec/cluster_message.hpp"

#include "cluster/codec/message_parts.hpp"
#include "wire/json.hpp"
#include "wire/msgpack.hpp"

#include <utility>

namespace socketio::cluster {
namespace {

constexpr std::int64_t cluster_event_type = 2;

/// Without recursion: applications build values of any depth.
bool args_hold_binary(const Args& values) {
    std::vector<const Value*> open;
    const auto look_at = [&open](const Value& value) {
        if (value.kind() == Value::Kind::binary) return true;
        if (value.kind() == Value::Kind::array || value.kind() == Value::Kind::object) {
            open.push_back(&value);
        }
        return false;
    };
    for (const Value& value : values) {
        if (look_at(value)) return true;
    }
    while (!open.empty()) {
        const Value& value = *open.back();
        open.pop_back();
        if (const Array* array = value.if_array()) {
            for (const Value& element : *array) {
                if (look_at(element)) return true;
            }
        } else if (const Object* object = value.if_object()) {
            for (const auto& [key, member] : *object) {
                if (look_at(member)) return true;
            }
        }
    }
    return false;
}

/// A broadcast without its copies.
struct BroadcastParts {
    const ClusterBroadcast& event;
    const std::string* request_id = nullptr;
    std::optional<std::chrono::milliseconds> timeout = std::nullopt;
};

BroadcastParts parts_of(const message::Broadcast& broadcast) {
    return {broadcast.event, broadcast.request_id ? &*broadcast.request_id : nullptr,
            broadcast.timeout};
}

/// `{rooms, except, flags}` with the clients' time among the flags.
Value options_value(const BroadcastParts& broadcast) {
    Value options = value_of(broadcast.event.audience, broadcast.event.flags);
    if (!broadcast.timeout) return options;
    Object* members = options.if_object();
    Value* flags = members != nullptr ? members->find("flags") : nullptr;
    Object* set = flags != nullptr ? flags->if_object() : nullptr;
    if (set != nullptr) set->append("timeout", std::int64_t{broadcast.timeout->count()});
    return options;
}

void append_json_data(std::string& out, const BroadcastParts& broadcast) {
    out += R"({"packet":{"type":2,"data":[)";
    bool is_first = true;
    for (const Value& value : broadcast.event.data) {
        if (!std::exchange(is_first, false)) out += ',';
        wire::append_json(out, value);
    }
    out += "]}";
    if (broadcast.request_id != nullptr) {
        out += R"(,"requestId":)";
        wire::append_json_string(out, *broadcast.request_id);
    }
    out += R"(,"opts":)";
    wire::append_json(out, options_value(broadcast));
    out += '}';
}

void append_msgpack_data(std::string& out, const BroadcastParts& broadcast) {
    wire::append_msgpack_map(out, broadcast.request_id != nullptr ? 3 : 2);
    wire::append_msgpack_string(out, "packet");
    wire::append_msgpack_map(out, 2);
    wire::append_msgpack_string(out, "type");
    wire::append_msgpack_integer(out, cluster_event_type);
    wire::append_msgpack_string(out, "data");
    wire::append_msgpack_array(out, broadcast.event.data.size());
    for (const Value& value : broadcast.event.data) wire::append_msgpack(out, value);
    if (broadcast.request_id != nullptr) {
        wire::append_msgpack_string(out, "requestId");
        wire::append_msgpack_string(out, *broadcast.request_id);
    }
    wire::append_msgpack_string(out, "opts");
    wire::append_msgpack(out, options_value(broadcast));
}

Value surgery_value(const ClusterSurgery& surgery) {
    Object data;
    data.append("opts", value_of(surgery.audience, EmitFlags{}));
    if (surgery.kind == ClusterSurgery::Kind::join || surgery.kind == ClusterSurgery::Kind::leave) {
        data.append("rooms", names_value(surgery.rooms));
    } else {
        data.append("close", surgery.kind == ClusterSurgery::Kind::disconnect_and_close);
    }
    return data;
}

/// Of messages that are no broadcast; null for those without data.
struct DataValue {
    Value operator()(const message::InitialHeartbeat&) const { return nullptr; }
    Value operator()(const message::Heartbeat&) const { return nullptr; }
    Value operator()(const message::AdapterClose&) const { return nullptr; }
    Value operator()(const message::Broadcast&) const { return nullptr; }
    Value operator()(const ClusterSurgery& surgery) const { return surgery_value(surgery); }
    Value operator()(const message::FetchSockets& fetch) const {
        return Object{{"opts", value_of(fetch.audience, EmitFlags{})},
                      {"requestId", fetch.request_id}};
    }
    Value operator()(const message::FetchedSockets& fetched) const {
        Array sockets;
        sockets.reserve(fetched.sockets.size());
        for (const SocketDetails& details : fetched.sockets) sockets.push_back(value_of(details));
        return Object{{"requestId", fetched.request_id}, {"sockets", std::move(sockets)}};
    }
    Value operator()(const message::ServerSideEmit& emit) const {
        Object data;
        if (emit.request_id) data.append("requestId", *emit.request_id);
        data.append("packet", emit.data);
        return data;
    }
    Value operator()(const message::ServerSideAnswer& answer) const {
        return Object{{"requestId", answer.request_id}, {"packet", answer.answer}};
    }
    Value operator()(const message::ClientCount& count) const {
        return Object{{"requestId", count.request_id}, {"clientCount", count.clients}};
    }
    Value operator()(const message::ClientAnswer& answer) const {
        return Object{{"requestId", answer.request_id}, {"packet", answer.answer}};
    }
};

EncodedData encode_broadcast_data(const BroadcastParts& broadcast, bool as_msgpack) {
    EncodedData data;
    data.is_msgpack = as_msgpack || args_hold_binary(broadcast.event.data);
    if (data.is_msgpack) {
        append_msgpack_data(data.bytes, broadcast);
    } else {
        append_json_data(data.bytes, broadcast);
    }
    return data;
}

EncodedData encode_body_data(const MessageBody& body, bool as_msgpack) {
    if (const auto* broadcast = std::get_if<message::Broadcast>(&body)) {
        return encode_broadcast_data(parts_of(*broadcast), as_msgpack);
    }
    Args value;
    value.push_back(std::visit(DataValue{}, body));
    EncodedData data;
    data.is_msgpack = as_msgpack;
    if (value.front().is_null()) return data;
    data.is_msgpack = as_msgpack || args_hold_binary(value);
    if (data.is_msgpack) {
        wire::append_msgpack(data.bytes, value.front());
    } else {
        wire::append_json(data.bytes, value.front());
    }
    return data;
}

std::string enclose_json(MessageType type, std::string_view data, std::string_view uid,
                         std::string_view nsp) {
    std::string out = R"({"type":)" + std::to_string(static_cast<int>(type));
    if (!data.empty()) out.append(R"(,"data":)").append(data);
    return out += tails_of(uid, nsp).json;
}

std::string enclose_msgpack(MessageType type, std::string_view data, std::string_view uid,
                            std::string_view nsp) {
    std::string out;
    wire::append_msgpack_map(out, data.empty() ? 3 : 4);
    wire::append_msgpack_string(out, "type");
    wire::append_msgpack_integer(out, static_cast<std::int64_t>(type));
    if (!data.empty()) {
        wire::append_msgpack_string(out, "data");
        out += data;
    }
    return out += tails_of(uid, nsp).msgpack;
}

std::string enclose(MessageType type, const EncodedData& data, std::string_view uid,
                    std::string_view nsp) {
    return data.is_msgpack ? enclose_msgpack(type, data.bytes, uid, nsp)
                           : enclose_json(type, data.bytes, uid, nsp);
}

MessageType type_of_surgery(ClusterSurgery::Kind kind) noexcept {
    switch (kind) {
        case ClusterSurgery::Kind::join: return MessageType::sockets_join;
        case ClusterSurgery::Kind::leave: return MessageType::sockets_leave;
        case ClusterSurgery::Kind::disconnect:
        case ClusterSurgery::Kind::disconnect_and_close: break;
    }
    return MessageType::disconnect_sockets;
}

struct TypeOf {
    MessageType operator()(const message::InitialHeartbeat&) const noexcept {
        return MessageType::initial_heartbeat;
    }
    MessageType operator()(const message::Heartbeat&) const noexcept {
        return MessageType::heartbeat;
    }
    MessageType operator()(const message::AdapterClose&) const noexcept {
        return MessageType::adapter_close;
    }
    MessageType operator()(const message::Broadcast&) const noexcept {
        return MessageType::broadcast;
    }
    MessageType operator()(const ClusterSurgery& surgery) const noexcept {
        return type_of_surgery(surgery.kind);
    }
    MessageType operator()(const message::FetchSockets&) const noexcept {
        return MessageType::fetch_sockets;
    }
    MessageType operator()(const message::FetchedSockets&) const noexcept {
        return MessageType::fetch_sockets_response;
    }
    MessageType operator()(const message::ServerSideEmit&) const noexcept {
        return MessageType::server_side_emit;
    }
    MessageType operator()(const message::ServerSideAnswer&) const noexcept {
        return MessageType::server_side_emit_response;
    }
    MessageType operator()(const message::ClientCount&) const noexcept {
        return MessageType::broadcast_client_count;
    }
    MessageType operator()(const message::ClientAnswer&) const noexcept {
        return MessageType::broadcast_ack;
    }
};

}  // namespace

MessageType type_of(const MessageBody& body) noexcept {
    return std::visit(TypeOf{}, body);
}

std::string encode_message(const ClusterMessage& message) {
    return enclose(type_of(message.body), encode_body_data(message.body, false), message.uid,
                   message.nsp);
}

std::string encode_message(std::string_view uid, const ClusterBroadcast& broadcast) {
    return enclose(MessageType::broadcast, encode_data(broadcast), uid, broadcast.nsp);
}

std::string encode_msgpack_message(const ClusterMessage& message) {
    return enclose(type_of(message.body), encode_body_data(message.body, true), message.uid,
                   message.nsp);
}

EncodedData encode_data(const MessageBody& body) {
    return encode_body_data(body, false);
}

EncodedData encode_data(const ClusterBroadcast& broadcast) {
    return encode_broadcast_data(BroadcastParts{broadcast}, false);
}

MessageTails tails_of(std::string_view uid, std::string_view nsp) {
    MessageTails tails;
    tails.json = R"(,"uid":)";
    wire::append_json_string(tails.json, uid);
    tails.json += R"(,"nsp":)";
    wire::append_json_string(tails.json, nsp);
    tails.json += '}';
    wire::append_msgpack_string(tails.msgpack, "uid");
    wire::append_msgpack_string(tails.msgpack, uid);
    wire::append_msgpack_string(tails.msgpack, "nsp");
    wire::append_msgpack_string(tails.msgpack, nsp);
    return tails;
}

bool has_tail(std::string_view message, const MessageTails& tails) noexcept {
    return message.ends_with(message.starts_with('{') ? tails.json : tails.msgpack);
}

}  // namespace socketio::cluster
