#include "sources/sqlite_reader.hpp"

#include "sources/sqlite_cell.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace chartcast::sources {
namespace {

/// Steps of SQLite's machine between two looks at the clock: some 10 microseconds.
constexpr int steps_between_looks = 1'000;
constexpr int milliseconds_between_tries = 5;

}  // namespace

SqliteReader::SqliteReader(SqliteQuery query, std::stop_token stop)
    : query_(std::move(query)), stop_(std::move(stop)) {}

SqliteReader::Result SqliteReader::read() {
    Result result;
    deadline_ = std::chrono::steady_clock::now() + query_.timeout;
    result.problem = open();
    // Before the query: a change that comes while it runs is seen as one.
    read_ = mark();
    if (!result.problem.empty()) return result;
    SqliteStatement statement;
    result.problem = prepare(statement);
    std::vector<int> columns;
    if (result.problem.empty()) result.problem = map_columns(statement.get(), columns);
    if (result.problem.empty()) result.problem = fetch(statement.get(), columns, result.rows);
    if (!result.problem.empty()) result.rows.clear();
    return result;
}

bool SqliteReader::changed() {
    deadline_ = std::chrono::steady_clock::now() + query_.timeout;
    return mark() != read_;
}

SqliteReader::Mark SqliteReader::mark() {
    struct stat found{};
    if (::stat(query_.path.c_str(), &found) != 0) return {};
    Mark mark{true, found.st_dev, found.st_ino, 0};
    if (database_ && mark.device == device_ && mark.inode == inode_) {
        sqlite3_reset(version_.get());
        mark.version = sqlite3_step(version_.get()) == SQLITE_ROW
                           ? sqlite3_column_int64(version_.get(), 0)
                           : -1;
        sqlite3_reset(version_.get());
    } else {
        mark.version = found.st_mtim.tv_sec * 1'000'000'000LL + found.st_mtim.tv_nsec;
    }
    return mark;
}

std::string SqliteReader::open() {
    struct stat found{};
    if (::stat(query_.path.c_str(), &found) != 0) {
        const auto why = std::generic_category().message(errno);
        close();
        return query_.path + ": " + why;
    }
    if (database_ && found.st_dev == device_ && found.st_ino == inode_) return {};
    close();
    std::string problem;
    database_ = open_sqlite(query_.path, SQLITE_OPEN_READONLY, problem);
    if (!database_) return problem;
    device_ = found.st_dev;
    inode_ = found.st_ino;
    auto* database = database_.get();
    sqlite3_busy_handler(
        database,
        [](void* self, int) {
            if (static_cast<SqliteReader*>(self)->out_of_time()) return 0;
            sqlite3_sleep(milliseconds_between_tries);
            return 1;
        },
        this);
    sqlite3_progress_handler(
        database, steps_between_looks,
        [](void* self) { return static_cast<SqliteReader*>(self)->out_of_time() ? 1 : 0; }, this);
    // No cell becomes larger in memory than the whole result may be.
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(query_.bytes_max));
    int code = sqlite3_exec(database, "PRAGMA query_only = 1; PRAGMA trusted_schema = 0", nullptr,
                            nullptr, nullptr);
    sqlite3_stmt* version = nullptr;
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(database, "PRAGMA data_version", -1, &version, nullptr);
        version_.reset(version);
    }
    if (code == SQLITE_OK) return {};
    problem = explain(code);
    close();
    return problem;
}

std::string SqliteReader::prepare(SqliteStatement& statement) const {
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v2(database_.get(), query_.text.c_str(),
                                        static_cast<int>(query_.text.size()), &raw, &rest);
    statement.reset(raw);
    if (code != SQLITE_OK) return explain(code);
    if (!raw) return "the query is empty";
    if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        return "the query has more than one statement";
    }
    if (!sqlite3_stmt_readonly(raw)) return "the query would write";
    return {};
}

std::string SqliteReader::map_columns(sqlite3_stmt* statement, std::vector<int>& columns) const {
    columns.assign(query_.fields.size(), -1);
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        const std::string name = sqlite3_column_name(statement, column);
        const auto field = std::ranges::find(query_.fields, name, &live::Field::name);
        if (field == query_.fields.end()) {
            return "the query's column '" + name + "' is no field of the dataset";
        }
        auto& place = columns[static_cast<std::size_t>(field - query_.fields.begin())];
        if (place >= 0) return "the query has two columns '" + name + "'";
        place = column;
    }
    const auto missing = std::ranges::find(columns, -1);
    if (missing == columns.end()) return {};
    return "the query has no column '" +
           query_.fields[static_cast<std::size_t>(missing - columns.begin())].name + "'";
}

std::string SqliteReader::fetch(sqlite3_stmt* statement, const std::vector<int>& columns,
                                socketio::Array& rows) const {
    std::size_t bytes = 0;
    for (;;) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return {};
        if (code != SQLITE_ROW) return explain(code);
        if (rows.size() == query_.rows_max) {
            return "the result has more than " + std::to_string(query_.rows_max) + " rows";
        }
        if (auto problem = append_row(statement, columns, rows, bytes); !problem.empty()) {
            return problem;
        }
    }
}

std::string SqliteReader::append_row(sqlite3_stmt* statement, const std::vector<int>& columns,
                                     socketio::Array& rows, std::size_t& bytes) const {
    socketio::Array row;
    row.reserve(columns.size());
    for (std::size_t dim = 0; dim < columns.size(); ++dim) {
        auto cell = sqlite_cell(statement, columns[dim], query_.fields[dim].type);
        if (!cell) {
            const bool blob = sqlite3_column_type(statement, columns[dim]) == SQLITE_BLOB;
            return "row " + std::to_string(rows.size() + 1) + ", column '" +
                   query_.fields[dim].name + "': " + (blob ? "a blob" : "text that is no JSON");
        }
        if (const auto* text = cell->if_string()) bytes += text->size();
        bytes += sizeof(socketio::Value);
        row.push_back(std::move(*cell));
    }
    if (bytes > query_.bytes_max) {
        return "the result has more than " + std::to_string(query_.bytes_max >> 20) + " MiB";
    }
    rows.emplace_back(std::move(row));
    return {};
}

std::string SqliteReader::explain(int code) const {
    const auto kind = code & 0xff;
    if (kind == SQLITE_INTERRUPT || (kind == SQLITE_BUSY && out_of_time())) {
        if (stop_.stop_requested()) return "stopped";
        return query_.path + (kind == SQLITE_BUSY ? ": locked for" : ": the query took") +
               " longer than " + std::to_string(query_.timeout.count()) + " ms";
    }
    return query_.path + ": " + sqlite3_errmsg(database_.get());
}

bool SqliteReader::out_of_time() const {
    return stop_.stop_requested() || std::chrono::steady_clock::now() >= deadline_;
}

void SqliteReader::close() {
    version_.reset();
    database_.reset();
}

}  // namespace chartcast::sources
