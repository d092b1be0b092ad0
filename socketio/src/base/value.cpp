// Values that own values: destroyed, compared and assigned so that no depth of nesting can overflow a
// stack. Any thread. socketio/value.hpp.

#include "socketio/value.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace socketio {

namespace {

/// Shallow trees, which is nearly all of them, are emptied by recursion and need no memory for it.
constexpr int recursion_depth_max = 24;

[[nodiscard]] bool is_container(const Value& value) noexcept {
    return value.kind() >= Value::Kind::array;
}

template <class Visit>
void for_each_child(Value& value, Visit&& visit) {
    if (auto* array = value.if_array()) {
        for (auto& child : *array) {
            if (is_container(child)) visit(child);
        }
    } else if (auto* object = value.if_object()) {
        for (auto& [key, child] : object->members()) {
            if (is_container(child)) visit(child);
        }
    }
}

void empty_deep_tree(Value& root) {
    std::vector<Value> pending;
    pending.push_back(std::move(root));
    while (!pending.empty()) {
        auto value = std::move(pending.back());
        pending.pop_back();
        for_each_child(value, [&pending](Value& child) { pending.push_back(std::move(child)); });
    }
}

/// Leaves containers without elements behind, whose destructors then have nothing to descend into.
void empty_tree(Value& value, int depth) {
    for_each_child(value, [depth](Value& child) {
        if (depth < recursion_depth_max) {
            empty_tree(child, depth + 1);
        } else {
            empty_deep_tree(child);
        }
    });
    if (auto* array = value.if_array()) {
        array->clear();
    } else if (auto* object = value.if_object()) {
        object->members().clear();
    }
}

[[nodiscard]] bool equals_integer(double number, std::int64_t integer) noexcept {
    // Both bounds are exact as double; what lies between them can be converted.
    return number >= -0x1p63 && number < 0x1p63 && std::trunc(number) == number &&
           static_cast<std::int64_t>(number) == integer;
}

[[nodiscard]] bool equals_integer(double number, std::uint64_t integer) noexcept {
    return number >= 0 && number < 0x1p64 && std::trunc(number) == number &&
           static_cast<std::uint64_t>(number) == integer;
}

[[nodiscard]] bool equal_numbers_of_two_kinds(const Value& a, const Value& b) noexcept {
    const auto* number = a.if_double();
    if (number == nullptr) return b.if_double() != nullptr && equal_numbers_of_two_kinds(b, a);
    if (const auto* integer = b.if_int64()) return equals_integer(*number, *integer);
    if (const auto* integer = b.if_uint64()) return equals_integer(*number, *integer);
    return false;
}

[[nodiscard]] bool equal_scalars(const Value& a, const Value& b) noexcept {
    if (a.kind() != b.kind()) {
        return a.is_number() && b.is_number() && equal_numbers_of_two_kinds(a, b);
    }
    switch (a.kind()) {
        case Value::Kind::null: return true;
        case Value::Kind::boolean: return *a.if_bool() == *b.if_bool();
        case Value::Kind::int64: return *a.if_int64() == *b.if_int64();
        case Value::Kind::uint64: return *a.if_uint64() == *b.if_uint64();
        case Value::Kind::number: return *a.if_double() == *b.if_double();
        case Value::Kind::string: return *a.if_string() == *b.if_string();
        case Value::Kind::binary: return *a.if_binary() == *b.if_binary();
        case Value::Kind::array:
        case Value::Kind::object: break;
    }
    return false;
}

using Members = std::vector<Object::Member>;

/// Compares without recursion: containers that met an equal counterpart so far wait in a list.
class Comparison {
public:
    [[nodiscard]] bool values(const Value& a, const Value& b) { return expect(a, b) && settle(); }
    [[nodiscard]] bool objects(const Members& a, const Members& b) {
        return expect_members(a, b) && settle();
    }

private:
    [[nodiscard]] bool expect(const Value& a, const Value& b) {
        if (!is_container(a) || !is_container(b)) return equal_scalars(a, b);
        if (a.kind() != b.kind()) return false;
        pending_.emplace_back(&a, &b);
        return true;
    }

    [[nodiscard]] bool settle() {
        while (!pending_.empty()) {
            const auto [a, b] = pending_.back();
            pending_.pop_back();
            if (!expect_children(*a, *b)) return false;
        }
        return true;
    }

    [[nodiscard]] bool expect_children(const Value& a, const Value& b) {
        if (const auto* object = a.if_object()) {
            return expect_members(object->members(), b.if_object()->members());
        }
        const auto& left = *a.if_array();
        const auto& right = *b.if_array();
        if (left.size() != right.size()) return false;
        for (std::size_t at = 0; at < left.size(); ++at) {
            if (!expect(left[at], right[at])) return false;
        }
        return true;
    }

    [[nodiscard]] bool expect_members(const Members& a, const Members& b) {
        if (a.size() != b.size()) return false;
        for (std::size_t at = 0; at < a.size(); ++at) {
            if (a[at].first != b[at].first) return expect_members_in_any_order(a, b, at);
            if (!expect(a[at].second, b[at].second)) return false;
        }
        return true;
    }

