#include "decode/csv_decoder.hpp"

#include "decode/csv_cell.hpp"
#include "decode/text.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::decode {

std::optional<Fault> CsvDecoder::read(std::string_view bytes) {
    for (const char next : bytes) {
        if (mark_possible_) {
            if (next == byte_order_mark[mark_seen_]) {
                mark_possible_ = ++mark_seen_ < byte_order_mark.size();
                continue;
            }
            // It only began like one: those bytes are text.
            mark_possible_ = false;
            for (std::size_t at = 0; at < mark_seen_; ++at) {
                if (auto fault = byte(byte_order_mark[at])) return fault;
            }
        }
        if (auto fault = byte(next)) return fault;
    }
    return std::nullopt;
}

std::optional<Fault> CsvDecoder::end() {
    if (mark_possible_ && mark_seen_ > 0) {
        return fault(FaultCode::invalid_utf8, "The text is not UTF-8.");
    }
    if (state_ == State::quoted) {
        return fault(FaultCode::invalid_csv, "A quote is never closed.");
    }
    carriage_return_ = false;
    if (auto fault = end_record()) return fault;
    if (!has_header_) return fault(FaultCode::no_header, "The first line has to name the fields.");
    return std::nullopt;
}

std::optional<Fault> CsvDecoder::byte(char next) {
    if (++record_bytes_ > limits_.line_bytes_max) {
        return fault(
            FaultCode::line_too_long,
            "A record is longer than " + std::to_string(limits_.line_bytes_max) + " bytes.");
    }
    if (state_ == State::quoted) {
        if (next == '\n') ++line_;
        if (next == '"') {
            state_ = State::closing;
        } else {
            cell_.text += next;
        }
        return std::nullopt;
    }
    if (std::exchange(carriage_return_, false) && next != '\n') {
        if (auto fault = letter('\r')) return fault;
    }
    if (next == '\r') {
        carriage_return_ = true;
        return std::nullopt;
    }
    if (next == '\n') {
        auto fault = end_record();
        record_line_ = ++line_;
        return fault;
    }
    if (next == ',') {
        end_cell();
        return std::nullopt;
    }
    return letter(next);
}

/// A byte that ends nothing.
std::optional<Fault> CsvDecoder::letter(char next) {
    if (state_ == State::closing && next != '"') {
        return fault(FaultCode::invalid_csv, "Text stands behind a closing quote.");
    }
    if (state_ == State::start && next == '"') {
        state_ = State::quoted;
        cell_.quoted = true;
        return std::nullopt;
    }
    state_ = state_ == State::closing ? State::quoted : State::plain;
    cell_.text += next;
    return std::nullopt;
}

void CsvDecoder::end_cell() {
    const auto kept_max = has_header_ ? columns_.size() : columns_max;
    if (++cell_count_ <= kept_max) cells_.push_back(std::move(cell_));
    cell_ = {};
    state_ = State::start;
}

std::optional<Fault> CsvDecoder::end_record() {
    const bool blank = state_ == State::start && cell_count_ == 0;
    if (!blank) end_cell();
    auto fault = blank ? std::nullopt : record();
    cells_.clear();
    cell_count_ = 0;
    record_bytes_ = 0;
    return fault;
}

std::optional<Fault> CsvDecoder::record() {
    for (const auto& cell : cells_) {
        if (!is_utf8(cell.text)) return fault(FaultCode::invalid_utf8, "The text is not UTF-8.");
    }
    return has_header_ ? row() : header();
}

std::optional<Fault> CsvDecoder::header() {
    if (cell_count_ > columns_max) {
        return fault(FaultCode::invalid_csv,
                     "More than " + std::to_string(columns_max) + " columns.");
    }
    for (auto& cell : cells_) {
        Column column{cell.quoted ? std::move(cell.text) : std::string(trimmed(cell.text)), {}};
        if (column.name.empty()) {
            return fault(FaultCode::invalid_csv,
                         "Column " + std::to_string(columns_.size() + 1) + " has no name.");
        }
        if (std::any_of(columns_.begin(), columns_.end(),
                        [&](const Column& other) { return other.name == column.name; })) {
            return fault(FaultCode::invalid_csv, "Column " + column.name + " stands twice.");
        }
        if (const auto dim = schema_ ? schema_->dim_of(column.name) : std::nullopt) {
            column.type = schema_->fields()[*dim].type;
        }
        columns_.push_back(std::move(column));
    }
    has_header_ = true;
    return std::nullopt;
}

std::optional<Fault> CsvDecoder::row() {
    if (cell_count_ != columns_.size()) {
        return fault(FaultCode::cell_count, std::to_string(cell_count_) + " cells, but " +
                                                std::to_string(columns_.size()) + " columns.");
    }
    socketio::Object object;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        object.append(columns_[at].name, value_of(columns_[at], cells_[at]));
    }
    push(std::move(object), line_);
    return std::nullopt;
}

socketio::Value CsvDecoder::value_of(const Column& column, const Cell& cell) const {
    if (cell.text.empty() && !cell.quoted) return nullptr;
    const auto type = column.type.value_or(live::FieldType::string);
    return csv_cell(type, cell.text, limits_.depth_max);
}

Fault CsvDecoder::fault(FaultCode code, std::string detail) const {
    return {code, record_line_, 0, std::move(detail)};
}

}  // namespace chartcast::decode
