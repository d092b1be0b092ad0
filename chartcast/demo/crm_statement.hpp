#pragma once
// A prepared statement of the demo's database. One thread at a time.

#include "sources/sqlite_handle.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::demo {

class CrmStatement {
public:
    /// The database outlives it. A text that does not fit the schema makes every run fail.
    CrmStatement(sqlite3* database, std::string_view text) {
        sqlite3_stmt* raw = nullptr;
        sqlite3_prepare_v3(database, text.data(), static_cast<int>(text.size()),
                           SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        statement_.reset(raw);
    }

    /// False when it failed: the database's message says why.
    template <typename... Parameters>
    bool run(const Parameters&... parameters) {
        return step(parameters...) == SQLITE_DONE;
    }

    /// The first column of the first row; nothing when there is none.
    template <typename... Parameters>
    std::optional<std::int64_t> number(const Parameters&... parameters) {
        std::optional<std::int64_t> found;
        if (step(parameters...) == SQLITE_ROW) found = sqlite3_column_int64(statement_.get(), 0);
        sqlite3_reset(statement_.get());
        return found;
    }

private:
    template <typename... Parameters>
    int step(const Parameters&... parameters) {
        sqlite3_reset(statement_.get());
        int place = 0;
        (bind(++place, parameters), ...);
        return sqlite3_step(statement_.get());
    }

    void bind(int place, std::integral auto number) {
        sqlite3_bind_int64(statement_.get(), place, static_cast<std::int64_t>(number));
    }
    void bind(int place, double number) { sqlite3_bind_double(statement_.get(), place, number); }
    void bind(int place, std::string_view text) {
        sqlite3_bind_text(statement_.get(), place, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT);
    }
    template <typename T>
    void bind(int place, const std::optional<T>& value) {
        if (value) {
            bind(place, *value);
        } else {
            sqlite3_bind_null(statement_.get(), place);
        }
    }

    sources::SqliteStatement statement_;
};

}  // namespace chartcast::demo
