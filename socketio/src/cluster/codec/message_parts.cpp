// See message_parts.hpp.
#include "cluster/codec/message_parts.hpp"

#include "wire/json.hpp"
#include "wire/repeated_keys.hpp"
#include "wire/socket_packet.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace socketio::cluster {
namespace {

constexpr std::int64_t event_packet = 2;
/// Emitters before 2018 mark events with attachments so; the bytes stand inline all the same.
constexpr std::int64_t binary_event_packet = 5;
/// Milliseconds from 1970 that a system_clock::time_point holds, in nanoseconds, and some to spare.
constexpr double time_point_ms_max = 9e12;

void append_padded(std::string& out, std::int64_t number, std::size_t digits) {
    const std::string text = std::to_string(number);
    if (text.size() < digits) out.append(digits - text.size(), '0');
    out += text;
}

/// As JavaScript's Date has it where the time zone is UTC.
std::string javascript_date(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    static constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                              "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto midnight = floor<days>(time);
    const year_month_day date(midnight);
    const hh_mm_ss clock(floor<seconds>(time - midnight));
    std::string text(weekdays[weekday(midnight).c_encoding()]);
    text += ' ';
    text += months[static_cast<unsigned>(date.month()) - 1];
    text += ' ';
    append_padded(text, static_cast<unsigned>(date.day()), 2);
    text += ' ';
    append_padded(text, static_cast<int>(date.year()), 4);
    text += ' ';
    append_padded(text, clock.hours().count(), 2);
    text += ':';
    append_padded(text, clock.minutes().count(), 2);
    text += ':';
    append_padded(text, clock.seconds().count(), 2);
    return text += " GMT+0000 (Coordinated Universal Time)";
}

/// A number without its fraction; nothing for what is none or too large.
std::optional<std::int64_t> read_integer(const Value* value) {
    if (value == nullptr) return std::nullopt;
    if (const std::int64_t* number = value->if_int64()) return *number;
    const double* number = value->if_double();
    constexpr double exact_max = 9007199254740992.0;
    if (number == nullptr || !(std::fabs(*number) <= exact_max)) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

bool read_flag(const Value* value, bool otherwise) {
    const bool* flag = value != nullptr ? value->if_bool() : nullptr;
    return flag != nullptr ? *flag : otherwise;
}

/// Languages differ in what they let a room be: a number is taken for its text, as JavaScript writes it.
std::optional<std::string> read_name(const Value& value) {
    if (const std::string* text = value.if_string()) return *text;
    const double* number = value.if_double();
    if (!value.is_number() || (number != nullptr && !std::isfinite(*number))) return std::nullopt;
    return wire::to_json(value);
}

/// False when it is there and is no list of names.
[[nodiscard]] bool read_optional_names(const Value* value, std::vector<std::string>& names) {
    if (value == nullptr || value->is_null()) return true;
    auto read = read_names(*value);
    if (!read) return false;
    names = std::move(*read);
    return true;
}

Object audience_object(const Audience& audience) {
    return Object{{"rooms", names_value(audience.rooms)}, {"except", names_value(audience.except)}};
}

/// Only flags that differ from the default are written, as in Node.
Object flags_object(const EmitFlags& flags) {
    Object set;
    if (!flags.compress) set.append("compress", false);
    if (flags.is_volatile) set.append("volatile", true);
    return set;
}

/// What stands twice is one text, as Node's http has it.
Object headers_object(const FieldList& headers) {
    Object out;
    std::map<std::string_view, std::size_t> places;
    for (const auto& [name, value] : headers) {
        const auto [place, is_new] = places.emplace(name, out.size());
        if (is_new) {
            out.append(std::string(name), Value(value));
            continue;
        }
        Value& earlier = out.members()[place->second].second;
        const std::string_view between = name == "cookie" ? "; " : ", ";
        earlier = *earlier.if_string() + std::string(between) + std::string(value);
    }
    return out;
}

/// Of what stands twice the last counts, as in Node.
Object query_object(const FieldList& query) {
    Object out;
    for (const auto& [name, value] : query) out.append(std::string(name), Value(value));
    wire::merge_repeated_keys(out.members());
    return out;
}

/// Node's applications read members of it without asking whether it is there.
Value object_if_null(const Value& value) {
    return value.is_null() ? Value(Object()) : value;
}

Object handshake_object(const Handshake& handshake) {
    const auto issued =
        std::chrono::floor<std::chrono::milliseconds>(handshake.issued.time_since_epoch());
    Object out;
    out.append("headers", headers_object(handshake.headers()));
    out.append("time", javascript_date(handshake.issued));
    out.append("address", handshake.address);
    out.append("xdomain", handshake.cross_domain);
    out.append("secure", handshake.secure);
    out.append("issued", static_cast<std::int64_t>(issued.count()));
    out.append("url", handshake.url());
    out.append("query", query_object(handshake.query));
    out.append("auth", object_if_null(handshake.auth));
    return out;
}

/// Texts, and lists of texts as one field for each.
FieldList read_fields(const Value* value) {
    FieldList fields;
    const Object* members = value != nullptr ? value->if_object() : nullptr;
    if (members == nullptr) return fields;
    for (const auto& [name, member] : *members) {
        if (const std::string* text = member.if_string()) fields.add(name, *text);
        const Array* list = member.if_array();
        if (list == nullptr) continue;
        for (const Value& element : *list) {
            if (const std::string* text = element.if_string()) fields.add(name, *text);
        }
    }
    return fields;
}

std::string read_text(const Value* value) {
    const std::string* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? *text : std::string();
}

std::chrono::system_clock::time_point read_time(const Value* value) {
    const std::optional<std::int64_t> ms = read_integer(value);
    if (!ms || std::fabs(static_cast<double>(*ms)) > time_point_ms_max) return {};
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(*ms));
}

Handshake read_handshake(const Object& from) {
    Handshake handshake;
    auto request = std::make_shared<OpeningRequest>();
    request->url = read_text(from.find("url"));
    request->headers = read_fields(from.find("headers"));
    if (!request->url.empty() || !request->headers.empty()) handshake.request = std::move(request);
    handshake.query = read_fields(from.find("query"));
    handshake.address = read_text(from.find("address"));
    handshake.issued = read_time(from.find("issued"));
    handshake.secure = read_flag(from.find("secure"), false);
    handshake.cross_domain = read_flag(from.find("xdomain"), false);
    if (const Value* auth = from.find("auth")) handshake.auth = *auth;
    return handshake;
}

}  // namespace

