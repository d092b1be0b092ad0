// See classic_broadcast.hpp.
#include "cluster/codec/classic_broadcast.hpp"

#include "cluster/codec/message_parts.hpp"

#include <utility>

namespace socketio::cluster {
namespace {

constexpr std::int64_t event_type = 2;

void append_packet(std::string& out, const ClusterBroadcast& broadcast) {
    wire::append_msgpack_map(out, 3);
    wire::append_msgpack_string(out, "type");
    wire::append_msgpack_integer(out, event_type);
    wire::append_msgpack_string(out, "data");
    wire::append_msgpack_array(out, broadcast.data.size());
    for (const Value& value : broadcast.data) {
        wire::append_msgpack(out, value);
    }
    wire::append_msgpack_string(out, "nsp");
    wire::append_msgpack_string(out, broadcast.nsp);
}

void append_names(std::string& out, std::string_view key, const std::vector<std::string>& names) {
    wire::append_msgpack_string(out, key);
    wire::append_msgpack_array(out, names.size());
    for (const std::string& name : names) {
        wire::append_msgpack_string(out, name);
    }
}

/// Only flags that differ from the default are written, as in Node.
void append_flags(std::string& out, const EmitFlags& flags) {
    wire::append_msgpack_string(out, "flags");
    wire::append_msgpack_map(out, (flags.compress ? 0U : 1U) + (flags.is_volatile ? 1U : 0U));
    if (!flags.compress) {
        wire::append_msgpack_string(out, "compress");
        wire::append_msgpack_bool(out, false);
    }
    if (flags.is_volatile) {
        wire::append_msgpack_string(out, "volatile");
        wire::append_msgpack_bool(out, true);
    }
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
}

}  // namespace

std::string encode_broadcast(std::string_view uid, const ClusterBroadcast& broadcast) {
    std::string out;
    wire::append_msgpack_array(out, 3);
    wire::append_msgpack_string(out, uid);
    append_packet(out, broadcast);
    wire::append_msgpack_map(out, 3);
    append_names(out, "rooms", broadcast.audience.rooms);
    append_names(out, "except", broadcast.audience.except);
    append_flags(out, broadcast.flags);
    return out;
}

bool has_uid(std::string_view message, std::string_view uid) noexcept {
    // An array of three that begins with a short string.
    return message.size() > 2 + uid.size() && static_cast<unsigned char>(message[0]) == 0x93 &&
           static_cast<unsigned char>(message[1]) == (0xa0 | uid.size()) &&
           message.substr(2, uid.size()) == uid;
}

Result<BroadcastMessage> decode_broadcast(std::string_view message, wire::MsgpackLimits limits) {
    Result<Value> root = wire::decode_msgpack(message, limits);
    if (root.has_error()) {
        return root.error();
    }
    Array* parts = root->if_array();
    if (parts == nullptr || parts->size() < 3) {
        return make_error_code(errc::invalid_packet);
    }
    const std::string* uid = (*parts)[0].if_string();
    const Object* packet = (*parts)[1].if_object();
    if (uid == nullptr || packet == nullptr) {
        return make_error_code(errc::invalid_packet);
    }
    const Value* nsp = packet->find("nsp");
    if (nsp != nullptr && nsp->if_string() == nullptr) {
        return make_error_code(errc::invalid_packet);
    }
    BroadcastMessage decoded;
    decoded.uid = *uid;
    decoded.broadcast.nsp = nsp != nullptr ? *nsp->if_string() : "/";
    Result<Args> data = read_packet(std::move((*parts)[1]));
    if (data.has_error()) {
        return data.error();
    }
    decoded.broadcast.data = std::move(*data);
    std::optional<ReadOpts> opts = read_opts((*parts)[2]);
    if (!opts) {
        return make_error_code(errc::invalid_packet);
    }
    decoded.broadcast.audience = std::move(opts->audience);
    decoded.broadcast.flags = std::move(opts->flags);
    return decoded;
}

std::string broadcast_channel(std::string_view key, std::string_view nsp,
                              const std::vector<std::string>& rooms) {
    std::string channel;
    channel.append(key).append("#").append(nsp).append("#");
    if (rooms.size() == 1) {
        channel.append(rooms.front()).append("#");
    }
    return channel;
}

std::string broadcast_pattern(std::string_view key, std::string_view nsp) {
    std::string pattern;
    append_escaped(pattern, key);
    pattern += '#';
    append_escaped(pattern, nsp);
    return pattern += "#*";
}

std::string every_broadcast_pattern(std::string_view key) {
    std::string pattern;
    append_escaped(pattern, key);
    return pattern += "#/*";
}

std::optional<std::string_view> room_of_channel(std::string_view channel, std::string_view key,
                                                std::string_view nsp) noexcept {
    const std::size_t prefix = key.size() + nsp.size() + 2;
    if (channel.size() < prefix || !channel.starts_with(key) || channel[key.size()] != '#' ||
        channel.substr(key.size() + 1, nsp.size()) != nsp || channel[prefix - 1] != '#') {
        return std::nullopt;
    }
    const std::string_view suffix = channel.substr(prefix);
    if (suffix.empty()) {
        return suffix;
    }
    if (suffix.back() != '#') {
        return std::nullopt;
    }
    return suffix.substr(0, suffix.size() - 1);
}

}  // namespace socketio::cluster
