// Socket.IO packets to text and back, and attachments back into their places. Any thread. Socket.IO
// protocol v5, "Packet encoding"; where it is silent, as Node's socket.io-parser 4.2 behaves.

#include "wire/socket_packet.hpp"

#include "base/assert.hpp"
#include "socketio/server_side.hpp"
#include "wire/json.hpp"
#include "wire/utf8.hpp"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace socketio::wire {

namespace {

constexpr std::string_view root_namespace = "/";

[[nodiscard]] constexpr char to_digit(PacketType type) noexcept {
    return static_cast<char>('0' + static_cast<int>(type));
}

[[nodiscard]] bool is_binary_type(PacketType type) noexcept {
    return type == PacketType::binary_event || type == PacketType::binary_ack;
}

/// The type without regard to attachments.
[[nodiscard]] PacketType plain_type(PacketType type) noexcept {
    switch (type) {
        case PacketType::binary_event: return PacketType::event;
        case PacketType::binary_ack: return PacketType::ack;
        default: return type;
    }
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 24> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    out.append(buffer.data(), result.ptr);
}

/// All that stands before the payload, as if there were no attachments.
void append_head(std::string& out, PacketType type, std::string_view nsp,
                 std::optional<std::uint64_t> id) {
    out += to_digit(type);
    if (!nsp.empty() && nsp != root_namespace) {
        out += nsp;
        out += ',';
    }
    if (id) append_number(out, *id);
}

/// How many attachments there are is only known once the payload is written: `2[...]` -> `52-[...]`.
void mark_attachments(EncodedPacket& packet) {
    if (packet.attachments.empty()) return;
    std::string mark(1, packet.data.front() == to_digit(PacketType::event)
                            ? to_digit(PacketType::binary_event)
                            : to_digit(PacketType::binary_ack));
    append_number(mark, packet.attachments.size());
    mark += '-';
    packet.data.replace(0, 1, mark);
}

/// Takes a packet's text apart from the left. Each step says what the peer did wrong.
class HeadReader {
public:
    explicit HeadReader(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] Result<PacketType> type() {
        if (rest_.empty() || rest_.front() < to_digit(PacketType::connect) ||
            rest_.front() > to_digit(PacketType::binary_ack)) {
            return errc::invalid_packet;
        }
        const auto type = static_cast<PacketType>(rest_.front() - '0');
        rest_.remove_prefix(1);
        return type;
    }

    [[nodiscard]] Result<std::size_t> attachments(std::size_t attachments_max) {
        const auto digits = take_digits();
        if (digits.empty() || !rest_.starts_with('-')) return errc::invalid_packet;
        rest_.remove_prefix(1);
        const auto count = to_number(digits);
        if (!count || *count > attachments_max) return errc::too_large;
        if (*count == 0) return errc::invalid_packet;
        return static_cast<std::size_t>(*count);
    }

    [[nodiscard]] Result<std::string_view> nsp() {
        if (!rest_.starts_with('/')) return root_namespace;
        const auto comma = std::min(rest_.find(','), rest_.size());
        const auto nsp = rest_.substr(0, comma);
        rest_.remove_prefix(std::min(comma + 1, rest_.size()));
        if (!is_utf8(nsp)) return errc::invalid_utf8;
        return nsp;
    }

    [[nodiscard]] Result<std::optional<std::uint64_t>> id() {
        const auto digits = take_digits();
        if (digits.empty()) return std::optional<std::uint64_t>();
        const auto number = to_number(digits);
        if (!number) return errc::invalid_packet;
        return number;
    }

    [[nodiscard]] std::string_view payload() const noexcept { return rest_; }

private:
    [[nodiscard]] std::string_view take_digits() noexcept {
        const auto end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        const auto digits = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return digits;
    }

    [[nodiscard]] static std::optional<std::uint64_t> to_number(std::string_view digits) noexcept {
        std::uint64_t number = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc()) return std::nullopt;
        return number;
    }

    std::string_view rest_;
};

/// So that a payload of the wrong kind is refused before it is read, and no white space is tolerated
/// where Node takes it for an ack id.
[[nodiscard]] bool may_begin(PacketType type, char first) noexcept {
    switch (type) {
        case PacketType::connect: return first == '{';
        case PacketType::disconnect: return false;
        case PacketType::connect_error: return first == '{' || first == '"';
        default: return first == '[';
    }
}

[[nodiscard]] Result<Value> read_payload(PacketType type, std::string_view text,
                                         std::size_t depth_max) {
    const bool takes_array = type == PacketType::event || type == PacketType::ack;
    if (text.empty()) return takes_array ? Value(Array()) : Value();
    if (!may_begin(type, text.front())) return errc::invalid_packet;
    auto payload = parse_json(text, depth_max);
    if (!payload || type != PacketType::event) return payload;
    const auto& array = *payload->if_array();
    if (array.empty()) return errc::invalid_packet;
    const auto* name = array.front().if_string();
    if (name == nullptr && !array.front().is_number()) return errc::invalid_packet;
    if (name != nullptr && is_reserved_event(*name)) return errc::reserved_event;
    return payload;
}

