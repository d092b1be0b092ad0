// The promise of socketio/json.hpp.

#include "socketio/json.hpp"
#include "wire/json.hpp"

namespace socketio {

Result<Value> parse_json(std::string_view text, std::size_t depth_max) {
    return wire::parse_json(text, depth_max);
}

std::string to_json(const Value& value) {
    return wire::to_json(value);
}

void append_json(std::string& out, const Value& value) {
    wire::append_json(out, value);
}

}  // namespace socketio
