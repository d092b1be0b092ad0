#pragma once
// A request to change a dataset, as it is ordered, stored and applied: the same on every node. Any thread.

#include "live/position.hpp"
#include <socketio/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chartcast::live {

enum class Operation : std::uint8_t {
    replace,  ///< The rows are the whole table.
    append,   ///< New rows.
    upsert,   ///< Rows by key: inserted, or the fields that they name are updated.
    patch,    ///< `{key, set: {field: value}, inc: {field: number}}` for rows that are there.
    remove,   ///< Keys.
    clear,    ///< No rows.
    expire,   ///< No rows: what is too old at `ts` leaves.
};

[[nodiscard]] std::string_view to_string(Operation operation) noexcept;
/// `expire` is the owner's own and has no name outside.
[[nodiscard]] std::optional<Operation> operation_of(std::string_view name) noexcept;

struct Entry {
    Operation operation = Operation::upsert;
    socketio::Array rows;
    /// The batch counts only if the dataset is there yet.
    std::optional<Position> if_match;
    /// Empty when there is none.
    std::string idempotency_key;
    /// Of whatever the key was given for; never empty beside a key.
    std::string body_hash;
    /// Removing a row that is not there is missing_key instead of nothing.
    bool rows_must_exist = false;
    /// When it was accepted, in milliseconds since 1970. Ages count from here, never from a clock.
    std::int64_t ts = 0;
};

}  // namespace chartcast::live
