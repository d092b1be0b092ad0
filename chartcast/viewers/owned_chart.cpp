#include "viewers/owned_chart.hpp"

#include "live/dataset_option.hpp"
#include "live/locale_texts.hpp"
#include "live/wire_ops.hpp"

#include <algorithm>
#include <utility>

namespace chartcast::viewers {

using socketio::Args;
using socketio::Array;
using socketio::Object;
using socketio::Value;

namespace {

constexpr auto next_event = "new chart data";

const live::Position* position_in(const std::map<std::string, live::Position, std::less<>>& places,
                                  const std::string& id) {
    const auto found = places.find(id);
    return found == places.end() ? nullptr : &found->second;
}

}  // namespace

std::string ViewerKind::id() const {
    auto text = std::to_string(static_cast<int>(rate)) + '/' + locale;
    for (const auto& set : access) text += '/' + std::to_string(set.id().size()) + ':' + set.id();
    return text;
}

OwnedChart::OwnedChart(config::ChartSettings settings, std::vector<OwnedDataset*> datasets,
                       live::Position raw_position, RoomTable& rooms)
    : settings_(std::move(settings)),
      datasets_(std::move(datasets)),
      template_(settings_.option, settings_.title),
      rooms_(rooms) {
    plain_.learn(template_);
    if (settings_.data.empty()) raw_.emplace(std::move(raw_position), settings_.option);
}

OwnedChart::~OwnedChart() {
    (void)take_watchers();
}

void OwnedChart::inherit(OwnedChart& before) {
    for (const auto& watcher : before.take_watchers()) mark_behind(enter(watcher));
    plain_ = before.plain_;
    plain_.learn(template_);
    changed_at_ = before.changed_at_;
    if (!raw_ || !before.raw_) return;
    const bool configured_anew = settings_.option != before.settings_.option;
    auto value = configured_anew ? raw_->option() : before.raw_->option();
    raw_ = before.raw_;
    if (configured_anew) (void)raw_->publish(std::move(value));
}

void OwnedChart::add_dataset(OwnedDataset& dataset) {
    datasets_.push_back(&dataset);
    for (const auto& watcher : take_watchers()) enter(watcher);
}

void OwnedChart::let_watchers_go() {
    for (const auto& watcher : take_watchers()) {
        if (!watcher->handle_is_gone) watcher->changed();
    }
}

// ---- Changes -----------------------------------------------------------------------------------

void OwnedChart::note(const OwnedDataset& dataset, const live::Delta& delta) {
    const auto found = std::find(datasets_.begin(), datasets_.end(), &dataset);
    if (found == datasets_.end()) return;
    const auto place = static_cast<std::size_t>(found - datasets_.begin());
    changed_at_ = std::max(changed_at_, delta.ts);
    for (auto& [id, group] : plain_groups_) {
        // A group of before a dataset was added does not see it.
        if (group.behind || place >= group.kind.access.size()) continue;
        const auto& access = group.kind.access[place];
        if (access.sees_all() || !live::wire_ops(dataset.schema(), delta, access).empty()) {
            mark_behind(group);
        }
    }
}

bool OwnedChart::publish(Value option, std::int64_t ts) {
    const auto change = raw_->publish(std::move(option));
    note_raw(change, ts);
    return change.has_value();
}

bool OwnedChart::patch(const Value& patch, std::int64_t ts) {
    const auto change = raw_->patch(patch);
    note_raw(change, ts);
    return change.has_value();
}

bool OwnedChart::adopt(const live::Position& position, Value option, std::int64_t ts) {
    const auto change = raw_->adopt(position, std::move(option));
    note_raw(change, ts);
    return change.has_value();
}

void OwnedChart::note_raw(const std::optional<live::RawChange>& change, std::int64_t ts) {
    if (!change) return;
    changed_at_ = ts;
    for (auto& [id, group] : plain_groups_) mark_behind(group);
    for (auto& [rate, group] : raw_groups_) {
        group.pending = group.pending ? live::conflate(*group.pending, *change) : *change;
    }
}

void OwnedChart::change_template(config::ChartSettings settings, live::OptionTemplate changed) {
    settings_ = std::move(settings);
    const auto before = template_.tpl();
    template_ = std::move(changed);
    if (template_.tpl() == before) return;
    plain_.learn(template_);
    for (auto& [id, group] : plain_groups_) mark_behind(group);
    tell_info([&](std::string_view locale) {
        return live::option_message({id(), tpl()}, before, template_.option(locale));
    });
}

void OwnedChart::set_state(live::Freshness state) {
    if (std::exchange(state_, state) == state) return;
    tell_info([&](std::string_view) { return live::state_message(id(), fresh()); });
}

live::Fresh OwnedChart::fresh() const {
    auto as_of = changed_at_;
    for (const auto* dataset : datasets_) as_of = std::max(as_of, dataset->state().clock);
    return {as_of, state_};
}

void OwnedChart::tell_info(const std::function<Object(std::string_view)>& message) const {
    for (const auto& [locale, rooms] : info_rooms_) {
        rooms.emit(next_event, {Object(), message(locale)});
    }
}

// ---- Viewers -----------------------------------------------------------------------------------

std::string_view OwnedChart::own_locale(std::string_view wanted) const noexcept {
    const auto text = live::text_for(settings_.title, wanted);
    for (const auto& [tag, title] : settings_.title) {
        if (title.data() == text.data()) return tag;
    }
    return {};
}

ViewerKind OwnedChart::kind_of(const auth::Identity& who, std::string_view locale,
                               std::optional<double> max_rate) const {
    ViewerKind kind;
    kind.rate = live::rate_class(settings_.max_rate, max_rate);
    kind.locale = own_locale(locale);
    for (const auto* dataset : datasets_) kind.access.push_back(dataset->access_of(who));
    return kind;
}

OwnedChart::PlainGroup& OwnedChart::group_of(const ViewerKind& kind) {
    return plain_groups_.try_emplace(kind.id(), kind, rooms_).first->second;
}

void OwnedChart::forget_when_empty(const std::string& group) {
    const auto found = plain_groups_.find(group);
    if (found == plain_groups_.end()) return;
    if (found->second.rooms.empty() && found->second.watchers.empty()) plain_groups_.erase(found);
}

RoomLease OwnedChart::enter_plain(const socketio::Namespace& nsp, const ViewerKind& kind) {
    return group_of(kind).rooms.enter(nsp, [this, id = kind.id()] { forget_when_empty(id); });
}

std::vector<RoomLease> OwnedChart::enter_delta(const socketio::Namespace& nsp,
                                               const ViewerKind& kind) {
    std::vector<RoomLease> leases;
    auto& info = info_rooms_.try_emplace(kind.locale, rooms_).first->second;
    leases.push_back(info.enter(nsp, [this, locale = kind.locale] { info_rooms_.erase(locale); }));
    if (raw_) {
        auto& group = raw_groups_.try_emplace(kind.rate, kind.rate, rooms_).first->second;
        leases.push_back(
            group.rooms.enter(nsp, [this, rate = kind.rate] { raw_groups_.erase(rate); }));
    }
    for (std::size_t place = 0; place < datasets_.size(); ++place) {
        leases.push_back(datasets_[place]->enter(nsp, kind.rate, kind.access[place]));
    }
    return leases;
}

Array OwnedChart::dataset_options(const ViewerKind& kind) const {
    Array options;
    for (std::size_t place = 0; place < kind.access.size(); ++place) {
        const auto& state = datasets_[place]->state();
        const auto rows = live::drawn_rows(state, kind.access[place]);
        options.emplace_back(live::dataset_option(datasets_[place]->id(), state.schema, rows));
    }
    return options;
}

Args OwnedChart::plain_arguments(const ViewerKind& kind) const {
    if (raw_) return {raw_->option(), Object{{"v", raw_->position().v}, {"ts", changed_at_}}};
    Object positions;
    for (const auto* dataset : datasets_) {
        const auto& position = dataset->state().position;
        positions.append(dataset->id(), Array{position.epoch, position.v});
    }
    return {plain_.option(template_, dataset_options(kind), kind.locale),
            Object{{"chart", id()}, {"ds", std::move(positions)}, {"ts", fresh().as_of}}};
}

Object OwnedChart::first_message(const ViewerKind& kind, const std::optional<Since>& since) const {
    if (raw_) {
        const auto* seen = since ? position_in(since->raw, id()) : nullptr;
        return seen ? live::raw_resume_message(id(), *raw_, *seen, fresh())
                    : live::raw_snapshot_message(id(), raw_->whole(), fresh());
    }
    const live::ChartHead head{id(), tpl()};
    if (!since || since->empty()) {
        live::ByDataset<Object> rows;
        for (std::size_t place = 0; place < datasets_.size(); ++place) {
            rows.emplace_back(
                datasets_[place]->id(),
                live::dataset_snapshot(datasets_[place]->state(), kind.access[place]));
        }
        return live::snapshot_message(head, template_.option(kind.locale), std::move(rows),
                                      fresh());
    }
    live::ByDataset<live::ResumeAnswer> answers;
    for (std::size_t place = 0; place < datasets_.size(); ++place) {
        const auto& dataset = *datasets_[place];
        const auto* seen = position_in(since->datasets, dataset.id());
        // A place in no history is answered with rows.
        answers.emplace_back(dataset.id(),
                             dataset.resume(seen ? *seen : live::Position(), kind.access[place]));
    }
    const auto known = since->tpl.find(id());
    std::optional<Value> option;
    if (known == since->tpl.end() || known->second != tpl()) option = template_.option(kind.locale);
    return live::resume_message(head, std::move(option), std::move(answers), fresh());
}

std::size_t OwnedChart::plain_viewers() const noexcept {
    std::size_t count = 0;
    for (const auto& [id, group] : plain_groups_) {
        count += group.rooms.viewers() + group.watchers.size();
    }
    for (const auto& [rate, group] : raw_groups_) count += group.rooms.viewers();
    return count;
}

std::shared_ptr<void> OwnedChart::watch(const auth::Identity& who, std::function<void()> changed) {
    const auto watcher = std::make_shared<Watcher>();
    watcher->changed = std::move(changed);
    watcher->who = who;
    enter(watcher);
    return {watcher.get(), [watcher](void*) {
                watcher->handle_is_gone = true;
                if (watcher->chart != nullptr) watcher->chart->leave(watcher);
            }};
}

OwnedChart::PlainGroup& OwnedChart::enter(const WatcherPtr& watcher) {
    const auto kind = kind_of(watcher->who, {}, std::nullopt);
    watcher->chart = this;
    watcher->group = kind.id();
    auto& group = group_of(kind);
    group.watchers.insert(watcher);
    return group;
}

void OwnedChart::leave(const WatcherPtr& watcher) {
    watcher->chart = nullptr;
    const auto found = plain_groups_.find(watcher->group);
    if (found == plain_groups_.end()) return;
    found->second.watchers.erase(watcher);
    forget_when_empty(watcher->group);
}

std::vector<OwnedChart::WatcherPtr> OwnedChart::take_watchers() {
    std::vector<WatcherPtr> all;
    for (const auto& [id, group] : plain_groups_) {
        all.insert(all.end(), group.watchers.begin(), group.watchers.end());
    }
    for (const auto& watcher : all) leave(watcher);
    return all;
}

void OwnedChart::relay_to_plain(const Args& args) {
    for (auto& [id, group] : plain_groups_) {
        group.rooms.emit(next_event, args);
        group.relayed = group.behind && !group.watchers.empty();
        group.behind = group.relayed;
    }
}

// ---- Time --------------------------------------------------------------------------------------

std::optional<std::int64_t> OwnedChart::next_send(std::int64_t now) const {
    std::optional<std::int64_t> next;
    const auto consider = [&](const live::RateClock& clock) {
        const auto when = clock.next_send(now);
        if (!next || when < *next) next = when;
    };
    for (const auto& [id, group] : plain_groups_) {
        if (group.behind) consider(group.clock);
    }
    for (const auto& [rate, group] : raw_groups_) {
        if (group.pending) consider(group.clock);
    }
    return next;
}

void OwnedChart::send(std::int64_t now) {
    std::vector<WatcherPtr> watchers;
    for (auto& [id, group] : plain_groups_) {
        if (!group.behind || !group.clock.may_send(now)) continue;
        group.clock.sent(now);
        group.behind = false;
        const bool relayed = std::exchange(group.relayed, false);
        if (!group.rooms.empty() && !relayed) {
            group.rooms.emit(next_event, plain_arguments(group.kind));
        }
        watchers.insert(watchers.end(), group.watchers.begin(), group.watchers.end());
    }
    for (auto& [rate, group] : raw_groups_) {
        if (!group.pending || !group.clock.may_send(now)) continue;
        group.clock.sent(now);
        group.sent_at = now;
        const auto change = *std::exchange(group.pending, std::nullopt);
        group.rooms.emit(
            next_event, {Object(), live::raw_delta_message(id(), raw_->body(change), changed_at_)});
    }
    // Last: one of them may drop handles, and groups with them.
    for (const auto& watcher : watchers) {
        if (watcher->chart == this) watcher->changed();
    }
}

void OwnedChart::beat(std::int64_t before, std::int64_t now) {
    for (auto& [rate, group] : raw_groups_) {
        // What waits for its tick is not lost.
        if (group.sent_at > before || group.pending) continue;
        group.rooms.emit(next_event,
                         {Object(), live::beat_message({}, {{id(), raw_->position()}})});
        group.sent_at = now;
    }
}

}  // namespace chartcast::viewers