Value value_of(const Audience& audience, const EmitFlags& flags) {
    Object opts = audience_object(audience);
    opts.append("flags", flags_object(flags));
    return opts;
}

Value value_of(const Audience& audience) {
    return audience_object(audience);
}

std::optional<ReadOpts> read_opts(const Value& opts) {
    const Object* members = opts.if_object();
    if (members == nullptr) return std::nullopt;
    ReadOpts read;
    if (!read_optional_names(members->find("rooms"), read.audience.rooms) ||
        !read_optional_names(members->find("except"), read.audience.except)) {
        return std::nullopt;
    }
    const Value* flags = members->find("flags");
    if (flags == nullptr || flags->is_null()) return read;
    const Object* set = flags->if_object();
    if (set == nullptr) return std::nullopt;
    read.flags.is_volatile = read_flag(set->find("volatile"), false);
    read.flags.compress = read_flag(set->find("compress"), true);
    read.timeout_ms = read_integer(set->find("timeout"));
    return read;
}

Value packet_value(const Args& data, const std::string* nsp) {
    Object packet{{"type", event_packet}, {"data", Array(data)}};
    if (nsp != nullptr) packet.append("nsp", *nsp);
    return packet;
}

Result<Args> read_packet(Value packet) {
    Object* members = packet.if_object();
    if (members == nullptr) return make_error_code(errc::invalid_packet);
    const std::optional<std::int64_t> type = read_integer(members->find("type"));
    if (type != event_packet && type != binary_event_packet) {
        return make_error_code(errc::invalid_packet);
    }
    Value* data = members->find("data");
    Array* values = data != nullptr ? data->if_array() : nullptr;
    if (values == nullptr || values->empty()) return make_error_code(errc::invalid_packet);
    const std::string* event = values->front().if_string();
    if (event == nullptr) return make_error_code(errc::invalid_packet);
    if (wire::is_reserved_event(*event)) return make_error_code(errc::reserved_event);
    return std::move(*values);
}

Value value_of(const SocketDetails& details) {
    return Object{{"id", details.id},
                  {"handshake", handshake_object(details.handshake)},
                  {"rooms", names_value(details.rooms)},
                  {"data", object_if_null(details.data)}};
}

std::optional<SocketDetails> read_details(const Value& value) {
    const Object* members = value.if_object();
    const Value* id = members != nullptr ? members->find("id") : nullptr;
    if (id == nullptr || id->if_string() == nullptr) return std::nullopt;
    SocketDetails details;
    details.id = *id->if_string();
    if (!read_optional_names(members->find("rooms"), details.rooms)) return std::nullopt;
    const Value* handshake = members->find("handshake");
    const Object* said = handshake != nullptr ? handshake->if_object() : nullptr;
    if (said != nullptr) details.handshake = read_handshake(*said);
    if (const Value* data = members->find("data")) details.data = *data;
    return details;
}

Value names_value(const std::vector<std::string>& names) {
    return Array(names.begin(), names.end());
}

std::optional<std::vector<std::string>> read_names(const Value& value) {
    const Array* list = value.if_array();
    if (list == nullptr) return std::nullopt;
    std::vector<std::string> names;
    names.reserve(list->size());
    for (const Value& element : *list) {
        std::optional<std::string> name = read_name(element);
        if (!name) return std::nullopt;
        names.push_back(std::move(*name));
    }
    return names;
}

}  // namespace socketio::cluster
