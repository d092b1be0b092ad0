#pragma once
// What is wrong with the rows of a request; each becomes an element of a problem's `errors`. Any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::live {

enum class RowErrorCode : std::uint8_t {
    not_a_row,      ///< Neither an object nor a list of cells.
    cell_count,     ///< A list of more or fewer cells than there are fields.
    unknown_field,  ///< A member that is no field.
    missing_key,    ///< A field of the key is left out or null.
    wrong_type,     ///< A value that the field's type does not admit.
    integer_range,  ///< A whole number outside +-(2^53-1), which JavaScript would change.
    not_finite,     ///< NaN or an infinity.
    invalid_time,   ///< Text that is no ISO 8601 time, or a time that Date cannot hold.
    too_deep,       ///< A json cell nested deeper than cell_depth_max.
    duplicate_key,  ///< A key that stands twice in one batch, or is in the table already.
    no_such_row,    ///< A key that is not in the table.
    key_is_fixed,   ///< A patch that changes a field of the key.
    keyless,        ///< An operation by key on a dataset without one.
    too_many_rows,  ///< More rows than the dataset may hold.
};

[[nodiscard]] std::string_view to_string(RowErrorCode code) noexcept;

struct RowError {
    std::size_t row = 0;
    /// Empty when the row as a whole is meant.
    std::string field;
    /// RFC 6901, from the list of rows: "/3/amount".
    std::string pointer;
    RowErrorCode code = RowErrorCode::not_a_row;

    friend bool operator==(const RowError&, const RowError&) = default;
};

/// The first errors of a batch, and how many there are.
class RowErrors {
public:
    /// Enough to correct a file by; an answer with one error for each of a million rows helps nobody.
    static constexpr std::size_t kept_max = 32;

    void add(RowError error) {
        ++count_;
        if (kept_.size() < kept_max) kept_.push_back(std::move(error));
    }

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] const std::vector<RowError>& kept() const noexcept { return kept_; }

private:
    std::size_t count_ = 0;
    std::vector<RowError> kept_;
};

}  // namespace chartcast::live
