#include "live/raw_chart.hpp"

#include "live/merge_patch.hpp"
#include "live/value_hash.hpp"

#include <algorithm>

namespace chartcast::live {
namespace {

using socketio::Object;
using socketio::Value;

/// A merge patch cannot say null; where one stands does not matter, so that receivers may be simple.
bool holds_null(const Value& value) {
    if (value.is_null()) return true;
    if (const auto* array = value.if_array()) {
        return std::any_of(array->begin(), array->end(), holds_null);
    }
    const auto* object = value.if_object();
    return object && std::any_of(object->begin(), object->end(), [](const Object::Member& member) {
               return holds_null(member.second);
           });
}

}  // namespace

std::optional<RawChange> RawChart::publish(Value option) {
    if (option == option_) return std::nullopt;
    RawChange change{position_.v, position_.v + 1, {}};
    if (!holds_null(option)) change.patch = make_merge_patch(option_, option);
    option_ = std::move(option);
    position_.v = change.to;
    return change;
}

std::optional<RawChange> RawChart::patch(const Value& patch) {
    return publish(merge_patch(option_, patch));
}

std::optional<RawChange> RawChart::adopt(const Position& position, Value option) {
    const bool continues = position.epoch == position_.epoch;
    if (continues && position.v <= position_.v) return std::nullopt;
    RawChange change{continues ? position_.v : 0, position.v, {}};
    if (continues && !holds_null(option)) change.patch = make_merge_patch(option_, option);
    option_ = std::move(option);
    position_ = position;
    return change;
}

Object RawChart::whole() const {
    return Object{{"epoch", position_.epoch}, {"v", position_.v}, {"option", option_}};
}

Object RawChart::body(const RawChange& change) const {
    if (!change.patch || json_bytes(*change.patch) >= json_bytes(option_)) return whole();
    return Object{{"epoch", position_.epoch},
                  {"v", position_.v},
                  {"from", change.from},
                  {"patch", *change.patch}};
}

RawChange conflate(const RawChange& first, const RawChange& second) {
    RawChange both{first.from, second.to, {}};
    if (first.patch && second.patch) {
        both.patch = compose_merge_patches(*first.patch, *second.patch);
    }
    return both;
}

}  // namespace chartcast::live
