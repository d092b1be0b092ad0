#include "api/publish_answer.hpp"

#include <gtest/gtest.h>

namespace chartcast::api {
namespace {

using viewers::Published;
using viewers::PublishFault;

Published published(live::Verdict verdict) {
    Published done;
    done.outcome.verdict = verdict;
    done.outcome.position = {"k3f9", 118};
    done.outcome.changed = verdict == live::Verdict::changed;
    done.outcome.rows = 3;
    done.watchers = 2;
    return done;
}

TEST(PublishAnswer, SaysWhereTheDatasetIsNow) {
    auto done = published(live::Verdict::changed);
    const auto response = answer_of(done);
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.body.view(),
              R"({"epoch":"k3f9","v":118,"changed":true,"rows":3,"watchers":2})");
    EXPECT_EQ(response.headers.get("etag"), "\"k3f9:118\"");
    EXPECT_EQ(response.headers.find("idempotent-replayed"), std::nullopt);
    done.created = true;
    EXPECT_EQ(answer_of(done).status, 201U);
}

TEST(PublishAnswer, MarksAReplay) {
    const auto response = answer_of(published(live::Verdict::replayed));
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.headers.get("idempotent-replayed"), "true");
}

TEST(PublishAnswer, HasAStatusForEveryVerdict) {
    EXPECT_EQ(answer_of(published(live::Verdict::unchanged)).status, 200U);
    EXPECT_EQ(answer_of(published(live::Verdict::invalid)).status, 422U);
    EXPECT_EQ(answer_of(published(live::Verdict::missing_key)).status, 404U);
    EXPECT_EQ(answer_of(published(live::Verdict::precondition_failed)).status, 412U);
    EXPECT_EQ(answer_of(published(live::Verdict::key_reused)).status, 422U);
    EXPECT_NE(
        answer_of(published(live::Verdict::precondition_failed)).body.view().find("\"v\":118"),
        std::string_view::npos);
}

TEST(PublishAnswer, HasAStatusForEveryFault) {
    const auto status = [](PublishFault fault) {
        Published done;
        done.fault = fault;
        done.retry_after = std::chrono::seconds(3);
        return answer_of(done).status;
    };
    EXPECT_EQ(status(PublishFault::unknown_dataset), 404U);
    EXPECT_EQ(status(PublishFault::no_fields), 422U);
    EXPECT_EQ(status(PublishFault::rate_limited), 429U);
    EXPECT_EQ(status(PublishFault::not_pushed), 409U);
    EXPECT_EQ(status(PublishFault::disk_full), 503U);
    EXPECT_EQ(status(PublishFault::store_failed), 503U);
    EXPECT_EQ(status(PublishFault::in_progress), 409U);
    EXPECT_EQ(status(PublishFault::not_attempted), 424U);
    Published limited;
    limited.fault = PublishFault::rate_limited;
    limited.retry_after = std::chrono::seconds(3);
    EXPECT_EQ(answer_of(limited).headers.get("retry-after"), "3");
}

TEST(PublishAnswer, SpeaksOfOptionsTheSameWay) {
    using Verdict = viewers::LiveCharts::OptionChanged::Verdict;
    const auto answer = [](Verdict verdict) {
        viewers::LiveCharts::OptionChanged changed;
        changed.verdict = verdict;
        changed.changed = verdict == Verdict::changed;
        changed.position = {"k3f9", 4};
        changed.watchers = 1;
        return answer_of(changed);
    };
    EXPECT_EQ(answer(Verdict::changed).body.view(),
              R"({"epoch":"k3f9","v":4,"changed":true,"watchers":1})");
    EXPECT_EQ(answer(Verdict::unchanged).status, 200U);
    EXPECT_EQ(answer(Verdict::unknown_chart).status, 404U);
    EXPECT_EQ(answer(Verdict::not_raw).status, 422U);
    EXPECT_EQ(answer(Verdict::precondition_failed).status, 412U);
    EXPECT_EQ(answer(Verdict::key_reused).status, 422U);
    EXPECT_EQ(answer(Verdict::replayed).headers.get("idempotent-replayed"), "true");
    viewers::LiveCharts::OptionChanged unstored;
    unstored.fault = PublishFault::disk_full;
    EXPECT_EQ(answer_of(unstored).status, 503U);
}

}  // namespace
}  // namespace chartcast::api
