// See classic_request.hpp.
#include "cluster/codec/classic_request.hpp"

#include "cluster/codec/message_parts.hpp"
#include "wire/json.hpp"
#include "wire/msgpack.hpp"

#include <cstddef>
#include <utility>

namespace socketio::cluster {
namespace {

constexpr std::size_t plain_depth_max = 136;
constexpr auto highest_request = static_cast<std::int64_t>(ClassicType::broadcast);

Value broadcast_opts(const ClassicRequest& request) {
    Value opts = value_of(request.audience, request.flags);
    if (request.timeout) {
        Object& members = *opts.if_object();
        members.find("flags")->if_object()->append("timeout", request.timeout->count());
    }
    return opts;
}

void append_body(Object& out, const ClassicRequest& request) {
    switch (request.type) {
        case ClassicType::sockets: out.append("rooms", names_value(request.audience.rooms)); break;
        case ClassicType::remote_join:
        case ClassicType::remote_leave:
            out.append("opts", value_of(request.audience));
            out.append("rooms", names_value(request.rooms));
            break;
        case ClassicType::remote_disconnect:
            out.append("opts", value_of(request.audience));
            out.append("close", request.close);
            break;
        case ClassicType::remote_fetch: out.append("opts", value_of(request.audience)); break;
        case ClassicType::server_side_emit: out.append("data", Array(request.data)); break;
        case ClassicType::broadcast:
            out.append("packet", packet_value(request.data, &request.nsp));
            out.append("opts", broadcast_opts(request));
            break;
        case ClassicType::all_rooms:
        case ClassicType::client_count:
        case ClassicType::broadcast_ack: break;
    }
}

/// False when it is there and is no text.
[[nodiscard]] bool take_text(const Object& from, std::string_view key, std::string& out) {
    const Value* value = from.find(key);
    if (value == nullptr || value->is_null()) return true;
    const std::string* text = value->if_string();
    if (text != nullptr) out = *text;
    return text != nullptr;
}

[[nodiscard]] bool take_audience(const Object& from, ClassicRequest& request) {
    const Value* opts = from.find("opts");
    if (opts == nullptr) return false;
    std::optional<ReadOpts> read = read_opts(*opts);
    if (!read) return false;
    request.audience = std::move(read->audience);
    request.flags = read->flags;
    if (read->timeout_ms) request.timeout = std::chrono::milliseconds(*read->timeout_ms);
    return true;
}

[[nodiscard]] bool take_rooms(const Object& from, std::vector<std::string>& rooms) {
    const Value* value = from.find("rooms");
    auto names = value != nullptr ? read_names(*value) : std::nullopt;
    if (!names) return false;
    rooms = std::move(*names);
    return true;
}

/// The form before version 6.1: one socket, and one room unless it is sent away.
[[nodiscard]] bool take_one_socket(const Object& from, ClassicRequest& request) {
    std::string room;
    if (!take_text(from, "sid", request.sid) || request.sid.empty()) return false;
    if (!take_text(from, "room", room)) return false;
    if (request.type != ClassicType::remote_disconnect) request.rooms.push_back(std::move(room));
    request.audience.rooms.push_back(request.sid);
    return true;
}

[[nodiscard]] bool take_surgery(const Object& from, ClassicRequest& request) {
    const Value* close = from.find("close");
    const bool* is_close = close != nullptr ? close->if_bool() : nullptr;
    request.close = is_close != nullptr && *is_close;
    if (from.find("opts") == nullptr) return take_one_socket(from, request);
    return take_audience(from, request) &&
           (request.type == ClassicType::remote_disconnect || take_rooms(from, request.rooms));
}

[[nodiscard]] bool take_event(Object& from, ClassicRequest& request) {
    Value* data = from.find("data");
    Array* values = data != nullptr ? data->if_array() : nullptr;
    if (values == nullptr || values->empty() || values->front().if_string() == nullptr) {
        return false;
    }
    request.data = std::move(*values);
    return true;
}

[[nodiscard]] boost::system::error_code take_broadcast(Object& from, ClassicRequest& request) {
    Value* packet = from.find("packet");
    const Object* members = packet != nullptr ? packet->if_object() : nullptr;
    if (members == nullptr || !take_text(*members, "nsp", request.nsp) ||
        request.request_id.empty() || !take_audience(from, request)) {
        return make_error_code(errc::invalid_packet);
    }
    Result<Args> data = read_packet(std::move(*packet));
    if (data.has_error()) return data.error();
    request.data = std::move(*data);
    return {};
}

[[nodiscard]] boost::system::error_code take_body(Object& from, ClassicRequest& request) {
    bool is_well_formed = true;
    switch (request.type) {
        case ClassicType::sockets: is_well_formed = take_rooms(from, request.audience.rooms); break;
        case ClassicType::remote_join:
        case ClassicType::remote_leave:
        case ClassicType::remote_disconnect: is_well_formed = take_surgery(from, request); break;
        case ClassicType::remote_fetch: is_well_formed = take_audience(from, request); break;
        case ClassicType::server_side_emit: is_well_formed = take_event(from, request); break;
        case ClassicType::broadcast: return take_broadcast(from, request);
        case ClassicType::all_rooms:
        case ClassicType::client_count:
        case ClassicType::broadcast_ack: break;
    }
    return is_well_formed ? boost::system::error_code() : make_error_code(errc::invalid_packet);
}

}  // namespace

std::string encode_request(const ClassicRequest& request) {
    Object out;
    if (!request.uid.empty()) out.append("uid", request.uid);
    if (!request.request_id.empty()) out.append("requestId", request.request_id);
    out.append("type", static_cast<int>(request.type));
    append_body(out, request);
    if (request.type != ClassicType::broadcast) return encode_plain(Value(std::move(out)));
    std::string message;
    wire::append_msgpack(message, Value(std::move(out)));
    return message;
}

bool is_own_request(std::string_view message, std::string_view uid) noexcept {
    constexpr std::string_view json_head = R"({"uid":")";
    if (message.starts_with(json_head)) {
        const std::string_view rest = message.substr(json_head.size());
        return rest.starts_with(uid) && rest.substr(uid.size()).starts_with('"');
    }
    // A small map whose first member is a short text of that name.
    constexpr std::string_view msgpack_head = "\xa3uid";
    if (message.size() < 2 || (static_cast<unsigned char>(message[0]) & 0xf0U) != 0x80U) {
        return false;
    }
    const std::string_view first = message.substr(1);
    if (!first.starts_with(msgpack_head) || first.size() <= msgpack_head.size()) return false;
    const std::string_view value = first.substr(msgpack_head.size());
    return static_cast<unsigned char>(value[0]) == (0xa0U | uid.size()) &&
           value.substr(1).starts_with(uid);
}

