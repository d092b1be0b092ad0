#pragma once
// The values that events carry: JSON plus binary. Any thread may own one; nothing in here is shared but
// the immutable bytes of a Binary. Source: Socket.IO protocol v5, "Packet encoding".

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace socketio {

class Value;

/// The arguments of an event or an ack, in order.
using Args = std::vector<Value>;
using Array = std::vector<Value>;

/// Immutable bytes; copies share them.
class Binary {
public:
    Binary() = default;
    explicit Binary(std::string bytes)
        : bytes_(std::make_shared<const std::string>(std::move(bytes))) {}

    [[nodiscard]] std::string_view view() const noexcept {
        return bytes_ ? std::string_view(*bytes_) : std::string_view();
    }
    [[nodiscard]] std::size_t size() const noexcept { return view().size(); }

    friend bool operator==(const Binary& a, const Binary& b) noexcept {
        return a.view() == b.view();
    }

private:
    std::shared_ptr<const std::string> bytes_;
};

/// Members in the order they were written, as JavaScript keeps them. Lookup is linear: objects in
/// events are small. A key stands at most once when the object came from a parser.
class Object {
public:
    using Member = std::pair<std::string, Value>;

    Object() noexcept;
    Object(std::initializer_list<Member> members);
    Object(const Object&);
    Object(Object&&) noexcept;
    Object& operator=(const Object&);
    Object& operator=(Object&&) noexcept;
    ~Object();

    /// nullptr when there is no such member.
    [[nodiscard]] const Value* find(std::string_view key) const noexcept;
    [[nodiscard]] Value* find(std::string_view key) noexcept;
    /// The member's value, made null first when there is none.
    Value& operator[](std::string_view key);
    /// Appends without looking for an earlier member of that name.
    Value& append(std::string key, Value value);
    bool erase(std::string_view key);

    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::vector<Member>& members() noexcept { return members_; }
    [[nodiscard]] const std::vector<Member>& members() const noexcept { return members_; }
    [[nodiscard]] auto begin() const noexcept;
    [[nodiscard]] auto end() const noexcept;

    /// The same members, in whatever order.
    friend bool operator==(const Object& a, const Object& b);

private:
    std::vector<Member> members_;
};

/// null, bool, int64, uint64, double, string, binary, array or object. Destroyed without recursion, so
/// that no depth of nesting can overflow a stack.
class Value {
public:
    enum class Kind : std::uint8_t {
        null,
        boolean,
        int64,
        uint64,
        number,
        string,
        binary,
        array,
        object
    };

    Value() noexcept = default;
    Value(std::nullptr_t) noexcept {}
    template <std::same_as<bool> B>
    Value(B value) noexcept : data_(value) {}
    template <std::signed_integral I>
    Value(I value) noexcept : data_(static_cast<std::int64_t>(value)) {}
    /// Kept as int64 when it fits, so that equal numbers compare equal.
    template <std::unsigned_integral U>
        requires(!std::same_as<U, bool>)
    Value(U value) noexcept {
        if (static_cast<std::uint64_t>(value) <= static_cast<std::uint64_t>(INT64_MAX)) {
            data_ = static_cast<std::int64_t>(value);
        } else {
            data_ = static_cast<std::uint64_t>(value);
        }
    }
    template <std::floating_point F>
    Value(F value) noexcept : data_(static_cast<double>(value)) {}
    Value(const char* value) : data_(std::string(value)) {}
    Value(std::string_view value) : data_(std::string(value)) {}
    Value(std::string value) noexcept : data_(std::move(value)) {}
    Value(Binary value) noexcept : data_(std::move(value)) {}
    Value(Array value) noexcept : data_(std::move(value)) {}
    Value(Object value) noexcept : data_(std::move(value)) {}

    Value(const Value&) = default;
    /// Leaves null behind.
    Value(Value&& other) noexcept : data_(std::move(other.data_)) {
        other.data_.emplace<std::monostate>();
    }
    Value& operator=(const Value&);
    Value& operator=(Value&&) noexcept;
    ~Value();

    [[nodiscard]] Kind kind() const noexcept { return static_cast<Kind>(data_.index()); }
    [[nodiscard]] bool is_null() const noexcept { return kind() == Kind::null; }
    [[nodiscard]] bool is_number() const noexcept {
        return kind() == Kind::int64 || kind() == Kind::uint64 || kind() == Kind::number;
    }

    /// nullptr when the value is of another kind.
    [[nodiscard]] const bool* if_bool() const noexcept { return std::get_if<bool>(&data_); }
    [[nodiscard]] const std::int64_t* if_int64() const noexcept {
        return std::get_if<std::int64_t>(&data_);
    }
    [[nodiscard]] const std::uint64_t* if_uint64() const noexcept {
        return std::get_if<std::uint64_t>(&data_);
    }
    [[nodiscard]] const double* if_double() const noexcept { return std::get_if<double>(&data_); }
    [[nodiscard]] const std::string* if_string() const noexcept {
        return std::get_if<std::string>(&data_);
    }
    [[nodiscard]] const Binary* if_binary() const noexcept { return std::get_if<Binary>(&data_); }
    [[nodiscard]] const Array* if_array() const noexcept { return std::get_if<Array>(&data_); }
    [[nodiscard]] Array* if_array() noexcept { return std::get_if<Array>(&data_); }
    [[nodiscard]] const Object* if_object() const noexcept { return std::get_if<Object>(&data_); }
    [[nodiscard]] Object* if_object() noexcept { return std::get_if<Object>(&data_); }

    /// Throw std::invalid_argument, naming both kinds, when the value is of another kind. In a handler
    /// that ends the handler, not the session.
    [[nodiscard]] bool as_bool() const;
    [[nodiscard]] std::int64_t as_int64() const;
    /// Any number.
    [[nodiscard]] double as_double() const;
    [[nodiscard]] const std::string& as_string() const;
    [[nodiscard]] const Binary& as_binary() const;
    [[nodiscard]] const Array& as_array() const;
    [[nodiscard]] const Object& as_object() const;

    /// Numbers are compared by their worth, whatever their kind: 1 equals 1.0.
    friend bool operator==(const Value& a, const Value& b);

private:
    using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double,
                              std::string, Binary, Array, Object>;
    Data data_;
};

[[nodiscard]] std::string_view to_string(Value::Kind kind) noexcept;

inline auto Object::begin() const noexcept {
    return members_.begin();
}
inline auto Object::end() const noexcept {
    return members_.end();
}

}  // namespace socketio