[[nodiscard]] bool is_placeholder(const Object& object) noexcept {
    const auto* mark = object.find("_placeholder");
    const auto* truth = mark != nullptr ? mark->if_bool() : nullptr;
    return truth != nullptr && *truth;
}

/// Which attachment belongs here; nothing when the peer names none that there is.
[[nodiscard]] std::optional<std::size_t> attachment_index(const Object& placeholder,
                                                          std::size_t attachments) noexcept {
    const auto* number = placeholder.find("num");
    if (number == nullptr || !number->is_number()) return std::nullopt;
    const double index = number->as_double();
    if (!(index >= 0) || index >= static_cast<double>(attachments)) return std::nullopt;
    if (std::trunc(index) != index) return std::nullopt;
    return static_cast<std::size_t>(index);
}

/// Calls `visit` with each placeholder and its index until that returns false; false when it did, or
/// when a placeholder has no valid index.
template <class Visit>
[[nodiscard]] bool for_each_placeholder(Value& root, std::size_t attachments, Visit&& visit) {
    boost::container::small_vector<Value*, 32> pending{&root};
    while (!pending.empty()) {
        auto& value = *pending.back();
        pending.pop_back();
        if (auto* array = value.if_array()) {
            for (auto& child : *array) {
                if (child.kind() >= Value::Kind::array) pending.push_back(&child);
            }
        } else if (auto* object = value.if_object()) {
            if (is_placeholder(*object)) {
                const auto index = attachment_index(*object, attachments);
                if (!index) return false;
                visit(value, *index);
                continue;
            }
            for (auto& [key, child] : object->members()) {
                if (child.kind() >= Value::Kind::array) pending.push_back(&child);
            }
        }
    }
    return true;
}

}  // namespace

EncodedPacket encode_packet(const Packet& packet) {
    EncodedPacket encoded;
    const auto type = plain_type(packet.type);
    append_head(encoded.data, type, packet.nsp, packet.id);
    if (packet.data.is_null()) return encoded;
    const bool takes_attachments = type == PacketType::event || type == PacketType::ack;
    append_json(encoded.data, packet.data, takes_attachments ? &encoded.attachments : nullptr);
    mark_attachments(encoded);
    return encoded;
}

EncodedPacket encode_event(const EventParts& event) {
    EncodedPacket encoded;
    append_head(encoded.data, PacketType::event, event.nsp, event.id);
    encoded.data += '[';
    append_json_string(encoded.data, event.name);
    for (const auto& argument : event.args) {
        encoded.data += ',';
        append_json(encoded.data, argument, &encoded.attachments);
    }
    if (!event.offset.empty()) {
        encoded.data += ',';
        append_json_string(encoded.data, event.offset);
    }
    encoded.data += ']';
    mark_attachments(encoded);
    return encoded;
}

bool is_reserved_event(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 6> reserved = {
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};
    return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

Result<std::optional<Packet>> PacketDecoder::on_text(std::string_view text,
                                                     const PacketLimits& limits) {
    if (pending()) return errc::invalid_attachment;
    HeadReader head(text);
    const auto type = head.type();
    if (!type) return type.error();
    std::size_t attachments = 0;
    if (is_binary_type(*type)) {
        const auto count = head.attachments(limits.attachments_max);
        if (!count) return count.error();
        attachments = *count;
    }
    const auto nsp = head.nsp();
    if (!nsp) return nsp.error();
    const auto id = head.id();
    if (!id) return id.error();
    auto data = read_payload(plain_type(*type), head.payload(), limits.json_depth_max);
    if (!data) return data.error();
    Packet packet{plain_type(*type), std::string(*nsp), *id, std::move(*data)};
    if (attachments == 0) return packet;

    // A wrong index is known now; waiting for the attachments would only hold their memory.
    if (!for_each_placeholder(packet.data, attachments, [](Value&, std::size_t) {})) {
        return errc::invalid_attachment;
    }
    pending_ = std::make_unique<Pending>(Pending{std::move(packet), attachments, {}});
    return std::optional<Packet>();
}

Result<std::optional<Packet>> PacketDecoder::on_binary(std::string_view bytes) {
    if (!pending()) return errc::invalid_attachment;
    pending_->attachments.emplace_back(std::string(bytes));
    if (pending_->attachments.size() < pending_->attachments_expected) {
        return std::optional<Packet>();
    }
    const auto complete = std::exchange(pending_, nullptr);
    const auto& attachments = complete->attachments;
    const bool placed = for_each_placeholder(
        complete->packet.data, attachments.size(),
        [&attachments](Value& value, std::size_t index) { value = attachments[index]; });
    SOCKETIO_ASSERT(placed);
    return std::move(complete->packet);
}

}  // namespace socketio::wire

bool socketio::is_reserved_server_side(std::string_view event) noexcept {
    return event == "connect" || event == "connection" || event == "new_namespace";
}
