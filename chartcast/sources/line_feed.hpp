#pragma once
// Rows from lines that never end: those of a log, or of a pipe. A line that is no row is passed over, and
// those behind it count. Used by one thread at a time.

#include "decode/row_decoder.hpp"
#include "live/entry.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace chartcast::sources {

/// What came of some bytes.
struct LineRows {
    socketio::Array rows;
    std::size_t lines_skipped = 0;
    /// What is wrong with the first of them.
    std::string first_skipped;
};

class LineFeed {
public:
    struct Options {
        /// ndjson or csv.
        decode::Format format = decode::Format::ndjson;
        live::Operation operation = live::Operation::append;
        /// None: rows are not looked at.
        std::shared_ptr<const live::Schema> schema;
        decode::DecoderLimits limits;
    };

    explicit LineFeed(Options options);

    void feed(std::string_view bytes, LineRows& out);
    /// Nothing more comes of this text: a last line without an end counts. The next bytes begin another
    /// text, with a header of its own where it is CSV.
    void finish(LineRows& out);
    /// What comes next is the middle of a line: begin behind it.
    void pass_over_line() { passing_over_ = true; }

private:
    void line(std::string_view text, LineRows& out);
    void take(LineRows& out);
    [[nodiscard]] std::string fault_of(const socketio::Value& row) const;
    void skip(const std::string& why, LineRows& out) const;
    void restart_decoder();

    Options options_;
    std::unique_ptr<decode::RowDecoder> decoder_;
    std::string partial_;
    /// The first line of CSV, with its end: a decoder that replaces one with a fault begins with it.
    std::string header_;
    bool header_is_wrong_ = false;
    bool passing_over_ = false;
    std::size_t line_ = 0;
};

}  // namespace chartcast::sources
