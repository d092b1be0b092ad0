// The owner's clocks: what rates let go, what is too old, and the beats of silent streams.

#include "ops/clock.hpp"
#include "viewers/owner.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace chartcast::viewers {

namespace {

constexpr std::chrono::milliseconds beat_every{25'000};
constexpr std::chrono::milliseconds beat_look{5'000};
/// Rows that are due at nearly one time leave together.
constexpr std::int64_t expiry_step = 50;

}  // namespace

void Owner::start() {
    arm_expiry();
    arm_beat();
}

void Owner::stop() {
    stopped_ = true;
    tick_timer_.cancel();
    expiry_timer_.cancel();
    beat_timer_.cancel();
}

// ---- What changed ------------------------------------------------------------------------------

void Owner::note(OwnedDataset& dataset, const live::Delta& delta) {
    ++counts_.versions;
    dataset.note(delta);
    behind_datasets_.insert(&dataset);
    for (auto* chart : charts_of(dataset)) {
        chart->note(dataset, delta);
        mark_behind(*chart);
    }
    flush_soon();
    arm_expiry();
}

void Owner::note_raw(OwnedChart& chart) {
    ++counts_.versions;
    mark_behind(chart);
}

void Owner::mark_behind(OwnedChart& chart) {
    first_frames_.forget(chart.id());
    behind_charts_.insert(&chart);
    flush_soon();
}

void Owner::flush_soon() {
    // All that is published before the letter is read leaves as one frame: the busier, the more of it.
    if (std::exchange(flush_posted_, true)) return;
    unsent_since_ = std::chrono::steady_clock::now();
    server_.post(0, [this] {
        flush_posted_ = false;
        flush();
    });
}

void Owner::flush() {
    const auto now = ops::steady_milliseconds();
    for (auto* dataset : behind_datasets_) dataset->send(now);
    for (auto* chart : behind_charts_) chart->send(now);
    if (const auto since = std::exchange(unsent_since_, std::nullopt)) {
        latencies_.fanout.add(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - *since).count());
    }
    std::erase_if(behind_datasets_, [now](auto* dataset) { return !dataset->next_send(now); });
    std::erase_if(behind_charts_, [now](auto* chart) { return !chart->next_send(now); });
    arm_tick();
}

void Owner::arm_tick() {
    const auto now = ops::steady_milliseconds();
    std::optional<std::int64_t> next;
    const auto consider = [&](std::optional<std::int64_t> when) {
        if (when && (!next || *when < *next)) next = when;
    };
    for (const auto* dataset : behind_datasets_) consider(dataset->next_send(now));
    for (const auto* chart : behind_charts_) consider(chart->next_send(now));
    if (!next || stopped_) return;
    tick_timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(*next)));
    tick_timer_.async_wait([this](boost::system::error_code ec) {
        if (!ec) flush();
    });
}

// ---- Age ---------------------------------------------------------------------------------------

void Owner::arm_expiry() {
    std::optional<std::int64_t> next;
    for (const auto& [id, dataset] : datasets_) {
        const auto when = dataset->state().expires_at();
        if (when && (!next || *when < *next)) next = when;
    }
    if (!next || stopped_ || (expiry_armed_ && *expiry_armed_ <= *next)) return;
    expiry_armed_ = next;
    const auto wait =
        std::clamp<std::int64_t>(*next - now_(), 0, ops::timer_wait_max) + expiry_step;
    expiry_timer_.expires_after(std::chrono::milliseconds(wait));
    expiry_timer_.async_wait([this](boost::system::error_code ec) {
        if (!ec) expire();
    });
}

void Owner::expire() {
    expiry_armed_.reset();
    const auto now = now_();
    for (auto& [id, dataset] : datasets_) {
        const auto when = dataset->state().expires_at();
        if (!when || *when > now) continue;
        live::Entry entry;
        entry.operation = live::Operation::expire;
        entry.ts = now;
        Decided decided;
        decided.published.outcome = dataset->apply(entry);
        if (decided.published.outcome.verdict != live::Verdict::changed) continue;
        decided.record =
            store::EntryRecord{id, decided.published.outcome.position, std::move(entry)};
        std::vector<Decided> one;
        one.push_back(std::move(decided));
        carry_out(std::move(one), Durability::disk, [](const std::vector<Published>&) {});
    }
    arm_expiry();
}

// ---- Beats -------------------------------------------------------------------------------------

void Owner::arm_beat() {
    if (stopped_) return;
    beat_timer_.expires_after(beat_look);
    beat_timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        const auto now = ops::steady_milliseconds();
        const auto before = now - beat_every.count() + beat_look.count();
        for (auto& [id, dataset] : datasets_) dataset->beat(before, now);
        for (auto& [id, chart] : charts_) chart->beat(before, now);
        arm_beat();
    });
}

}  // namespace chartcast::viewers
