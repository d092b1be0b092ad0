#include "wire/msgpack_packet.hpp"

#include "wire/msgpack.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace socketio::wire {

namespace {

/// Without regard to attachments, of which this format has none.
[[nodiscard]] std::int64_t type_number(PacketType type) noexcept {
    switch (type) {
        case PacketType::binary_event: return static_cast<std::int64_t>(PacketType::event);
        case PacketType::binary_ack: return static_cast<std::int64_t>(PacketType::ack);
        default: return static_cast<std::int64_t>(type);
    }
}

/// All that stands before the value of `data`, or the whole packet when it has none.
void append_head(std::string& out, PacketType type, std::string_view nsp,
                 std::optional<std::uint64_t> id, bool has_data) {
    append_msgpack_map(out, 2U + (id ? 1U : 0U) + (has_data ? 1U : 0U));
    append_msgpack_string(out, "type");
    append_msgpack_integer(out, type_number(type));
    append_msgpack_string(out, "nsp");
    append_msgpack_string(out, nsp);
    if (id) {
        append_msgpack_string(out, "id");
        append_msgpack(out, Value(*id));
    }
    if (has_data) append_msgpack_string(out, "data");
}

/// A whole number of 64 bits; JavaScript does not tell one that was written as a double from others.
[[nodiscard]] std::optional<std::uint64_t> whole_number(const Value& value) noexcept {
    if (const auto* integer = value.if_int64()) {
        if (*integer < 0) return std::nullopt;
        return static_cast<std::uint64_t>(*integer);
    }
    if (const auto* integer = value.if_uint64()) return *integer;
    const auto* number = value.if_double();
    if (number == nullptr || !(*number >= 0 && *number < 0x1p64)) return std::nullopt;
    if (std::trunc(*number) != *number) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

/// Those of this format: no binary ones.
[[nodiscard]] std::optional<PacketType> packet_type(const Value* value) noexcept {
    const auto number = value != nullptr ? whole_number(*value) : std::nullopt;
    if (!number || *number > static_cast<std::uint64_t>(PacketType::connect_error)) {
        return std::nullopt;
    }
    return static_cast<PacketType>(*number);
}

[[nodiscard]] boost::system::error_code check_event(const Array& data) {
    if (data.empty()) return errc::invalid_packet;
    const auto* name = data.front().if_string();
    if (name == nullptr && !data.front().is_number()) return errc::invalid_packet;
    if (name != nullptr && is_reserved_event(*name)) return errc::reserved_event;
    return {};
}

/// `data` is null when the packet has none, which is not the same as one that is nil.
[[nodiscard]] boost::system::error_code check_data(PacketType type, const Value* data) {
    const auto* object = data != nullptr ? data->if_object() : nullptr;
    const auto* array = data != nullptr ? data->if_array() : nullptr;
    bool fits = false;
    switch (type) {
        case PacketType::connect: fits = data == nullptr || object != nullptr; break;
        case PacketType::disconnect: fits = data == nullptr; break;
        case PacketType::connect_error:
            fits = object != nullptr || (data != nullptr && data->if_string() != nullptr);
            break;
        case PacketType::event:
            if (array != nullptr) return check_event(*array);
            break;
        default: fits = array != nullptr;
    }
    return fits ? boost::system::error_code() : make_error_code(errc::invalid_packet);
}

/// In JSON an object that says of itself that it stands for an attachment is taken for one as soon as there are
/// any: whoever a broadcast passes it on to would read a wrong value, or close the connection.
[[nodiscard]] bool poses_as_attachment(const Value& root) {
    bool has_binary = false;
    bool has_placeholder = false;
    std::vector<const Value*> pending{&root};
    while (!pending.empty()) {
        const auto& value = *pending.back();
        pending.pop_back();
        if (value.if_binary() != nullptr) {
            has_binary = true;
        } else if (const auto* array = value.if_array()) {
            for (const auto& element : *array) pending.push_back(&element);
        } else if (const auto* object = value.if_object()) {
            const auto* mark = object->find("_placeholder");
            has_placeholder = has_placeholder || (mark != nullptr && *mark == Value(true));
            for (const auto& [key, member] : *object) pending.push_back(&member);
        }
    }
    return has_binary && has_placeholder;
}

[[nodiscard]] MsgpackLimits msgpack_limits(const PacketLimits& limits) noexcept {
    MsgpackLimits msgpack;
    // The map around the payload counts, too.
    msgpack.depth_max = limits.json_depth_max + 1;
    msgpack.values_max = limits.msgpack_values_max;
    msgpack.binaries_max = limits.attachments_max;
    return msgpack;
}

}  // namespace

std::string encode_msgpack_packet(const Packet& packet) {
    std::string out;
    const bool has_data = !packet.data.is_null();
    append_head(out, packet.type, packet.nsp, packet.id, has_data);
    if (has_data) append_msgpack(out, packet.data);
    return out;
}

std::string encode_msgpack_event(const EventParts& event) {
    std::string out;
    append_head(out, PacketType::event, event.nsp, event.id, true);
    append_msgpack_array(out, event.args.size() + (event.offset.empty() ? 1 : 2));
    append_msgpack_string(out, event.name);
    for (const auto& argument : event.args) append_msgpack(out, argument);
    if (!event.offset.empty()) append_msgpack_string(out, event.offset);
    return out;
}

Result<Packet> decode_msgpack_packet(std::string_view bytes, const PacketLimits& limits) {
    auto root = decode_msgpack(bytes, msgpack_limits(limits));
    if (!root) return root.error();
    auto* members = root->if_object();
    if (members == nullptr) return errc::invalid_packet;
    const auto type = packet_type(members->find("type"));
    const auto* nsp = members->find("nsp");
    const auto* name = nsp != nullptr ? nsp->if_string() : nullptr;
    if (!type || name == nullptr || !name->starts_with('/')) return errc::invalid_packet;
    const auto* id_value = members->find("id");
    const auto id = id_value != nullptr ? whole_number(*id_value) : std::nullopt;
    if (id_value != nullptr && !id) return errc::invalid_packet;
    auto* data = members->find("data");
    if (const auto ec = check_data(*type, data)) return ec;
    const bool may_pose = data != nullptr && bytes.find("_placeholder") != std::string_view::npos;
    if (may_pose && poses_as_attachment(*data)) return errc::invalid_attachment;
    return Packet{*type, *name, id, data != nullptr ? std::move(*data) : Value()};
}

}  // namespace socketio::wire
