#include "live/state_json.hpp"

#include <boost/json.hpp>

namespace chartcast::live {
namespace {

namespace json = boost::json;
using socketio::Value;

json::value json_of(const Value& value) {
    switch (value.kind()) {
        case Value::Kind::null:
        case Value::Kind::binary: return nullptr;
        case Value::Kind::boolean: return *value.if_bool();
        case Value::Kind::int64: return *value.if_int64();
        case Value::Kind::uint64: return *value.if_uint64();
        case Value::Kind::number: return *value.if_double();
        case Value::Kind::string: return json::string(*value.if_string());
        case Value::Kind::array: {
            json::array array;
            for (const auto& item : *value.if_array()) array.push_back(json_of(item));
            return array;
        }
        case Value::Kind::object: {
            json::object object;
            for (const auto& [key, item] : *value.if_object()) object.emplace(key, json_of(item));
            return object;
        }
    }
    return nullptr;
}

Value value_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return nullptr;
        case json::kind::bool_: return value.get_bool();
        case json::kind::int64: return value.get_int64();
        case json::kind::uint64: return value.get_uint64();
        case json::kind::double_: return value.get_double();
        case json::kind::string: return std::string_view(value.get_string());
        case json::kind::array: {
            socketio::Array array;
            for (const auto& item : value.get_array()) array.push_back(value_of(item));
            return array;
        }
        case json::kind::object: {
            socketio::Object object;
            for (const auto& [key, item] : value.get_object()) {
                object.append(std::string(key), value_of(item));
            }
            return object;
        }
    }
    return nullptr;
}

const std::int64_t* integer(const json::object& object, std::string_view key) {
    const auto* member = object.if_contains(key);
    return member ? member->if_int64() : nullptr;
}

}  // namespace

std::string to_json(const Value& value) {
    return json::serialize(json_of(value));
}

std::string to_json(const ChartState& state) {
    return json::serialize(json::object{
        {"v", state.version}, {"ts", state.pushed_at}, {"option", json_of(state.option)}});
}

std::optional<ChartState> parse_state(std::string_view text) {
    if (text.size() > state_bytes_max) return std::nullopt;
    json::parse_options limits;
    limits.max_depth = 32;
    boost::system::error_code ec;
    const auto parsed = json::parse(text, ec, {}, limits);
    const auto* object = ec ? nullptr : parsed.if_object();
    if (!object) return std::nullopt;
    const auto* version = integer(*object, "v");
    const auto* pushed_at = integer(*object, "ts");
    const auto* option = object->if_contains("option");
    if (!version || *version < 0 || !pushed_at || !option || !option->is_object())
        return std::nullopt;
    return ChartState{static_cast<std::uint64_t>(*version), *pushed_at, value_of(*option)};
}

}  // namespace chartcast::live