    [[nodiscard]] bool expect_members_in_any_order(const Members& a, const Members& b,
                                                   std::size_t from) {
        const auto left = by_key(a, from);
        const auto right = by_key(b, from);
        for (std::size_t at = 0; at < left.size(); ++at) {
            if (left[at]->first != right[at]->first) return false;
            if (!expect(left[at]->second, right[at]->second)) return false;
        }
        return true;
    }

    [[nodiscard]] static std::vector<const Object::Member*> by_key(const Members& members,
                                                                   std::size_t from) {
        std::vector<const Object::Member*> sorted;
        sorted.reserve(members.size() - from);
        for (auto at = from; at < members.size(); ++at) sorted.push_back(&members[at]);
        std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
            const int order = a->first.compare(b->first);
            return order != 0 ? order < 0 : a < b;
        });
        return sorted;
    }

    std::vector<std::pair<const Value*, const Value*>> pending_;
};

[[noreturn]] void throw_wrong_kind(std::string_view expected, Value::Kind actual) {
    std::string message = "expected a value of kind ";
    message += expected;
    message += ", got ";
    message += to_string(actual);
    throw std::invalid_argument(message);
}

template <class T>
[[nodiscard]] const T& checked(const T* found, Value::Kind expected, const Value& value) {
    if (found == nullptr) throw_wrong_kind(to_string(expected), value.kind());
    return *found;
}

}  // namespace

Value::~Value() {
    if (is_container(*this)) empty_tree(*this, 0);
}

Value& Value::operator=(const Value& other) {
    // `other` may be a part of this value, so it is copied before anything is destroyed.
    return *this = Value(other);
}

Value& Value::operator=(Value&& other) noexcept {
    if (this == &other) return *this;
    if (is_container(*this)) {
        // What `other` holds is taken out first: it may be a part of this value.
        Value taken(std::move(other));
        const Value old(std::move(*this));
        data_ = std::move(taken.data_);
    } else {
        data_ = std::move(other.data_);
        other.data_.emplace<std::monostate>();
    }
    return *this;
}

bool Value::as_bool() const {
    return checked(if_bool(), Kind::boolean, *this);
}
std::int64_t Value::as_int64() const {
    return checked(if_int64(), Kind::int64, *this);
}
const std::string& Value::as_string() const {
    return checked(if_string(), Kind::string, *this);
}
const Binary& Value::as_binary() const {
    return checked(if_binary(), Kind::binary, *this);
}
const Array& Value::as_array() const {
    return checked(if_array(), Kind::array, *this);
}
const Object& Value::as_object() const {
    return checked(if_object(), Kind::object, *this);
}

double Value::as_double() const {
    if (const auto* integer = if_int64()) return static_cast<double>(*integer);
    if (const auto* integer = if_uint64()) return static_cast<double>(*integer);
    return checked(if_double(), Kind::number, *this);
}

bool operator==(const Value& a, const Value& b) {
    return Comparison().values(a, b);
}

std::string_view to_string(Value::Kind kind) noexcept {
    switch (kind) {
        case Value::Kind::null: return "null";
        case Value::Kind::boolean: return "boolean";
        case Value::Kind::int64: return "int64";
        case Value::Kind::uint64: return "uint64";
        case Value::Kind::number: return "number";
        case Value::Kind::string: return "string";
        case Value::Kind::binary: return "binary";
        case Value::Kind::array: return "array";
        case Value::Kind::object: return "object";
    }
    return "unknown";
}

Object::Object() noexcept = default;
Object::Object(std::initializer_list<Member> members) : members_(members) {}
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object::~Object() = default;

Object& Object::operator=(const Object& other) {
    return *this = Object(other);
}

Object& Object::operator=(Object&& other) noexcept {
    // As for Value: `other` may be a part of this object.
    auto taken = std::exchange(other.members_, {});
    const auto old = std::exchange(members_, std::move(taken));
    return *this;
}

const Value* Object::find(std::string_view key) const noexcept {
    for (const auto& [name, value] : members_) {
        if (name == key) return &value;
    }
    return nullptr;
}

Value* Object::find(std::string_view key) noexcept {
    return const_cast<Value*>(std::as_const(*this).find(key));
}

Value& Object::operator[](std::string_view key) {
    if (auto* found = find(key)) return *found;
    return append(std::string(key), Value());
}

Value& Object::append(std::string key, Value value) {
    return members_.emplace_back(std::move(key), std::move(value)).second;
}

bool Object::erase(std::string_view key) {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [key](const Member& member) { return member.first == key; });
    if (found == members_.end()) return false;
    members_.erase(found);
    return true;
}

std::size_t Object::size() const noexcept {
    return members_.size();
}

bool operator==(const Object& a, const Object& b) {
    return Comparison().objects(a.members_, b.members_);
}

}  // namespace socketio
