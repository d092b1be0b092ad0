#pragma once
// What all decoders have in common: rows that wait to be taken, and faults that are final. Any thread.

#include "decode/row_decoder.hpp"

#include <deque>
#include <utility>

namespace chartcast::decode {

class DecoderBase : public RowDecoder {
public:
    [[nodiscard]] std::optional<Fault> feed(std::string_view bytes) final {
        if (!fault_) fault_ = read(bytes);
        return fault_;
    }
    [[nodiscard]] std::optional<Fault> finish() final {
        if (!fault_) fault_ = end();
        return fault_;
    }
    [[nodiscard]] socketio::Array take(std::size_t most) final;
    [[nodiscard]] std::size_t ready() const noexcept final { return rows_.size(); }
    [[nodiscard]] std::size_t lines_taken() const noexcept final { return lines_taken_; }

protected:
    [[nodiscard]] virtual std::optional<Fault> read(std::string_view bytes) = 0;
    [[nodiscard]] virtual std::optional<Fault> end() = 0;

    /// `line` is the last one that the row takes up.
    void push(socketio::Value row, std::size_t line) { rows_.emplace_back(std::move(row), line); }

private:
    std::deque<std::pair<socketio::Value, std::size_t>> rows_;
    std::size_t lines_taken_ = 0;
    std::optional<Fault> fault_;
};

/// Spreadsheets begin their files with it.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace chartcast::decode
