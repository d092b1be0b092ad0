#include "api/problem.hpp"

#include "live/row_check.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::api {
namespace {

using socketio::Array;
using socketio::Object;

std::string_view title_of(unsigned status) noexcept {
    switch (status) {
        case 400: return "Bad request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not found";
        case 405: return "Method not allowed";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 412: return "Precondition failed";
        case 413: return "Content too large";
        case 415: return "Unsupported media type";
        case 422: return "Unprocessable content";
        case 424: return "Failed dependency";
        case 428: return "Precondition required";
        case 429: return "Too many requests";
        case 503: return "Service unavailable";
        default: return "Error";
    }
}

/// With the row counted, and the pointer resolved, from the start of the request.
Object placed(const live::RowError& error, const RowsPlace& place) {
    const auto row = place.first_row + error.row;
    const auto within = error.pointer.find('/', 1);
    auto pointer = place.prefix + live::row_pointer(row);
    if (within != std::string::npos) pointer += error.pointer.substr(within);
    Object object{{"row", row}};
    if (!error.field.empty()) object.append("field", error.field);
    object.append("pointer", std::move(pointer));
    object.append("code", to_string(error.code));
    return object;
}

unsigned status_of(decode::FaultCode code) noexcept {
    switch (code) {
        case decode::FaultCode::line_too_long: return 413;
        case decode::FaultCode::not_rows:
        case decode::FaultCode::cell_count: return 422;
        default: return 400;
    }
}

}  // namespace

Object members_of(const Problem& problem) {
    Object members{{"type", "about:blank"},
                   {"title", title_of(problem.status)},
                   {"status", problem.status},
                   {"code", problem.code},
                   {"detail", problem.detail}};
    for (const auto& [name, value] : problem.more) members.append(name, value);
    return members;
}

socketio::HttpResponse respond(const Problem& problem) {
    auto response = socketio::HttpResponse::json(problem.status, members_of(problem));
    socketio::FieldList headers;
    headers.add("content-type", "application/problem+json");
    headers.add("cache-control", "no-store");
    if (problem.retry_after) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*problem.retry_after).count();
        headers.add("retry-after", std::to_string(std::max<std::int64_t>(seconds, 1)));
    }
    response.headers = std::move(headers);
    return response;
}

socketio::HttpResponse problem(unsigned status, std::string_view code, std::string_view detail) {
    return respond({status, code, std::string(detail)});
}

Problem body_too_large(std::size_t bytes_max) {
    return {413, "body_too_large",
            "The body is longer than " + std::to_string(bytes_max) + " bytes."};
}

std::optional<Problem> broken_body(socketio::HttpEnd why) {
    switch (why) {
        case socketio::HttpEnd::timeout:
            return Problem{408, "request_timeout", "Nothing more of the body came for too long."};
        case socketio::HttpEnd::malformed:
            return Problem{400, "malformed_body", "The body is not written as HTTP/1.1 has it."};
        default: return std::nullopt;
    }
}

Problem problem_of(const live::RowErrors& errors, bool rows_are_missing, const RowsPlace& place) {
    Array list;
    for (const auto& error : errors.kept()) list.push_back(placed(error, place));
    Problem problem{422, "invalid_rows", "Nothing was changed: some rows are wrong."};
    if (rows_are_missing) {
        problem = {404, "missing_key", "Nothing was changed: a row is not there."};
    }
    problem.more.append("errors", std::move(list));
    problem.more.append("count", errors.count());
    return problem;
}

Problem problem_of(const decode::Fault& fault) {
    Problem problem{status_of(fault.code), to_string(fault.code), fault.detail};
    problem.more.append("line", fault.line);
    if (fault.column > 0) problem.more.append("column", fault.column);
    return problem;
}

}  // namespace chartcast::api
