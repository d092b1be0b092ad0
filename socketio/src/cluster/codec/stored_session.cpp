// See stored_session.hpp.
#include "cluster/codec/stored_session.hpp"

#include "base/base64.hpp"
#include "cluster/codec/message_parts.hpp"
#include "wire/msgpack.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace socketio::cluster {

std::string encode_session(const StoredSession& session) {
    Object members{{"sid", session.sid}, {"pid", session.pid}};
    members.append("rooms", names_value(session.rooms));
    // Node's socket.data is an object always.
    members.append("data", session.data.is_null() ? Value(Object{}) : session.data);
    // As Node writes it for "/"; the others are told apart, so that no session opens another namespace.
    if (session.nsp != "/") members.append("nsp", session.nsp);
    std::string bytes;
    wire::append_msgpack(bytes, Value(std::move(members)));
    std::string text;
    base::append_base64(text, bytes);
    return text;
}

Result<StoredSession> decode_session(std::string_view text) {
    const std::optional<std::string> bytes = base::decode_base64(text);
    if (!bytes) return make_error_code(errc::invalid_msgpack);
    Result<Value> root = wire::decode_msgpack(*bytes);
    if (root.has_error()) return root.error();
    Object* members = root->if_object();
    const Value* sid = members != nullptr ? members->find("sid") : nullptr;
    const Value* pid = members != nullptr ? members->find("pid") : nullptr;
    const Value* rooms = members != nullptr ? members->find("rooms") : nullptr;
    if (sid == nullptr || sid->if_string() == nullptr || pid == nullptr ||
        pid->if_string() == nullptr || rooms == nullptr) {
        return make_error_code(errc::invalid_packet);
    }
    std::optional<std::vector<std::string>> names = read_names(*rooms);
    if (!names) return make_error_code(errc::invalid_packet);
    StoredSession session{*sid->if_string(), *pid->if_string(), "/", std::move(*names), {}};
    if (const Value* nsp = members->find("nsp")) {
        if (nsp->if_string() == nullptr) return make_error_code(errc::invalid_packet);
        session.nsp = *nsp->if_string();
    }
    if (Value* data = members->find("data")) session.data = std::move(*data);
    return session;
}

bool is_meant(const Audience& audience, const RoomNames& rooms) {
    const auto is_own = [&rooms](const std::string& room) { return rooms.contains(room); };
    const bool is_included =
        audience.rooms.empty() || std::any_of(audience.rooms.begin(), audience.rooms.end(), is_own);
    return is_included && std::none_of(audience.except.begin(), audience.except.end(), is_own);
}

}  // namespace socketio::cluster
