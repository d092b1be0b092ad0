// See cluster_message.hpp.
#include "cluster/codec/cluster_message.hpp"
#include "cluster/codec/message_parts.hpp"
#include "wire/json.hpp"
#include "wire/msgpack.hpp"

#include <algorithm>
#include <utility>

namespace socketio::cluster {
namespace {

/// Ids are 16 characters; they are kept, and sent back.
constexpr std::size_t message_id_bytes_max = 256;
/// Of clients that are asked: no answer is waited for longer.
constexpr std::chrono::milliseconds client_timeout_max = std::chrono::hours(24);

boost::system::error_code no_such_message() {
    return make_error_code(errc::invalid_packet);
}

/// nullptr where there is none, or one of another kind or too long.
const std::string* short_text_member(const Object& object, std::string_view key) {
    const Value* value = object.find(key);
    const std::string* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr && text->size() <= message_id_bytes_max ? text : nullptr;
}

Value taken_member(Object& object, std::string_view key) {
    Value* value = object.find(key);
    return value != nullptr ? std::move(*value) : Value();
}

std::optional<ReadOpts> opts_of_body(const Object& data) {
    const Value* opts = data.find("opts");
    if (opts == nullptr) return std::nullopt;
    return read_opts(*opts);
}

Result<MessageBody> read_broadcast_body(std::string_view nsp, Object& data) {
    Value* packet = data.find("packet");
    std::optional<ReadOpts> opts = opts_of_body(data);
    if (packet == nullptr || !opts) return no_such_message();
    Result<Args> event = read_packet(std::move(*packet));
    if (event.has_error()) return event.error();
    message::Broadcast broadcast{{std::string(nsp),
                                  std::move(*event),
                                  std::move(opts->audience),
                                  std::move(opts->flags),
                                  {}},
                                 std::nullopt,
                                 std::nullopt};
    if (data.find("requestId") != nullptr) {
        const std::string* request_id = short_text_member(data, "requestId");
        if (request_id == nullptr) return no_such_message();
        broadcast.request_id = *request_id;
    }
    if (opts->timeout_ms && *opts->timeout_ms >= 0) {
        broadcast.timeout = std::chrono::milliseconds(
            std::min<std::int64_t>(*opts->timeout_ms, client_timeout_max.count()));
    }
    return MessageBody(std::move(broadcast));
}

Result<MessageBody> read_rooms_body(ClusterSurgery::Kind kind, std::string_view nsp,
                                    const Object& data) {
    std::optional<ReadOpts> opts = opts_of_body(data);
    const Value* rooms = data.find("rooms");
    if (!opts || rooms == nullptr) return no_such_message();
    std::optional<std::vector<std::string>> names = read_names(*rooms);
    if (!names) return no_such_message();
    return MessageBody(
        ClusterSurgery{kind, std::string(nsp), std::move(opts->audience), std::move(*names)});
}

Result<MessageBody> read_disconnect_body(std::string_view nsp, const Object& data) {
    std::optional<ReadOpts> opts = opts_of_body(data);
    if (!opts) return no_such_message();
    const Value* value = data.find("close");
    const bool* close = value != nullptr ? value->if_bool() : nullptr;
    const auto kind = close != nullptr && *close ? ClusterSurgery::Kind::disconnect_and_close
                                                 : ClusterSurgery::Kind::disconnect;
    return MessageBody(ClusterSurgery{kind, std::string(nsp), std::move(opts->audience), {}});
}

Result<MessageBody> read_fetch_body(const Object& data) {
    std::optional<ReadOpts> opts = opts_of_body(data);
    const std::string* request_id = short_text_member(data, "requestId");
    if (!opts || request_id == nullptr) return no_such_message();
    return MessageBody(message::FetchSockets{std::move(opts->audience), *request_id});
}

Result<MessageBody> read_fetched_body(const Object& data) {
    const std::string* request_id = short_text_member(data, "requestId");
    const Value* value = data.find("sockets");
    const Array* sockets = value != nullptr ? value->if_array() : nullptr;
    if (request_id == nullptr || sockets == nullptr) return no_such_message();
    message::FetchedSockets fetched{*request_id, {}};
    for (const Value& socket : *sockets) {
        std::optional<SocketDetails> details = read_details(socket);
        if (!details) return no_such_message();
        fetched.sockets.push_back(std::move(*details));
    }
    return MessageBody(std::move(fetched));
}

Result<MessageBody> read_server_side_body(Object& data) {
    Value* packet = data.find("packet");
    Array* event = packet != nullptr ? packet->if_array() : nullptr;
    if (event == nullptr || event->empty() || event->front().if_string() == nullptr) {
        return no_such_message();
    }
    message::ServerSideEmit emit;
    if (data.find("requestId") != nullptr) {
        const std::string* request_id = short_text_member(data, "requestId");
        if (request_id == nullptr) return no_such_message();
        emit.request_id = *request_id;
    }
    emit.data = std::move(*event);
    return MessageBody(std::move(emit));
}

Result<MessageBody> read_client_count_body(const Object& data) {
    const std::string* request_id = short_text_member(data, "requestId");
    const Value* value = data.find("clientCount");
    const std::int64_t* clients = value != nullptr ? value->if_int64() : nullptr;
    if (request_id == nullptr || clients == nullptr || *clients < 0) return no_such_message();
    return MessageBody(message::ClientCount{*request_id, static_cast<std::size_t>(*clients)});
}

/// An answer that is left out is `undefined`.
template <class Answer>
Result<MessageBody> read_answer_body(Object& data) {
    const std::string* request_id = short_text_member(data, "requestId");
    if (request_id == nullptr) return no_such_message();
    std::string id = *request_id;
    return MessageBody(Answer{std::move(id), taken_member(data, "packet")});
}

Result<MessageBody> take_message_body(std::int64_t type, std::string_view nsp, Value* value) {
    static constexpr auto last = static_cast<std::int64_t>(MessageType::adapter_close);
    if (type < 1 || type > last) return no_such_message();
    switch (static_cast<MessageType>(type)) {
        case MessageType::initial_heartbeat: return MessageBody(message::InitialHeartbeat{});
        case MessageType::heartbeat: return MessageBody(message::Heartbeat{});
        case MessageType::adapter_close: return MessageBody(message::AdapterClose{});
        default: break;
    }
    Object* data = value != nullptr ? value->if_object() : nullptr;
    if (data == nullptr) return no_such_message();
    switch (static_cast<MessageType>(type)) {
        case MessageType::broadcast: return read_broadcast_body(nsp, *data);
        case MessageType::sockets_join:
            return read_rooms_body(ClusterSurgery::Kind::join, nsp, *data);
        case MessageType::sockets_leave:
            return read_rooms_body(ClusterSurgery::Kind::leave, nsp, *data);
        case MessageType::disconnect_sockets: return read_disconnect_body(nsp, *data);
        case MessageType::fetch_sockets: return read_fetch_body(*data);
        case MessageType::fetch_sockets_response: return read_fetched_body(*data);
        case MessageType::server_side_emit: return read_server_side_body(*data);
        case MessageType::server_side_emit_response:
            return read_answer_body<message::ServerSideAnswer>(*data);
        case MessageType::broadcast_client_count: return read_client_count_body(*data);
        case MessageType::broadcast_ack: return read_answer_body<message::ClientAnswer>(*data);
        default: return no_such_message();
    }
}

}  // namespace

Result<ClusterMessage> decode_message(std::string_view bytes) {
    // JSON as deep as MessagePack may be.
    Result<Value> root = bytes.starts_with('{')
                             ? wire::parse_json(bytes, wire::MsgpackLimits{}.depth_max)
                             : wire::decode_msgpack(bytes);
    if (root.has_error()) return root.error();
    Object* members = root->if_object();
    if (members == nullptr) return no_such_message();
    const Value* type = members->find("type");
    const std::int64_t* number = type != nullptr ? type->if_int64() : nullptr;
    const std::string* uid = short_text_member(*members, "uid");
    const Value* nsp = members->find("nsp");
    if (number == nullptr || uid == nullptr || nsp == nullptr || nsp->if_string() == nullptr) {
        return no_such_message();
    }
    ClusterMessage decoded{*uid, *nsp->if_string(), message::Heartbeat{}};
    Result<MessageBody> body = take_message_body(*number, decoded.nsp, members->find("data"));
    if (body.has_error()) return body.error();
    decoded.body = std::move(*body);
    return decoded;
}

Result<MessageBody> read_body(std::int64_t type, std::string_view nsp, Value* data) {
    return take_message_body(type, nsp, data);
}

}  // namespace socketio::cluster
