#include "sources/sqlite_handle.hpp"

namespace chartcast::sources {

SqliteHandle open_sqlite(const std::string& path, int flags, std::string& problem) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    // There is a handle even when opening failed: it has the message.
    SqliteHandle opened(raw);
    if (code == SQLITE_OK) return opened;
    problem = path + ": " + (raw ? sqlite3_errmsg(raw) : sqlite3_errstr(code));
    return nullptr;
}

}  // namespace chartcast::sources
