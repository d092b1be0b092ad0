#pragma once
// What stands in a request's query and head beside its rows. Pure; any thread.

#include "api/problem.hpp"
#include "decode/format.hpp"
#include "live/entry.hpp"
#include "viewers/live_charts.hpp"
#include <socketio/http.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace chartcast::api {

/// `?op=`; nothing when it is left out.
[[nodiscard]] Checked<std::optional<live::Operation>> operation_of(
    const socketio::FieldList& query);
/// `?durability=disk|memory`.
[[nodiscard]] Checked<viewers::Durability> durability_of(const socketio::FieldList& query);
/// `?limit=`, at most `most`.
[[nodiscard]] Checked<std::size_t> limit_of(const socketio::FieldList& query, std::size_t without,
                                            std::size_t most);
/// ISO 8601 or milliseconds since 1970.
[[nodiscard]] Checked<std::optional<std::int64_t>> time_of(const socketio::FieldList& query,
                                                           std::string_view name);
/// `?atomic=` and the like: true or false.
[[nodiscard]] Checked<bool> flag_of(const socketio::FieldList& query, std::string_view name,
                                    bool without);
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text) noexcept;

/// What the rows are written in, by Content-Type; 415 names what is accepted.
[[nodiscard]] Checked<decode::Format> format_of(const socketio::HttpRequest& request);
/// JSON, or a merge patch where that is admitted.
[[nodiscard]] Checked<socketio::Value> json_body(const socketio::HttpRequest& request);
[[nodiscard]] bool is_merge_patch(const socketio::HttpRequest& request) noexcept;

/// `?locale=`, else the first of Accept-Language, else empty.
[[nodiscard]] std::string locale_of(const socketio::HttpRequest& request);

}  // namespace chartcast::api
