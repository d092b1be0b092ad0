#include "api/publish_answer.hpp"

#include "api/conditions.hpp"

namespace chartcast::api {
namespace {

using viewers::Published;
using viewers::PublishFault;
using OptionChanged = viewers::LiveCharts::OptionChanged;

constexpr std::chrono::seconds a_moment{1};

Problem plain(unsigned status, std::string_view code, std::string_view detail) {
    return {status, code, std::string(detail)};
}

Problem unfinished(unsigned status, std::string_view code, std::string_view detail,
                   std::chrono::milliseconds retry_after) {
    auto problem = plain(status, code, detail);
    problem.retry_after = retry_after;
    return problem;
}

Problem elsewhere(const live::Position& position) {
    auto problem =
        plain(412, "precondition_failed", "It is not at the version that If-Match names.");
    problem.more.append("epoch", position.epoch);
    problem.more.append("v", position.v);
    return problem;
}

Problem key_reused() {
    return plain(422, "key_reused", "The Idempotency-Key was used for another request.");
}

std::optional<Problem> problem_of(PublishFault fault, std::chrono::milliseconds retry_after) {
    switch (fault) {
        case PublishFault::none: return std::nullopt;
        case PublishFault::unknown_dataset:
            return plain(404, "unknown_dataset", "There is no such dataset.");
        case PublishFault::no_fields:
            return plain(
                422, "no_fields",
                "The first batch has to be rows with named fields: the dataset learns from it.");
        case PublishFault::rate_limited:
            return unfinished(429, "rate_limited", "More batches than the dataset takes.",
                              retry_after);
        case PublishFault::not_pushed:
            return plain(409, "not_pushed", "The dataset's rows come from another source.");
        case PublishFault::disk_full:
            return unfinished(503, "disk_full",
                              "The disk is full: viewers see the change, a restart loses it.",
                              a_moment);
        case PublishFault::store_failed:
            return unfinished(503, "store_failed", "The change could not be stored.", a_moment);
        case PublishFault::in_progress:
            return unfinished(409, "in_progress", "A request with this Idempotency-Key is running.",
                              a_moment);
        case PublishFault::not_attempted:
            return plain(424, "not_attempted", "Another part of the request is wrong.");
    }
    return plain(503, "store_failed", "The change could not be stored.");
}

socketio::HttpResponse accepted(unsigned status, const socketio::Object& body,
                                const live::Position& position) {
    auto response = socketio::HttpResponse::json(status, body);
    response.headers.add("cache-control", "no-store");
    response.headers.add("etag", '"' + to_string(position) + '"');
    return response;
}

}  // namespace

std::optional<Problem> problem_of(const Published& published, const RowsPlace& place) {
    if (auto problem = problem_of(published.fault, published.retry_after)) return problem;
    const auto& outcome = published.outcome;
    switch (outcome.verdict) {
        case live::Verdict::changed:
        case live::Verdict::unchanged:
        case live::Verdict::replayed: return std::nullopt;
        case live::Verdict::invalid: return problem_of(outcome.errors, false, place);
        case live::Verdict::missing_key: return problem_of(outcome.errors, true, place);
        case live::Verdict::precondition_failed: return elsewhere(outcome.position);
        case live::Verdict::key_reused: return key_reused();
    }
    return std::nullopt;
}

socketio::Object success_of(const Published& published) {
    const auto& outcome = published.outcome;
    return {{"epoch", outcome.position.epoch},
            {"v", outcome.position.v},
            {"changed", outcome.changed},
            {"rows", outcome.rows},
            {"watchers", published.watchers}};
}

socketio::HttpResponse answer_of(const Published& published) {
    if (const auto problem = problem_of(published)) return respond(*problem);
    auto response =
        accepted(published.created ? 201 : 200, success_of(published), published.outcome.position);
    if (published.outcome.verdict == live::Verdict::replayed) {
        response.headers.add("idempotent-replayed", "true");
    }
    return response;
}

std::optional<Problem> problem_of(const OptionChanged& changed) {
    using Verdict = OptionChanged::Verdict;
    if (auto problem = problem_of(changed.fault, a_moment)) return problem;
    switch (changed.verdict) {
        case Verdict::changed:
        case Verdict::unchanged:
        case Verdict::replayed: return std::nullopt;
        case Verdict::unknown_chart: return plain(404, "unknown_chart", "There is no such chart.");
        case Verdict::not_raw:
            return plain(
                422, "not_raw",
                "The chart draws from datasets: its template can be patched, not replaced.");
        case Verdict::precondition_failed: return elsewhere(changed.position);
        case Verdict::key_reused: return key_reused();
    }
    return std::nullopt;
}

socketio::Object success_of(const OptionChanged& changed) {
    return {{"epoch", changed.position.epoch},
            {"v", changed.position.v},
            {"changed", changed.changed},
            {"watchers", changed.watchers}};
}

socketio::HttpResponse answer_of(const OptionChanged& changed) {
    if (const auto problem = problem_of(changed)) return respond(*problem);
    auto response = accepted(200, success_of(changed), changed.position);
    if (changed.verdict == OptionChanged::Verdict::replayed) {
        response.headers.add("idempotent-replayed", "true");
    }
    return response;
}

}  // namespace chartcast::api
