#include "api/routes/publish_run.hpp"

#include "api/conditions.hpp"
#include "api/parameters.hpp"
#include "api/publish_answer.hpp"
#include "api/routes/access.hpp"
#include "api/routes/handlers.hpp"
#include "auth/permission.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::api {
namespace {

using socketio::Object;
using viewers::LiveCharts;

Problem refusal(unsigned status, std::string_view code, std::string detail) {
    return {status, code, std::move(detail)};
}

}  // namespace

PublishRun::PublishRun(const Services& services, Call call, Terms terms,
                       std::vector<PublishPart> parts)
    : services_(services),
      call_(std::move(call)),
      terms_(std::move(terms)),
      parts_(std::move(parts)),
      results_(parts_.size()),
      hash_(body_hash({call_.request->method, call_.request->path, call_.request->body})) {}

void PublishRun::start() {
    for (std::size_t at = 0; at < parts_.size(); ++at) results_[at].problem = judge(parts_[at]);
    if (stopped()) return answer_failure();
    publish_rows();
}

/// What can be known before anything is touched.
std::optional<Problem> PublishRun::judge(const PublishPart& part) const {
    if (part.is_chart) return judge_chart(part);
    const auto settings = services_.charts->settings();
    if (!auth::may_publish(*settings, call_.who, part.id)) {
        return refusal(403, "forbidden", "You may not publish to \"" + part.id + "\".");
    }
    if (!find_dataset(*settings, part.id)) {
        return refusal(404, "unknown_dataset", "There is no dataset \"" + part.id + "\".");
    }
    return std::nullopt;
}

std::optional<Problem> PublishRun::judge_chart(const PublishPart& part) const {
    const auto settings = services_.charts->settings();
    const auto* chart = find_chart(*settings, part.id);
    if (!chart) return refusal(404, "unknown_chart", "There is no chart \"" + part.id + "\".");
    if (!auth::may_edit(*settings, call_.who, *chart)) {
        return refusal(403, "forbidden", "You may not change \"" + part.id + "\".");
    }
    LiveCharts::OptionChanged changed;
    changed.verdict = LiveCharts::OptionChanged::Verdict::not_raw;
    if (!chart->data.empty() && !part.is_patch) return problem_of(changed);
    return std::nullopt;
}

std::string PublishRun::key_of(std::size_t part) const {
    return terms_.key.empty() ? std::string() : terms_.key + '#' + std::to_string(part);
}

bool PublishRun::stopped() const {
    return terms_.atomic && std::any_of(results_.begin(), results_.end(), [](const Result& result) {
               return result.problem.has_value();
           });
}

void PublishRun::publish_rows() {
    const auto settings = services_.charts->settings();
    std::vector<viewers::Publish> all;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < parts_.size(); ++at) {
        auto& part = parts_[at];
        if (part.is_chart || results_[at].problem) continue;
        const auto schema = schema_of(*services_.charts, *find_dataset(*settings, part.id));
        const auto usual =
            schema && schema->keyed() ? live::Operation::upsert : live::Operation::append;
        viewers::Publish what;
        what.dataset = part.id;
        what.entry.operation = part.operation.value_or(usual);
        what.entry.rows = std::move(part.rows);
        what.entry.if_match = part.if_match;
        what.entry.idempotency_key = key_of(at);
        if (!terms_.key.empty()) what.entry.body_hash = hash_;
        what.entry.ts = services_.now();
        all.push_back(std::move(what));
        places.push_back(at);
    }
    if (all.empty()) return publish_options(0);
    services_.charts->publish_all(
        std::move(all), terms_.atomic, terms_.durability,
        [self = shared_from_this(), places](const std::vector<viewers::Published>& published) {
            self->rows_published(places, published);
        });
}

void PublishRun::rows_published(const std::vector<std::size_t>& places,
                                const std::vector<viewers::Published>& published) {
    for (std::size_t at = 0; at < std::min(places.size(), published.size()); ++at) {
        auto& result = results_[places[at]];
        const RowsPlace place{0, '/' + std::to_string(places[at]) + "/rows"};
        result.problem = problem_of(published[at], place);
        if (result.problem) continue;
        result.success = success_of(published[at]);
        result.replayed = published[at].outcome.verdict == live::Verdict::replayed;
    }
    stopped() ? answer_failure() : publish_options(0);
}

/// One after the other, since each may change the same chart.
void PublishRun::publish_options(std::size_t part) {
    while (part < parts_.size() && (!parts_[part].is_chart || results_[part].problem)) ++part;
    if (part == parts_.size()) return answer();
    LiveCharts::OptionChange change;
    change.chart = parts_[part].id;
    change.value = std::move(parts_[part].option);
    change.is_patch = parts_[part].is_patch;
    change.if_match = parts_[part].if_match;
    change.idempotency_key = key_of(part);
    if (!terms_.key.empty()) change.body_hash = hash_;
    services_.charts->publish_option(
        std::move(change),
        [self = shared_from_this(), part](const LiveCharts::OptionChanged& changed) {
            auto& result = self->results_[part];
            result.problem = problem_of(changed);
            if (!result.problem) result.success = success_of(changed);
            result.replayed = changed.verdict == LiveCharts::OptionChanged::Verdict::replayed;
            self->stopped() ? self->answer_failure() : self->publish_options(part + 1);
        });
}

/// The first part that is wrong by itself speaks for all.
void PublishRun::answer_failure() {
    const auto is_cause = [](const Result& result) {
        return result.problem && result.problem->code != "not_attempted";
    };
    auto cause = std::find_if(results_.begin(), results_.end(), is_cause);
    if (cause == results_.end()) {
        cause = std::find_if(results_.begin(), results_.end(),
                             [](const Result& result) { return result.problem.has_value(); });
    }
    auto problem = *cause->problem;
    if (problem.status == 403) return call_.answer(forbidden(call_.who, "publish all of this"));
    problem.more.append("part", cause - results_.begin());
    call_.refuse(problem);
}

void PublishRun::answer() {
    socketio::Array list;
    bool replayed = true;
    for (std::size_t at = 0; at < parts_.size(); ++at) {
        const auto& result = results_[at];
        if (result.problem && result.problem->status == 403) {
            audit(services_, *call_.request, auth::describe(call_.who), "forbidden");
        }
        auto members = result.problem ? members_of(*result.problem) : result.success;
        members[parts_[at].is_chart ? "chart" : "dataset"] = parts_[at].id;
        if (!result.problem) members["status"] = 200;
        replayed = replayed && result.replayed;
        list.emplace_back(std::move(members));
    }
    auto response = socketio::HttpResponse::json(terms_.atomic ? 200 : 207,
                                                 socketio::Object{{"parts", std::move(list)}});
    response.headers.add("cache-control", "no-store");
    if (replayed) response.headers.add("idempotent-replayed", "true");
    call_.answer(std::move(response));
}

void publish_parts(const Services& services, const Call& call, socketio::Value body) {
    PublishRun::Terms terms;
    const auto atomic = flag_of(call.request->query, "atomic", true);
    if (!atomic) return call.refuse(atomic.error());
    terms.atomic = *atomic;
    const auto durability = durability_of(call.request->query);
    if (!durability) return call.refuse(durability.error());
    terms.durability = *durability;
    auto key = idempotency_key_of(*call.request);
    if (!key) return call.refuse(key.error());
    terms.key = std::move(*key);
    auto parts = parts_of(std::move(body));
    if (!parts) return call.refuse(parts.error());
    std::make_shared<PublishRun>(services, call, std::move(terms), std::move(*parts))->start();
}

}  // namespace chartcast::api
