#pragma once
// Datasets and raw charts in memory, without viewers or a store: what tests of the API publish to.

#include "live/apply.hpp"
#include "live/raw_chart.hpp"
#include "live/wire_ops.hpp"
#include "viewers/live_charts.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace chartcast::tests {

class MemoryCharts final : public viewers::LiveCharts {
public:
    explicit MemoryCharts(config::Settings settings)
        : settings_(std::make_shared<const config::Settings>(std::move(settings))) {
        for (const auto& dataset : settings_->datasets) {
            if (dataset.definition.fields.empty()) continue;
            datasets_.try_emplace(dataset.id, *live::Schema::make(dataset.definition), "e1");
        }
        for (const auto& chart : settings_->charts) {
            if (chart.data.empty())
                raw_.try_emplace(chart.id, live::Position{"e1", 0}, chart.option);
        }
    }

    /// Publishes wait until release().
    void hold() { held_ = true; }
    void release() {
        held_ = false;
        for (auto& publish : std::exchange(waiting_, {})) publish();
    }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    /// What each publish is answered, as long as it is a fault.
    viewers::PublishFault fault = viewers::PublishFault::none;

    void publish(viewers::Publish what, viewers::Durability durability, OnPublished done) override {
        last_durability = durability;
        if (held_) {
            waiting_.push_back(
                [this, what = std::move(what), done = std::move(done)] { done(decide(what)); });
        } else {
            done(decide(what));
        }
    }
    void publish_all(std::vector<viewers::Publish> what, bool atomic, viewers::Durability,
                     OnAllPublished done) override {
        std::vector<viewers::Published> all;
        bool wrong = false;
        for (const auto& part : what) {
            // Tried on a copy: all of them or none.
            live::DatasetState trial(state(part.dataset).schema, state(part.dataset).image());
            all.push_back(decide(trial, part));
            using enum live::Verdict;
            const auto verdict = all.back().outcome.verdict;
            wrong = wrong || (verdict != changed && verdict != unchanged && verdict != replayed);
        }
        if (atomic && wrong) {
            for (auto& part : all) {
                if (part.outcome.errors.empty()) part.fault = viewers::PublishFault::not_attempted;
            }
            return done(std::move(all));
        }
        all.clear();
        for (const auto& part : what) all.push_back(decide(part));
        done(std::move(all));
    }
    void publish_option(OptionChange change, std::function<void(OptionChanged)> done) override {
        OptionChanged changed;
        const auto found = raw_.find(change.chart);
        if (found == raw_.end()) {
            changed.verdict = OptionChanged::Verdict::not_raw;
            return done(changed);
        }
        auto& chart = found->second;
        if (change.if_match && *change.if_match != chart.position()) {
            changed.verdict = OptionChanged::Verdict::precondition_failed;
        } else {
            const auto made = change.is_patch ? chart.patch(change.value)
                                              : chart.publish(std::move(change.value));
            changed.verdict =
                made ? OptionChanged::Verdict::changed : OptionChanged::Verdict::unchanged;
            changed.changed = made.has_value();
        }
        changed.position = chart.position();
        done(changed);
        for (const auto& [watched, weak] : watchers_) {
            const auto call = weak.lock();
            if (call && watched == change.chart) (*call)();
        }
    }

    [[nodiscard]] std::optional<viewers::RowsView> rows(
        std::string_view dataset, const std::optional<socketio::Array>& access) const override {
        const auto found = datasets_.find(std::string(dataset));
        if (found == datasets_.end()) return std::nullopt;
        const auto& state = found->second;
        const auto set =
            access ? live::AccessSet::of(state.schema, *access) : live::AccessSet::all();
        return viewers::RowsView{state.position, std::make_shared<const live::Schema>(state.schema),
                                 live::visible_rows(state, set)};
    }
    [[nodiscard]] std::optional<OptionView> option(std::string_view chart, const auth::Identity&,
                                                   std::string_view) const override {
        const auto found = raw_.find(std::string(chart));
        if (found == raw_.end()) return std::nullopt;
        return OptionView{live::to_string(found->second.position()), found->second.option()};
    }
    [[nodiscard]] live::Fresh fresh(std::string_view) const override { return {}; }
    [[nodiscard]] config::SettingsPtr settings() const override { return settings_; }
    [[nodiscard]] std::shared_ptr<void> watch(std::string_view chart, const auth::Identity&,
                                              std::function<void()> changed) override {
        auto handle = std::make_shared<std::function<void()>>(std::move(changed));
        watchers_.emplace_back(chart, handle);
        return handle;
    }
    [[nodiscard]] std::size_t watching() const {
        return static_cast<std::size_t>(
            std::count_if(watchers_.begin(), watchers_.end(),
                          [](const auto& watcher) { return !watcher.second.expired(); }));
    }

    [[nodiscard]] live::DatasetState& state(const std::string& dataset) {
        return datasets_.at(dataset);
    }
    viewers::Durability last_durability = viewers::Durability::disk;

private:
    viewers::Published decide(const viewers::Publish& what) {
        const auto found = datasets_.find(what.dataset);
        if (fault == viewers::PublishFault::none && found != datasets_.end()) {
            return decide(found->second, what);
        }
        viewers::Published done;
        done.fault = found == datasets_.end() ? viewers::PublishFault::unknown_dataset : fault;
        return done;
    }
    static viewers::Published decide(live::DatasetState& state, const viewers::Publish& what) {
        viewers::Published done;
        done.outcome = live::apply(state, what.entry);
        return done;
    }

    config::SettingsPtr settings_;
    std::map<std::string, live::DatasetState> datasets_;
    std::map<std::string, live::RawChart> raw_;
    std::vector<std::pair<std::string, std::weak_ptr<std::function<void()>>>> watchers_;
    bool held_ = false;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace chartcast::tests
