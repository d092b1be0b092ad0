#pragma once
// Errors of the HTTP API as `application/problem+json` (RFC 9457). Any thread.

#include "decode/row_decoder.hpp"
#include "live/row_error.hpp"
#include <socketio/http.hpp>
#include <socketio/value.hpp>

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chartcast::api {

struct Problem {
    Problem() = default;
    Problem(unsigned its_status, std::string_view its_code, std::string its_detail,
            socketio::Object further = {},
            std::optional<std::chrono::milliseconds> later = std::nullopt)
        : status(its_status),
          code(its_code),
          detail(std::move(its_detail)),
          more(std::move(further)),
          retry_after(later) {}

    unsigned status = 400;
    /// One word for programs, of a text that lives as long as the program. docs/http-api.md lists them.
    std::string_view code;
    /// A sentence for people.
    std::string detail;
    /// Further members.
    socketio::Object more;
    std::optional<std::chrono::milliseconds> retry_after;
};

/// A value, or what to answer instead.
template <class T>
using Checked = boost::system::result<T, Problem>;

/// The members of the answer's body.
[[nodiscard]] socketio::Object members_of(const Problem& problem);
[[nodiscard]] socketio::HttpResponse respond(const Problem& problem);
[[nodiscard]] socketio::HttpResponse problem(unsigned status, std::string_view code,
                                             std::string_view detail);

[[nodiscard]] Problem body_too_large(std::size_t bytes_max);

/// Why a body ended before its end: 408 or 400; nothing when there is nobody left to tell.
[[nodiscard]] std::optional<Problem> broken_body(socketio::HttpEnd why);

/// Where the rows stood that errors are about.
struct RowsPlace {
    /// What was sent before them in the same request.
    std::size_t first_row = 0;
    /// Before the pointers: "/2/rows".
    std::string prefix;
};
/// 422, or 404 for rows that are not there, with `errors` and their `count`.
[[nodiscard]] Problem problem_of(const live::RowErrors& errors, bool rows_are_missing,
                                 const RowsPlace& place = {});
/// 400, or 413 for a line that is too long, or 422 for what is read well and is no rows.
[[nodiscard]] Problem problem_of(const decode::Fault& fault);

}  // namespace chartcast::api
