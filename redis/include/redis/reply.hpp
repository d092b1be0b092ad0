#pragma once
// One reply of a Redis server, RESP2 or RESP3. A plain value: any thread may own one.
// Source: https://redis.io/docs/latest/develop/reference/protocol-spec/

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace redis {

class Reply {
public:
    enum class Kind : std::uint8_t {
        null,
        simple_string,
        error,
        integer,
        bulk,
        array,
        // RESP3 only.
        number,
        boolean,
        big_number,
        verbatim,
        map,  ///< items() holds key, value, key, value, ...
        set,
        push,
    };

    Reply() = default;
    Reply(Kind kind, std::string text) : kind_(kind), data_(std::move(text)) {}
    Reply(Kind kind, std::vector<Reply> items) : kind_(kind), data_(std::move(items)) {}
    [[nodiscard]] static Reply of_integer(std::int64_t value);
    [[nodiscard]] static Reply of_number(double value);
    [[nodiscard]] static Reply of_boolean(bool value);

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
    [[nodiscard]] bool is_error() const noexcept { return kind_ == Kind::error; }
    [[nodiscard]] bool is_aggregate() const noexcept {
        return std::holds_alternative<std::vector<Reply>>(data_);
    }

    /// The bytes of a string of any kind, an error's message, a big number's digits; else empty.
    /// A verbatim string comes without its three-letter format.
    [[nodiscard]] std::string_view text() const noexcept;
    /// The bytes, moved out.
    [[nodiscard]] std::string take_text() noexcept;
    /// An integer, or a boolean as 0 or 1; else 0.
    [[nodiscard]] std::int64_t integer() const noexcept;
    /// A number or an integer; else 0.
    [[nodiscard]] double number() const noexcept;
    /// The elements of an aggregate; else empty.
    [[nodiscard]] const std::vector<Reply>& items() const noexcept;
    /// The elements, moved out.
    [[nodiscard]] std::vector<Reply> take_items() noexcept;

    /// First word of an error: "NOAUTH", "WRONGTYPE", "ERR".
    [[nodiscard]] std::string_view error_code() const noexcept;

    friend bool operator==(const Reply& a, const Reply& b);

private:
    Kind kind_ = Kind::null;
    std::variant<std::monostate, std::int64_t, double, std::string, std::vector<Reply>> data_;
};

/// For logs and test failures: JSON-like, long strings cut at 64 bytes, unprintable bytes as \xNN.
[[nodiscard]] std::string to_string(const Reply& reply);

}  // namespace redis
