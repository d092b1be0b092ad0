#include "live/row_check.hpp"

#include "live/cell.hpp"

namespace chartcast::live {
namespace {

using socketio::Array;
using socketio::Object;
using socketio::Value;

/// One row on its way through the check.
class RowCheck {
public:
    RowCheck(const Schema& schema, std::size_t row, RowErrors& errors)
        : schema_(schema), row_(row), errors_(errors), errors_before_(errors.count()) {
        checked_.cells.resize(schema.fields().size());
    }

    void object(const Object& object) {
        for (const auto& [name, value] : object) {
            if (const auto dim = schema_.dim_of(name)) {
                cell(*dim, value, name);
            } else {
                fail(RowErrorCode::unknown_field, name, name);
            }
        }
    }
    void list(const Array& cells) {
        if (cells.size() != schema_.fields().size()) return fail(RowErrorCode::cell_count);
        for (std::size_t dim = 0; dim < cells.size(); ++dim) {
            cell(dim, cells[dim], std::to_string(dim));
        }
    }
    void key_list(const Array& cells) {
        if (cells.size() != schema_.key().size()) return fail(RowErrorCode::cell_count);
        for (std::size_t at = 0; at < cells.size(); ++at) {
            cell(schema_.key()[at], cells[at], std::to_string(at));
        }
    }
    /// A key of one field, as it is.
    void bare_key(const Value& value) { cell(schema_.key().front(), value, {}); }

    void fail(RowErrorCode code, std::string_view field = {}, std::string_view token = {}) {
        errors_.add({row_, std::string(field), row_pointer(row_, token), code});
    }
    /// Nothing when something was wrong.
    [[nodiscard]] std::optional<CheckedRow> take() {
        for (const auto dim : schema_.key()) {
            const bool faulty = faulty_.test(dim);
            if (!faulty && checked_.cells[dim].is_null()) {
                const auto& name = schema_.fields()[dim].name;
                fail(RowErrorCode::missing_key, name, name);
            }
        }
        if (errors_.count() != errors_before_) return std::nullopt;
        return std::move(checked_);
    }
    [[nodiscard]] bool failed() const noexcept { return errors_.count() != errors_before_; }

private:
    /// `token` names the cell in the pointer: a field's name, or its place in a list.
    void cell(std::size_t dim, const Value& value, std::string_view token) {
        const auto& field = schema_.fields()[dim];
        auto checked = check_cell(field.type, value);
        if (!checked) {
            faulty_.set(dim);
            return fail(checked.error(), field.name, token);
        }
        checked_.cells[dim] = std::move(*checked);
        checked_.present.set(dim);
    }

    const Schema& schema_;
    std::size_t row_;
    RowErrors& errors_;
    std::size_t errors_before_;
    CheckedRow checked_;
    DimSet faulty_;
};

}  // namespace

std::optional<CheckedRow> check_row(const Schema& schema, const Value& value, std::size_t row,
                                    RowErrors& errors) {
    RowCheck check(schema, row, errors);
    if (const auto* object = value.if_object()) {
        check.object(*object);
    } else if (const auto* cells = value.if_array()) {
        check.list(*cells);
        // A list of another length says nothing about its key.
        if (check.failed()) return std::nullopt;
    } else {
        check.fail(RowErrorCode::not_a_row);
        return std::nullopt;
    }
    return check.take();
}

std::optional<Cells> check_key(const Schema& schema, const Value& value, std::size_t row,
                               RowErrors& errors) {
    RowCheck check(schema, row, errors);
    if (!schema.keyed()) {
        check.fail(RowErrorCode::keyless);
        return std::nullopt;
    }
    if (const auto* object = value.if_object()) {
        check.object(*object);
    } else if (const auto* cells = value.if_array()) {
        check.key_list(*cells);
        if (check.failed()) return std::nullopt;
    } else if (schema.key().size() == 1) {
        check.bare_key(value);
    } else {
        check.fail(RowErrorCode::not_a_row);
        return std::nullopt;
    }
    const auto checked = check.take();
    if (!checked) return std::nullopt;
    return key_cells(schema, checked->cells);
}

std::string row_pointer(std::size_t row, std::string_view field) {
    auto pointer = '/' + std::to_string(row);
    if (field.empty()) return pointer;
    pointer += '/';
    for (const char letter : field) {
        if (letter == '~') {
            pointer += "~0";
        } else if (letter == '/') {
            pointer += "~1";
        } else {
            pointer += letter;
        }
    }
    return pointer;
}

}  // namespace chartcast::live
