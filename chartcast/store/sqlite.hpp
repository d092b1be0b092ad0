#pragma once
// SQLite's C interface with owners and exceptions. A connection and its statements live on one thread at a
// time.

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace chartcast::store {

class SqliteError : public std::runtime_error {
public:
    SqliteError(int code, int system_error, const std::string& text)
        : std::runtime_error(text), code_(code), system_error_(system_error) {}

    /// No room on the disk, in the quota, or below the size that a file may have.
    [[nodiscard]] bool disk_full() const noexcept;
    /// The file is no database, or a damaged one.
    [[nodiscard]] bool damaged() const noexcept;

private:
    int code_;
    int system_error_;
};

class Connection {
public:
    enum class Mode : std::uint8_t { create, write, read };
    Connection(const std::string& file, Mode mode);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Statements without parameters and results.
    void execute(const std::string& sql);
    /// The first column of the first row; 0 when there is none.
    [[nodiscard]] std::int64_t number(const std::string& sql);
    [[nodiscard]] std::string text(const std::string& sql);
    /// Whether the file stays as it is when this connection closes; usually the write-ahead log goes into it.
    void keep_log_at_close(bool keep) noexcept;
    [[nodiscard]] sqlite3* get() const noexcept { return database_; }
    [[noreturn]] void raise(int code) const;

private:
    sqlite3* database_ = nullptr;
};

/// Prepared once, run often. Parameters and columns count from 0.
class Statement {
public:
    Statement(Connection& connection, std::string_view sql);

    /// Starts it anew with these parameters. Bytes must live until it is done.
    template <class... Parameters>
    Statement& bind(Parameters... parameters) {
        reset();
        int at = 0;
        (bind_one(++at, parameters), ...);
        return *this;
    }
    /// To the next row; false when there is none. At the end it is reset, so that it holds no lock.
    bool step();
    void run();
    void reset();

    [[nodiscard]] std::int64_t number(int column) const;
    /// Until the next step.
    [[nodiscard]] std::string_view bytes(int column) const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    void bind_one(int at, std::int64_t value);
    void bind_one(int at, std::uint64_t value) { bind_one(at, static_cast<std::int64_t>(value)); }
    void bind_one(int at, int value) { bind_one(at, std::int64_t{value}); }
    void bind_one(int at, std::string_view bytes);

    Connection* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Rolled back unless committed.
class Transaction {
public:
    explicit Transaction(Connection& connection) : connection_(connection) {
        connection_.execute("BEGIN IMMEDIATE");
    }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

}  // namespace chartcast::store
