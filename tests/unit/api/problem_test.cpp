#include "api/problem.hpp"

#include <socketio/json.hpp>

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

using socketio::to_json;

live::RowErrors two_errors() {
    live::RowErrors errors;
    errors.add({3, "a/b", "/3/a~1b", live::RowErrorCode::wrong_type});
    errors.add({4, "", "/4", live::RowErrorCode::not_a_row});
    return errors;
}

TEST(Problem, IsProblemJsonThatNobodyKeeps) {
    const auto response = problem(404, "unknown_dataset", "There is none.");
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(response.headers.get("content-type"), "application/problem+json");
    EXPECT_EQ(response.headers.get("cache-control"), "no-store");
    EXPECT_EQ(response.body.view(), R"({"type":"about:blank","title":"Not found","status":404,)"
                                    R"("code":"unknown_dataset","detail":"There is none."})");
}

TEST(Problem, SaysWhenToTryAgainInWholeSeconds) {
    Problem late{429, "rate_limited", "", {}, std::chrono::milliseconds(1'001)};
    EXPECT_EQ(respond(late).headers.get("retry-after"), "2");
    late.retry_after = std::chrono::milliseconds(0);
    EXPECT_EQ(respond(late).headers.get("retry-after"), "1");
}

TEST(Problem, ListsRowErrorsAndTheirNumber) {
    const auto problem = problem_of(two_errors(), false);
    EXPECT_EQ(problem.status, 422U);
    EXPECT_EQ(problem.code, "invalid_rows");
    EXPECT_EQ(to_json(problem.more),
              R"({"errors":[{"row":3,"field":"a/b","pointer":"/3/a~1b","code":"wrong_type"},)"
              R"({"row":4,"pointer":"/4","code":"not_a_row"}],"count":2})");
}

TEST(Problem, CountsRowsFromTheStartOfTheRequest) {
    const auto problem = problem_of(two_errors(), true, {1'000, "/2/rows"});
    EXPECT_EQ(problem.status, 404U);
    EXPECT_EQ(problem.code, "missing_key");
    EXPECT_EQ(
        to_json(problem.more),
        R"({"errors":[{"row":1003,"field":"a/b","pointer":"/2/rows/1003/a~1b","code":"wrong_type"},)"
        R"({"row":1004,"pointer":"/2/rows/1004","code":"not_a_row"}],"count":2})");
}

TEST(Problem, SaysWhereATextIsWrong) {
    const auto broken = problem_of(decode::Fault{decode::FaultCode::invalid_json, 2, 7, "No."});
    EXPECT_EQ(broken.status, 400U);
    EXPECT_EQ(broken.code, "invalid_json");
    EXPECT_EQ(to_json(broken.more), R"({"line":2,"column":7})");
    EXPECT_EQ(problem_of(decode::Fault{decode::FaultCode::line_too_long, 2, 0, ""}).status, 413U);
    EXPECT_EQ(problem_of(decode::Fault{decode::FaultCode::cell_count, 2, 0, ""}).status, 422U);
}

}  // namespace
}  // namespace chartcast::api
