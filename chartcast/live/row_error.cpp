#include "live/row_error.hpp"

namespace chartcast::live {

std::string_view to_string(RowErrorCode code) noexcept {
    switch (code) {
        case RowErrorCode::not_a_row: return "not_a_row";
        case RowErrorCode::cell_count: return "cell_count";
        case RowErrorCode::unknown_field: return "unknown_field";
        case RowErrorCode::missing_key: return "missing_key";
        case RowErrorCode::wrong_type: return "wrong_type";
        case RowErrorCode::integer_range: return "integer_range";
        case RowErrorCode::not_finite: return "not_finite";
        case RowErrorCode::invalid_time: return "invalid_time";
        case RowErrorCode::too_deep: return "too_deep";
        case RowErrorCode::duplicate_key: return "duplicate_key";
        case RowErrorCode::no_such_row: return "no_such_row";
        case RowErrorCode::key_is_fixed: return "key_is_fixed";
        case RowErrorCode::keyless: return "keyless";
        case RowErrorCode::too_many_rows: return "too_many_rows";
    }
    return "unknown";
}

}  // namespace chartcast::live
