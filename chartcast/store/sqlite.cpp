#include "store/sqlite.hpp"

#include <cerrno>
#include <utility>

#include <sqlite3.h>

namespace chartcast::store {
namespace {

/// How long somebody else's transaction is waited for: only other programs have any.
constexpr int busy_milliseconds = 2000;

int flags_of(Connection::Mode mode) noexcept {
    // One thread at a time uses a connection.
    constexpr int always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    switch (mode) {
        case Connection::Mode::create: return always | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        case Connection::Mode::write: return always | SQLITE_OPEN_READWRITE;
        case Connection::Mode::read: return always | SQLITE_OPEN_READONLY;
    }
    return always;
}

/// What the operating system said when a write failed; sqlite3_system_errno() may have been overwritten by
/// what SQLite did afterwards.
int write_errno(sqlite3* database) noexcept {
    sqlite3_file* log = nullptr;
    int reason = 0;
    // In WAL mode that is the log.
    sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log != nullptr && log->pMethods != nullptr) {
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &reason);
    }
    if (reason == 0) sqlite3_file_control(database, "main", SQLITE_FCNTL_LAST_ERRNO, &reason);
    return reason;
}

SqliteError error_of(sqlite3* database, int code) {
    const std::string text = sqlite3_errmsg(database);
    const int extended = sqlite3_extended_errcode(database);
    const int reason =
        extended == SQLITE_IOERR_WRITE ? write_errno(database) : sqlite3_system_errno(database);
    return {code, reason, text};
}

}  // namespace

bool SqliteError::disk_full() const noexcept {
    const bool refused =
        (code_ & 0xff) == SQLITE_IOERR &&
        (system_error_ == ENOSPC || system_error_ == EDQUOT || system_error_ == EFBIG);
    return refused || (code_ & 0xff) == SQLITE_FULL;
}

bool SqliteError::damaged() const noexcept {
    return (code_ & 0xff) == SQLITE_CORRUPT || (code_ & 0xff) == SQLITE_NOTADB;
}

Connection::Connection(const std::string& file, Mode mode) {
    const int code = sqlite3_open_v2(file.c_str(), &database_, flags_of(mode), nullptr);
    if (code != SQLITE_OK) {
        const auto error =
            database_ ? error_of(database_, code) : SqliteError(code, 0, "out of memory");
        sqlite3_close(database_);
        throw error;
    }
    sqlite3_busy_timeout(database_, busy_milliseconds);
}

Connection::~Connection() {
    // Statements that are still there are finalized after it: the connection waits for them.
    sqlite3_close_v2(database_);
}

void Connection::keep_log_at_close(bool keep) noexcept {
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

void Connection::raise(int code) const {
    throw error_of(database_, code);
}

void Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(code);
}

std::int64_t Connection::number(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.number(0) : 0;
}

std::string Connection::text(const std::string& sql) {
    Statement statement(*this, sql);
    return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) connection.raise(code);
    statement_.reset(statement);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

void Statement::bind_one(int at, std::int64_t value) {
    const int code = sqlite3_bind_int64(statement_.get(), at, value);
    if (code != SQLITE_OK) connection_->raise(code);
}

void Statement::bind_one(int at, std::string_view bytes) {
    // An empty view may have no address, which would be NULL.
    const char* data = bytes.empty() ? "" : bytes.data();
    const int code = sqlite3_bind_blob64(statement_.get(), at, data, bytes.size(), SQLITE_STATIC);
    if (code != SQLITE_OK) connection_->raise(code);
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        reset();
        return false;
    }
    const auto error = error_of(connection_->get(), code);
    reset();
    throw error;
}

void Statement::run() {
    while (step()) {
    }
}

void Statement::reset() {
    // Repeats the error of the last step, which has been told.
    sqlite3_reset(statement_.get());
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    if (data == nullptr || size <= 0) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Transaction::~Transaction() {
    // Some errors have rolled back already.
    if (open_ && sqlite3_get_autocommit(connection_.get()) == 0) {
        sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void Transaction::commit() {
    connection_.execute("COMMIT");
    open_ = false;
}

}  // namespace chartcast::store
