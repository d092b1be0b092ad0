#include "sources/line_feed.hpp"

#include "live/row_check.hpp"

#include <utility>

namespace chartcast::sources {

using decode::Format;
using live::Operation;

LineFeed::LineFeed(Options options) : options_(std::move(options)) {
    restart_decoder();
}

void LineFeed::feed(std::string_view bytes, LineRows& out) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const bool whole = end != std::string_view::npos;
        const auto piece = bytes.substr(0, whole ? end + 1 : bytes.size());
        bytes.remove_prefix(piece.size());
        if (passing_over_) {
            passing_over_ = !whole;
            line_ += whole ? 1 : 0;
        } else if (partial_.size() + piece.size() > options_.limits.line_bytes_max) {
            ++line_;
            skip("longer than " + std::to_string(options_.limits.line_bytes_max) + " bytes", out);
            partial_.clear();
            passing_over_ = !whole;
            line_ -= passing_over_ ? 1 : 0;
            restart_decoder();
        } else if (!whole) {
            partial_ += piece;
        } else if (partial_.empty()) {
            line(piece, out);
        } else {
            line(std::exchange(partial_, {}) + std::string(piece), out);
        }
    }
}

void LineFeed::finish(LineRows& out) {
    if (!partial_.empty()) line(std::exchange(partial_, {}) + "\n", out);
    header_.clear();
    header_is_wrong_ = false;
    passing_over_ = false;
    line_ = 0;
    restart_decoder();
}

void LineFeed::line(std::string_view text, LineRows& out) {
    ++line_;
    if (header_is_wrong_) return skip("there is no header", out);
    const bool is_header = options_.format == Format::csv && header_.empty();
    const auto fault = decoder_->feed(text);
    take(out);
    if (fault) {
        skip(fault->detail, out);
        header_is_wrong_ = is_header;
        restart_decoder();
    } else if (is_header && text.find_first_not_of("\r\n") != std::string_view::npos) {
        header_ = text;
    }
}

void LineFeed::take(LineRows& out) {
    for (auto& row : decoder_->take()) {
        if (const auto fault = fault_of(row); !fault.empty()) {
            skip(fault, out);
        } else {
            out.rows.push_back(std::move(row));
        }
    }
}

/// A batch is all or nothing: one wrong row must not take a thousand with it.
std::string LineFeed::fault_of(const socketio::Value& row) const {
    if (!options_.schema) return {};
    live::RowErrors errors;
    if (options_.operation == Operation::append || options_.operation == Operation::upsert) {
        (void)live::check_row(*options_.schema, row, 0, errors);
    } else if (options_.operation == Operation::remove) {
        (void)live::check_key(*options_.schema, row, 0, errors);
    }
    if (errors.empty()) return {};
    const auto& first = errors.kept().front();
    const std::string code(live::to_string(first.code));
    return first.field.empty() ? code : first.field + ": " + code;
}

void LineFeed::skip(const std::string& why, LineRows& out) const {
    if (++out.lines_skipped == 1) {
        out.first_skipped = "line " + std::to_string(line_) + " was passed over: " + why;
    }
}

void LineFeed::restart_decoder() {
    decoder_ = decode::make_decoder(options_.format, options_.schema.get(), options_.limits);
    if (!header_.empty()) (void)decoder_->feed(header_);
}

}  // namespace chartcast::sources
