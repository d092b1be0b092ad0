// See classic_response.hpp.
#include "cluster/codec/classic_response.hpp"

#include "cluster/codec/classic_request.hpp"
#include "wire/msgpack.hpp"

#include <utility>

namespace socketio::cluster {
namespace {

/// More clients than a server has: nobody's answer, and sums of such numbers still have room.
constexpr std::int64_t clients_max = 1'000'000'000;
/// Ours have six: names are kept while a question is open.
constexpr std::size_t server_name_bytes_max = 64;

/// Kinds that bear a number bear that of what they answer, or of their own.
std::optional<ClassicType> response_type_of(ClassicResponse::Kind kind) {
    switch (kind) {
        case ClassicResponse::Kind::server_side: return ClassicType::server_side_emit;
        case ClassicResponse::Kind::client_count: return ClassicType::client_count;
        case ClassicResponse::Kind::broadcast_ack: return ClassicType::broadcast_ack;
        case ClassicResponse::Kind::sockets:
        case ClassicResponse::Kind::rooms:
        case ClassicResponse::Kind::done: break;
    }
    return std::nullopt;
}

void append_answer(Object& out, const ClassicResponse& response) {
    switch (response.kind) {
        case ClassicResponse::Kind::sockets: out.append("sockets", response.value); break;
        case ClassicResponse::Kind::rooms: out.append("rooms", response.value); break;
        case ClassicResponse::Kind::server_side: out.append("data", response.value); break;
        case ClassicResponse::Kind::client_count:
            out.append("clientCount", response.clients);
            break;
        case ClassicResponse::Kind::broadcast_ack: out.append("packet", response.value); break;
        case ClassicResponse::Kind::done: break;
    }
}

/// Absent, as JSON.stringify leaves undefined out, is null.
Value take_member(Object& from, std::string_view key) {
    Value* value = from.find(key);
    return value != nullptr ? std::move(*value) : Value();
}

[[nodiscard]] bool take_list(Object& from, std::string_view key, ClassicResponse& response) {
    response.value = take_member(from, key);
    return response.value.if_array() != nullptr;
}

[[nodiscard]] bool take_count(const Object& from, ClassicResponse& response) {
    const Value* value = from.find("clientCount");
    const std::int64_t* count = value != nullptr ? value->if_int64() : nullptr;
    if (count == nullptr || *count < 0 || *count > clients_max) return false;
    response.kind = ClassicResponse::Kind::client_count;
    response.clients = static_cast<std::size_t>(*count);
    return true;
}

/// With a number.
[[nodiscard]] bool take_typed(Object& from, const Value& type, ClassicResponse& response) {
    const std::int64_t* number = type.if_int64();
    if (number == nullptr) return false;
    switch (*number) {
        case static_cast<std::int64_t>(ClassicType::server_side_emit):
            response.kind = ClassicResponse::Kind::server_side;
            response.value = take_member(from, "data");
            return true;
        case static_cast<std::int64_t>(ClassicType::client_count):
            return take_count(from, response);
        case static_cast<std::int64_t>(ClassicType::broadcast_ack):
            response.kind = ClassicResponse::Kind::broadcast_ack;
            response.value = take_member(from, "packet");
            return true;
        default: return false;
    }
}

[[nodiscard]] bool take_answer(Object& from, ClassicResponse& response) {
    if (const Value* type = from.find("type")) return take_typed(from, *type, response);
    if (from.find("sockets") != nullptr) {
        response.kind = ClassicResponse::Kind::sockets;
        return take_list(from, "sockets", response);
    }
    if (from.find("rooms") != nullptr) {
        response.kind = ClassicResponse::Kind::rooms;
        return take_list(from, "rooms", response);
    }
    response.kind = ClassicResponse::Kind::done;
    return true;
}

}  // namespace

std::string encode_response(const ClassicResponse& response) {
    Object out;
    if (const auto type = response_type_of(response.kind)) {
        out.append("type", static_cast<int>(*type));
    }
    out.append("requestId", response.request_id);
    append_answer(out, response);
    if (!response.uid.empty()) out.append("uid", response.uid);
    if (response.kind != ClassicResponse::Kind::broadcast_ack) {
        return encode_plain(Value(std::move(out)));
    }
    std::string message;
    wire::append_msgpack(message, Value(std::move(out)));
    return message;
}

bool is_own_response(std::string_view message, std::string_view uid) noexcept {
    const bool is_json = message.starts_with('{');
    constexpr std::string_view json_end = R"("})";
    if (is_json) {
        if (!message.ends_with(json_end)) return false;
        message.remove_suffix(json_end.size());
    }
    if (!message.ends_with(uid)) return false;
    message.remove_suffix(uid.size());
    if (is_json) return message.ends_with(R"(,"uid":")");
    if (message.empty() || static_cast<unsigned char>(message.back()) != (0xa0U | uid.size())) {
        return false;
    }
    message.remove_suffix(1);
    return message.ends_with("\xa3uid");
}

Result<std::optional<ClassicResponse>> decode_response(std::string_view message) {
    Result<Value> root = decode_plain(message);
    if (root.has_error()) return root.error();
    Object* from = root->if_object();
    if (from == nullptr) return make_error_code(errc::invalid_packet);
    const Value* id = from->find("requestId");
    if (id == nullptr && (from->find("requestid") != nullptr || from->find("clients") != nullptr)) {
        return std::optional<ClassicResponse>();
    }
    if (id == nullptr || id->if_string() == nullptr) return make_error_code(errc::invalid_packet);
    ClassicResponse response;
    response.request_id = *id->if_string();
    const Value* uid = from->find("uid");
    const std::string* name = uid != nullptr ? uid->if_string() : nullptr;
    if (name != nullptr && name->size() <= server_name_bytes_max) response.uid = *name;
    if (!take_answer(*from, response)) return make_error_code(errc::invalid_packet);
    return std::optional<ClassicResponse>(std::move(response));
}

std::string response_channel(std::string_view key, std::string_view nsp, std::string_view uid) {
    std::string channel(key);
    channel.append("-response#").append(nsp).append("#");
    if (!uid.empty()) channel.append(uid).append("#");
    return channel;
}

}  // namespace socketio::cluster
