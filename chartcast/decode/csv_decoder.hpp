#pragma once
// CSV (RFC 4180): the first record names fields, each other one is a row. Reads byte by byte, so that a
// record may come in any pieces and a quoted cell may hold commas and line ends. Any thread.
//
//     start --"--> quoted --"--> closing --"--> quoted         a doubled quote is one
//       |                          |
//       +--> plain                 +-- comma, line end --> start
//
// A quote inside of a plain cell is a quote. Lines end with \n or \r\n; a lone \r is text.

#include "decode/decoder_base.hpp"

#include <string>
#include <vector>

namespace chartcast::decode {

class CsvDecoder final : public DecoderBase {
public:
    /// More columns are a file that is no table.
    static constexpr std::size_t columns_max = 1024;

    /// The schema outlives the decoder.
    CsvDecoder(const live::Schema* schema, const DecoderLimits& limits)
        : schema_(schema), limits_(limits) {}

private:
    enum class State : std::uint8_t { start, plain, quoted, closing };
    struct Cell {
        std::string text;
        bool quoted = false;
    };
    struct Column {
        std::string name;
        std::optional<live::FieldType> type;
    };

    [[nodiscard]] std::optional<Fault> read(std::string_view bytes) override;
    [[nodiscard]] std::optional<Fault> end() override;
    [[nodiscard]] std::optional<Fault> byte(char next);
    [[nodiscard]] std::optional<Fault> letter(char next);
    void end_cell();
    [[nodiscard]] std::optional<Fault> end_record();
    [[nodiscard]] std::optional<Fault> record();
    [[nodiscard]] std::optional<Fault> header();
    [[nodiscard]] std::optional<Fault> row();
    [[nodiscard]] socketio::Value value_of(const Column& column, const Cell& cell) const;
    [[nodiscard]] Fault fault(FaultCode code, std::string detail) const;

    const live::Schema* schema_;
    DecoderLimits limits_;
    std::vector<Column> columns_;
    bool has_header_ = false;

    State state_ = State::start;
    /// A \r that the next byte explains.
    bool carriage_return_ = false;
    std::size_t mark_seen_ = 0;
    bool mark_possible_ = true;
    Cell cell_;
    std::vector<Cell> cells_;
    /// Of the record; more than are kept where there are too many.
    std::size_t cell_count_ = 0;
    std::size_t record_bytes_ = 0;
    /// The one that is being read, and the one that the record began in.
    std::size_t line_ = 1;
    std::size_t record_line_ = 1;
};

}  // namespace chartcast::decode
