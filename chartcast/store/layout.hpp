#pragma once
// The tables of the store's file, and how a file of an earlier version becomes one of this version. Blocks;
// before the server runs. docs/store.md has the layout.

#include "store/sqlite.hpp"

#include <span>
#include <string>

namespace chartcast::store {

inline constexpr const char* database_file = "chartcast.db";
inline constexpr const char* lock_file = "chartcast.lock";

/// Makes a file of the version before into one of the next: steps[0] makes version 1 out of an empty file.
using LayoutStep = const char*;
[[nodiscard]] std::span<const LayoutStep> layout_steps();

/// Throws StoreError when the file is of another program or of a newer version.
void check_identity(Connection& connection, const std::string& file);
/// All steps that are missing, in one transaction.
void migrate(Connection& connection, std::span<const LayoutStep> steps);

/// Set while nobody uses the file, if whoever used it last wrote all that it had shown.
[[nodiscard]] bool is_clean(Connection& connection);
void set_clean(Connection& connection, bool clean);

/// Throws StoreError when pages of the file are damaged.
void check_pages(Connection& connection, const std::string& file);

/// The exception that tells what to do about `error`.
[[noreturn]] void raise_store_error(const std::string& file, const SqliteError& error);

}  // namespace chartcast::store
