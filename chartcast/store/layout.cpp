#include "store/layout.hpp"

#include "store/store.hpp"

#include <array>

namespace chartcast::store {
namespace {

/// "ccst", so that no other program's database is taken for ours.
constexpr std::int64_t application_id = 0x63637374;

// Keys are (dataset, n), so that a log lies together. Blobs are records of store/codec.
constexpr const char* version_1 = R"(
PRAGMA application_id = 1667462004;
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE datasets (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
CREATE TABLE schemas (id INTEGER PRIMARY KEY, data BLOB NOT NULL UNIQUE);
CREATE TABLE entries (
    dataset INTEGER NOT NULL, n INTEGER NOT NULL, ts INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (dataset, n)) WITHOUT ROWID;
CREATE TABLE snapshots (
    dataset INTEGER NOT NULL, n INTEGER NOT NULL, v INTEGER NOT NULL, ts INTEGER NOT NULL,
    schema INTEGER NOT NULL, parts INTEGER NOT NULL, weight INTEGER NOT NULL,
    PRIMARY KEY (dataset, n)) WITHOUT ROWID;
CREATE TABLE snapshot_parts (
    dataset INTEGER NOT NULL, n INTEGER NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (dataset, n, part));
CREATE TABLE documents (
    kind INTEGER NOT NULL, id BLOB NOT NULL, n INTEGER NOT NULL, ts INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (kind, id, n));
)";

constexpr std::array<LayoutStep, 1> steps_of_this_version = {version_1};

}  // namespace

std::span<const LayoutStep> layout_steps() {
    return steps_of_this_version;
}

void check_identity(Connection& connection, const std::string& file) {
    const auto owner = connection.number("PRAGMA application_id");
    const bool empty = connection.number("SELECT count(*) FROM sqlite_master") == 0;
    if (owner != application_id && !empty) {
        throw StoreError(file + ": is a database of another program; choose another folder");
    }
    const auto version = connection.number("PRAGMA user_version");
    const auto known = static_cast<std::int64_t>(layout_steps().size());
    if (version > known) {
        throw StoreError(file + ": was written by a newer chartcast (layout " +
                         std::to_string(version) + ", this one knows " + std::to_string(known) +
                         "); start that version, or move the file away");
    }
}

void migrate(Connection& connection, std::span<const LayoutStep> steps) {
    const auto version = static_cast<std::size_t>(connection.number("PRAGMA user_version"));
    if (version >= steps.size()) return;
    Transaction transaction(connection);
    for (const auto* step : steps.subspan(version)) connection.execute(step);
    connection.execute("PRAGMA user_version = " + std::to_string(steps.size()));
    transaction.commit();
}

bool is_clean(Connection& connection) {
    return connection.number("SELECT value FROM meta WHERE key = 'clean'") == 1;
}

void set_clean(Connection& connection, bool clean) {
    connection.execute(clean ? "INSERT OR REPLACE INTO meta VALUES ('clean', 1)"
                             : "DELETE FROM meta WHERE key = 'clean'");
}

void check_pages(Connection& connection, const std::string& file) {
    const auto found = connection.text("PRAGMA quick_check(1)");
    if (found != "ok") {
        throw StoreError(file + ": is damaged (" + found +
                         "); restore a backup, or move the file away to start empty. It has not "
                         "been changed");
    }
}

void raise_store_error(const std::string& file, const SqliteError& error) {
    const std::string what = file + ": " + error.what();
    if (error.damaged()) {
        throw StoreError(what + "; restore a backup, or move the file away to start empty");
    }
    if (error.disk_full()) throw StoreError(what + "; make room on its disk");
    throw StoreError(what);
}

}  // namespace chartcast::store
