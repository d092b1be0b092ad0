#pragma once
// One query on one SQLite database, read only, and whether the database has changed since. Survives that the
// file appears, goes and is replaced. Blocks: used by one thread of the pool at a time.

#include "live/field.hpp"
#include "sources/sqlite_handle.hpp"
#include <socketio/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace chartcast::sources {

struct SqliteQuery {
    std::string path;
    std::string text;
    /// What the columns of the result are called, in the order of the rows that come out.
    std::vector<live::Field> fields;
    std::chrono::milliseconds timeout = std::chrono::seconds(5);
    std::size_t rows_max = 1'000'000;
    /// Of texts and cells in memory: a result is held twice while it is decided.
    std::size_t bytes_max = 64 * 1024 * 1024;
};

class SqliteReader {
public:
    SqliteReader(SqliteQuery query, std::stop_token stop);

    struct Result {
        /// Lists of cells in the order of the fields.
        socketio::Array rows;
        /// Why there are none; empty when all is well.
        std::string problem;
    };
    [[nodiscard]] Result read();
    /// Since the last read() began: another connection wrote, or the file is another one.
    [[nodiscard]] bool changed();

private:
    /// What is at the path, and which version of it.
    struct Mark {
        bool exists = false;
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t version = 0;
        friend bool operator==(const Mark&, const Mark&) = default;
    };

    [[nodiscard]] Mark mark();
    /// The problem, or nothing.
    [[nodiscard]] std::string open();
    [[nodiscard]] std::string prepare(SqliteStatement& statement) const;
    /// Where in the result each field is.
    [[nodiscard]] std::string map_columns(sqlite3_stmt* statement, std::vector<int>& columns) const;
    [[nodiscard]] std::string fetch(sqlite3_stmt* statement, const std::vector<int>& columns,
                                    socketio::Array& rows) const;
    [[nodiscard]] std::string append_row(sqlite3_stmt* statement, const std::vector<int>& columns,
                                         socketio::Array& rows, std::size_t& bytes) const;
    [[nodiscard]] std::string explain(int code) const;
    [[nodiscard]] bool out_of_time() const;
    void close();

    SqliteQuery query_;
    std::stop_token stop_;
    SqliteHandle database_;
    SqliteStatement version_;
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
    Mark read_;
    std::chrono::steady_clock::time_point deadline_;
};

}  // namespace chartcast::sources
