#pragma once
// SQLite's objects with owners. Each is used by one thread at a time.

#include <memory>
#include <string>

#include <sqlite3.h>

namespace chartcast::sources {

struct SqliteClose {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using SqliteHandle = std::unique_ptr<sqlite3, SqliteClose>;
using SqliteStatement = std::unique_ptr<sqlite3_stmt, SqliteClose>;

/// Nothing when it cannot be opened, and `problem` says why.
[[nodiscard]] SqliteHandle open_sqlite(const std::string& path, int flags, std::string& problem);

}  // namespace chartcast::sources
