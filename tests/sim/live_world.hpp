#pragma once
// One dataset with its chart, the server's side of its streams, and a bad network to each viewer.

#include "live/apply.hpp"
#include "live/dataset_option.hpp"
#include "live/messages.hpp"
#include "live/option_template.hpp"
#include "live/plain_option.hpp"
#include "live/stream.hpp"
#include "support/live_receiver.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace chartcast::live::sim {

using socketio::Array;
using socketio::Object;
using socketio::Value;

/// A viewer and what is on its way to it.
struct Viewer {
    bool plain = false;
    RateClass rate = RateClass::unlimited;
    Array access_values;
    AccessSet access = AccessSet::all();

    bool connected = false;
    /// Hidden: it gets nothing until it asks again.
    bool paused = false;
    /// Its queue is full: deltas are skipped until it drains, then it gets a snapshot.
    bool dirty = false;
    bool wants_resync = false;
    std::deque<Object> in_flight;

    test_support::DatasetReceiver dataset;
    std::string tpl;
    test_support::PlainReceiver page;
    std::uint64_t page_v = 0;
};

/// The owner shard of one dataset, as the product will wire the domain's parts.
class Server {
public:
    Server(Schema schema, OptionTemplate chart)
        : schema_(std::move(schema)), chart_(std::move(chart)) {
        restart();
    }

    /// Loses everything but the rows, as after an unclean stop: a new epoch.
    void restart() {
        DatasetImage image;
        if (state_) image = state_->image();
        image.position = {"e" + std::to_string(++epochs_), 0};
        state_ = std::make_unique<DatasetState>(schema_, image);
        ring_.clear();
        streams_.clear();
        history_.clear();
        plain_.learn(chart_);
        remember();
    }

    Outcome submit(const Entry& entry) {
        auto outcome = apply(*state_, entry);
        if (outcome.verdict != Verdict::changed) return outcome;
        auto batch = outcome.delta;
        if (sabotage_in_ > 0 && --sabotage_in_ == 0) {
            batch.replace.reset();
            batch.trim_before = 0;
            batch.changes.clear();
        }
        for (auto& [rate, stream] : streams_) stream.changes.add(batch);
        ring_.push(std::move(batch));
        remember();
        return outcome;
    }
    /// The n-th batch from now is numbered but says nothing: what every test here must notice.
    void forget_batch(int n) { sabotage_in_ = n; }

    void welcome(Viewer& viewer) {
        watch(viewer);
        if (viewer.plain) return send_option(viewer);
        viewer.in_flight.push_back(
            snapshot_message(head(), chart_.option("en"), {{"d", snapshot(viewer)}}, {}));
    }
    void resume(Viewer& viewer, const Position& seen, const std::string& tpl) {
        if (viewer.plain) return welcome(viewer);
        watch(viewer);
        std::optional<Value> option;
        if (tpl != chart_.tpl()) option = chart_.option("en");
        viewer.in_flight.push_back(
            resume_message(head(), std::move(option),
                           {{"d", resume_dataset(*state_, ring_, seen, viewer.access)}}, {}));
    }

    /// What the rates let go at `now`.
    void tick(std::int64_t now, std::vector<Viewer>& viewers) {
        for (auto& [rate, stream] : streams_) {
            const auto delta = stream.changes.take(now);
            if (!delta) continue;
            for (auto& [id, set] : stream.sets) {
                const auto frame = set.frame(*state_, *delta);
                if (!frame) continue;
                for (auto& viewer : viewers) {
                    if (viewer.rate == rate && viewer.access.id() == id) {
                        send(viewer, *frame, *delta);
                    }
                }
            }
        }
    }
    [[nodiscard]] std::optional<std::int64_t> next_tick(std::int64_t now) const {
        std::optional<std::int64_t> next;
        for (const auto& [rate, stream] : streams_) {
            const auto when = stream.changes.next_send(now);
            if (when && (!next || *when < *next)) next = when;
        }
        return next;
    }
    void beat(Viewer& viewer) {
        if (!viewer.connected || viewer.paused || viewer.plain) return;
        const auto v = watch(viewer).sent_v();
        viewer.in_flight.push_back(beat_message({{"d", {epoch_of(viewer), v}}}, {}));
    }
    /// A full queue has drained.
    void drained(Viewer& viewer) {
        viewer.dirty = false;
        welcome(viewer);
    }

    void patch_option(const Value& patch, std::vector<Viewer>& viewers) {
        const auto before = chart_.tpl();
        chart_ = chart_.patched(patch);
        if (chart_.tpl() == before) return;
        plain_.learn(chart_);
        for (auto& viewer : viewers) {
            if (!viewer.connected || viewer.paused || viewer.dirty) continue;
            if (viewer.plain) {
                send_option(viewer);
            } else {
                viewer.in_flight.push_back(option_message(head(), before, chart_.option("en")));
            }
        }
    }

    [[nodiscard]] const DatasetState& state() const noexcept { return *state_; }
    [[nodiscard]] std::string epoch_of(const Viewer& viewer) const {
        return viewer.access.epoch(state_->position.epoch);
    }
    [[nodiscard]] const OptionTemplate& chart() const noexcept { return chart_; }
    [[nodiscard]] Value materialised(const AccessSet& access) const {
        return chart_.materialise({dataset(access)}, "en");
    }
    /// The rows of an earlier version of this epoch.
    [[nodiscard]] const std::vector<RowRef>& rows_at(std::uint64_t v) const {
        return history_.at(v);
    }

private:
    struct Sets {
        Stream changes;
        std::map<std::string, StreamSet> sets;
    };

    [[nodiscard]] ChartHead head() const { return {"c", chart_.tpl()}; }
    [[nodiscard]] Object snapshot(const Viewer& viewer) const {
        return dataset_snapshot(*state_, viewer.access);
    }
    [[nodiscard]] Object dataset(const AccessSet& access) const {
        return dataset_option("d", schema_, visible_rows(*state_, access));
    }
    StreamSet& watch(Viewer& viewer) {
        auto& stream =
            streams_.try_emplace(viewer.rate, Sets{Stream(schema_, viewer.rate), {}}).first->second;
        return stream.sets.try_emplace(viewer.access.id(), viewer.access, state_->position.v)
            .first->second;
    }
    void send(Viewer& viewer, const Object& frame, const Delta& delta) {
        if (!viewer.connected || viewer.paused || viewer.dirty) return;
        if (viewer.plain) return send_option(viewer);
        viewer.in_flight.push_back(delta_message("d", frame, delta));
    }
    void send_option(Viewer& viewer) {
        auto option = plain_.option(chart_, {dataset(viewer.access)}, "en");
        viewer.in_flight.push_back(*option.if_object());
    }
    void remember() { history_[state_->position.v] = visible_rows(*state_, AccessSet::all()); }

    const Schema schema_;
    OptionTemplate chart_;
    PlainOption plain_;
    std::unique_ptr<DatasetState> state_;
    ResumeRing ring_;
    std::map<RateClass, Sets> streams_;
    std::map<std::uint64_t, std::vector<RowRef>> history_;
    int epochs_ = 0;
    int sabotage_in_ = 0;
};

}  // namespace chartcast::live::sim
