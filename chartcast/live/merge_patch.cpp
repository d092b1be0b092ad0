#include "live/merge_patch.hpp"

#include <utility>

namespace chartcast::live {
namespace {

using socketio::Object;
using socketio::Value;

/// Such a value cannot stand in a patch as itself: a null there removes. A null in an array is only data,
/// since arrays go whole.
bool would_remove(const Value& value) {
    if (value.is_null()) return true;
    const auto* object = value.if_object();
    if (!object) return false;
    for (const auto& [name, member] : *object) {
        if (would_remove(member)) return true;
    }
    return false;
}

/// False when the member cannot be said by a patch.
bool add_difference(Object& patch, const std::string& name, const Value* from, const Value& to) {
    if (from && *from == to) return true;
    const bool both_objects = from && from->if_object() && to.if_object();
    if (both_objects) {
        auto inner = make_merge_patch(*from, to);
        if (!inner) return false;
        patch.append(name, *std::move(inner));
        return true;
    }
    if (would_remove(to)) return false;
    patch.append(name, to);
    return true;
}

}  // namespace

Value merge_patch(Value target, const Value& patch) {
    const auto* changes = patch.if_object();
    if (!changes) return patch;
    if (!target.if_object()) target = Object();
    auto& object = *target.if_object();
    for (const auto& [name, change] : *changes) {
        if (change.is_null()) {
            object.erase(name);
        } else {
            auto& member = object[name];
            member = merge_patch(std::move(member), change);
        }
    }
    return target;
}

std::optional<Value> make_merge_patch(const Value& from, const Value& to) {
    const auto* before = from.if_object();
    const auto* after = to.if_object();
    if (!before || !after) {
        // A patch that is no object takes the place of the target; one that is an object never does.
        if (after) return std::nullopt;
        return to;
    }
    Object patch;
    for (const auto& [name, value] : *before) {
        if (!after->find(name)) patch.append(name, nullptr);
    }
    for (const auto& [name, value] : *after) {
        if (!add_difference(patch, name, before->find(name), value)) return std::nullopt;
    }
    return patch;
}

std::optional<Value> compose_merge_patches(const Value& first, const Value& second) {
    const auto* changes = second.if_object();
    if (!changes) return second;
    const auto* earlier = first.if_object();
    if (!earlier) return std::nullopt;
    Object both = *earlier;
    for (const auto& [name, change] : *changes) {
        auto* member = both.find(name);
        if (!member) {
            both.append(name, change);
        } else if (!change.if_object()) {
            *member = change;
        } else {
            auto inner = compose_merge_patches(*member, change);
            if (!inner) return std::nullopt;
            *member = *std::move(inner);
        }
    }
    return both;
}

}  // namespace chartcast::live