Result<std::optional<ClassicRequest>> decode_request(std::string_view message) {
    Result<Value> root = decode_plain(message);
    if (root.has_error()) return root.error();
    Object* from = root->if_object();
    if (from == nullptr) return make_error_code(errc::invalid_packet);
    const Value* type = from->find("type");
    const std::int64_t* number = type != nullptr ? type->if_int64() : nullptr;
    if (number == nullptr) return make_error_code(errc::invalid_packet);
    if (from->find("requestid") != nullptr || *number < 0 || *number > highest_request) {
        return std::optional<ClassicRequest>();
    }
    ClassicRequest request;
    request.type = static_cast<ClassicType>(*number);
    if (!take_text(*from, "uid", request.uid) ||
        !take_text(*from, "requestId", request.request_id)) {
        return make_error_code(errc::invalid_packet);
    }
    if (const auto ec = take_body(*from, request); ec) return ec;
    return std::optional<ClassicRequest>(std::move(request));
}

std::string encode_plain(const Value& message) {
    std::string out;
    std::vector<Binary> binaries;
    wire::append_json(out, message, &binaries);
    if (binaries.empty()) return out;
    out.clear();
    wire::append_msgpack(out, message);
    return out;
}

Result<Value> decode_plain(std::string_view message) {
    if (message.starts_with('{')) return wire::parse_json(message, plain_depth_max);
    return wire::decode_msgpack(message);
}

std::string request_channel(std::string_view key, std::string_view nsp) {
    std::string channel(key);
    channel.append("-request#").append(nsp).append("#");
    return channel;
}

}  // namespace socketio::cluster
