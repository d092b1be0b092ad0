#pragma once
// The bytes that records are made of: small numbers in few bytes, values exactly as they are (JSON would make
// 1.0 an integer), and a checksum around it all. Pure; any thread. docs/store.md has the format.

#include "live/position.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::store {

/// Writes one record: a checksum, then what is appended.
class ByteWriter {
public:
    ByteWriter();

    void byte(std::uint8_t value);
    /// Seven bits a byte, the lowest first.
    void number(std::uint64_t value);
    /// The same for numbers that may be negative: 0, -1, 1, -2 are 0, 1, 2, 3.
    void signed_number(std::int64_t value);
    void text(std::string_view value);
    void position(const live::Position& value);
    /// REQUIRES: nesting as shallow as a parser with a depth limit admits.
    void value(const socketio::Value& value);
    /// As a value that is a list.
    void array(const socketio::Array& items);

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    /// The record; the writer is used up.
    [[nodiscard]] std::string seal();

private:
    std::string bytes_;
};

/// Reads one record. What is damaged is never an exception: the reader fails, gives zeros from then on, and
/// says so at the end.
class ByteReader {
public:
    /// Fails at once when the checksum is wrong.
    explicit ByteReader(std::string_view record);
    /// Bytes without a checksum, for fuzzing.
    [[nodiscard]] static ByteReader unchecked(std::string_view bytes);

    [[nodiscard]] std::uint8_t byte();
    [[nodiscard]] std::uint64_t number();
    [[nodiscard]] std::int64_t signed_number();
    [[nodiscard]] std::string text();
    [[nodiscard]] live::Position position();
    [[nodiscard]] socketio::Value value();
    /// How many things follow, each of at least one byte: a count that cannot be true fails.
    [[nodiscard]] std::size_t count();

    void fail() noexcept;
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
    /// Nothing failed, and nothing is left.
    [[nodiscard]] bool finished() const noexcept { return !failed_ && rest_.empty(); }

private:
    ByteReader() = default;
    [[nodiscard]] socketio::Value value(int depth);

    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace chartcast::store
