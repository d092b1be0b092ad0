#include "viewers/owner.hpp"

#include "auth/permission.hpp"
#include "live/answer.hpp"
#include "live/value_hash.hpp"
#include "ops/log.hpp"
#include "store/epoch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace chartcast::viewers {

using socketio::Args;
using socketio::Array;
using socketio::LogLevel;
using socketio::Object;
using socketio::Value;

Owner::Owner(socketio::Server& server, config::SettingsPtr settings, store::Store* store,
             const store::Loaded& loaded, Clock now)
    : server_(server),
      settings_(std::move(settings)),
      store_(store),
      now_(std::move(now)),
      tick_timer_(server.context(0)),
      expiry_timer_(server.context(0)),
      beat_timer_(server.context(0)) {
    make_datasets(loaded);
    OwnedCharts none;
    make_charts(none, *settings_);
    take_documents(loaded);
}

Owner::~Owner() = default;

OwnedDataset* Owner::dataset_of(std::string_view id) const {
    const auto found = datasets_.find(id);
    return found == datasets_.end() ? nullptr : found->second.get();
}

OwnedChart* Owner::chart_of(std::string_view id) const {
    const auto found = charts_.find(id);
    return found == charts_.end() ? nullptr : found->second.get();
}

const std::vector<OwnedChart*>& Owner::charts_of(const OwnedDataset& dataset) const {
    static const std::vector<OwnedChart*> none;
    const auto found = charts_by_dataset_.find(&dataset);
    return found == charts_by_dataset_.end() ? none : found->second;
}

// ---- Viewers -----------------------------------------------------------------------------------

void Owner::subscribe(SubscribeRequest request) {
    SubscribeAnswer answer;
    answer.viewer = request.viewer;
    answer.request = request.request;
    answer.chart = request.chart;
    auto* chart = chart_of(request.chart);
    if (!chart) {
        answer.code = Code::unknown_chart;
        return request.reply(std::move(answer));
    }
    if (!auth::may_view(*settings_, *request.who, chart->settings())) {
        answer.code = Code::forbidden;
        return request.reply(std::move(answer));
    }
    ++counts_.subscriptions;
    const auto kind = chart->kind_of(*request.who, request.locale, request.max_rate);
    answer.shows = shown_by(*chart, kind);
    // A frame that fills the queue of a slow client would otherwise be followed by itself for ever.
    if (answer.shows != request.seen) answer.first = first_frame(*chart, kind, request);
    if (request.delta) {
        answer.leases = chart->enter_delta(*request.nsp, kind);
    } else {
        answer.leases.push_back(chart->enter_plain(*request.nsp, kind));
    }
    request.reply(std::move(answer));
    look_who_watches_soon();
}

std::string Owner::shown_by(const OwnedChart& chart, const ViewerKind& kind) {
    auto text = fmt::format("{} {} {}", chart.tpl(), kind.id(), to_string(chart.fresh().state));
    for (const auto* dataset : chart.datasets()) text += to_string(dataset->state().position) + ' ';
    if (chart.is_raw()) text += to_string(chart.raw().position());
    return text;
}

socketio::EncodedEvent Owner::first_frame(OwnedChart& chart, const ViewerKind& kind,
                                          const SubscribeRequest& request) {
    auto key = fmt::format("{} {} {} {}", request.nsp->name(), request.delta,
                           request.again && !request.delta, kind.id());
    if (request.since) {
        for (const auto* dataset : chart.datasets()) {
            const auto found = request.since->datasets.find(dataset->id());
            if (found == request.since->datasets.end()) continue;
            key += fmt::format(" {}:{}", dataset->id(), to_string(found->second));
        }
        const auto raw = request.since->raw.find(chart.id());
        if (raw != request.since->raw.end()) key += " raw:" + to_string(raw->second);
        const auto tpl = request.since->tpl.find(chart.id());
        if (tpl != request.since->tpl.end()) key += " tpl:" + tpl->second;
    }
    return first_frames_.get(chart.id(), key, [&] {
        if (!request.delta) {
            return request.nsp->encode(request.again ? "new chart data" : "init chart data",
                                       chart.plain_arguments(kind));
        }
        return request.nsp->encode("init chart data",
                                   {Object(), chart.first_message(kind, request.since)});
    });
}

void Owner::leave(const std::vector<std::uint64_t>& leases) {
    for (const auto id : leases) rooms_.leave(id);
    forget_retired();
    look_who_watches_soon();
}

std::size_t Owner::watchers(const OwnedDataset& dataset) const {
    auto count = dataset.viewers();
    for (const auto* chart : charts_of(dataset)) count += chart->plain_viewers();
    return count;
}

void Owner::look_who_watches_soon() {
    if (std::exchange(look_posted_, true)) return;
    server_.post(0, [this] {
        look_posted_ = false;
        look_who_watches();
    });
}

void Owner::look_who_watches() {
    // A dataset may have gone with a reload, or its source has.
    for (auto id = watched_.begin(); id != watched_.end();) {
        if (datasets_.contains(*id)) {
            ++id;
            continue;
        }
        if (on_watched_) on_watched_(*id, false);
        id = watched_.erase(id);
    }
    for (const auto& [id, dataset] : datasets_) {
        const bool now = watchers(*dataset) > 0;
        const bool before = watched_.contains(id);
        if (now == before) continue;
        if (now) {
            watched_.insert(id);
        } else {
            watched_.erase(id);
        }
        if (on_watched_) on_watched_(id, now);
    }
}

// ---- Reading -----------------------------------------------------------------------------------

std::optional<RowsView> Owner::rows(std::string_view id, const std::optional<Array>& access) const {
    const auto* dataset = dataset_of(id);
    if (!dataset) return std::nullopt;
    const auto set =
        access ? live::AccessSet::of(dataset->schema(), *access) : live::AccessSet::all();
    return RowsView{dataset->state().position,
                    std::make_shared<const live::Schema>(dataset->schema()),
                    live::visible_rows(dataset->state(), set)};
}

std::optional<LiveCharts::OptionView> Owner::option(std::string_view id, const auth::Identity& who,
                                                    std::string_view locale) const {
    const auto* chart = chart_of(id);
    if (!chart) return std::nullopt;
    const auto kind = chart->kind_of(who, locale, std::nullopt);
    auto etag = shown_by(*chart, kind);
    auto arguments = chart->plain_arguments(kind);
    return OptionView{fmt::format("\"{:016x}\"", live::stable_hash(Value(std::move(etag)))),
                      std::move(arguments.front())};
}

live::Fresh Owner::fresh(std::string_view id) const {
    const auto* chart = chart_of(id);
    return chart ? chart->fresh() : live::Fresh();
}

std::shared_ptr<void> Owner::watch(std::string_view id, const auth::Identity& who,
                                   std::function<void()> changed) {
    auto* chart = chart_of(id);
    if (!chart) return nullptr;
    auto handle = chart->watch(who, std::move(changed));
    look_who_watches_soon();
    return handle;
}

std::size_t Owner::rows() const {
    std::size_t count = 0;
    for (const auto& [id, dataset] : datasets_) count += dataset->state().table.size();
    return count;
}

void Owner::snapshot(const std::string& id) {
    const auto* dataset = dataset_of(id);
    if (store_ && dataset) store_->snapshot(id, dataset->state().image());
}

// ---- Sources and other nodes -------------------------------------------------------------------

void Owner::set_source_state(const std::string& id, live::Freshness state) {
    auto& known = source_states_[id];
    if (std::exchange(known, state) == state) return;
    const auto* owned = dataset_of(id);
    if (!owned) return;
    for (auto* chart : charts_of(*owned)) look_at_sources(*chart);
}

void Owner::look_at_sources(OwnedChart& chart) {
    // In the order of the enumeration, a failing source is worse than a late one.
    auto worst = live::Freshness::live;
    for (const auto* dataset : chart.datasets()) {
        const auto found = source_states_.find(dataset->id());
        if (found != source_states_.end()) worst = std::max(worst, found->second);
    }
    chart.set_state(worst);
    first_frames_.forget(chart.id());
}

void Owner::adopt(std::string_view id, const live::Position& position, const Value& option,
                  std::int64_t ts) {
    auto* chart = chart_of(id);
    if (!chart || !chart->is_raw()) return;
    adopted_.emplace(id);
    if (chart->adopt(position, option, ts)) note_raw(*chart);
}

void Owner::count_stray_broadcast(const socketio::ClusterBroadcast& broadcast) {
    ++counts_.relayed;
    ops::log(LogLevel::debug, "a broadcast to a namespace that no chart has",
             {{"nsp", broadcast.nsp}});
}

bool Owner::on_remote_broadcast(const socketio::ClusterBroadcast& broadcast) {
    constexpr std::string_view namespace_prefix = "/charts/";
    constexpr std::string_view room_prefix = "chart:";
    // Nodes send each other nothing by this way: it is always somebody else.
    if (settings_->cluster && !settings_->cluster->accept_emitter) return false;
    const auto* event = broadcast.data.empty() ? nullptr : broadcast.data.front().if_string();
    if (!event || *event != "new chart data" || broadcast.data.size() < 2) return true;
    if (settings_->cluster && !settings_->cluster->accept_emitter) return false;
    // Whoever names other rooms means whoever is in them, not everybody who sees the chart.
    std::string_view id;
    const auto& rooms = broadcast.audience.rooms;
    const std::string_view nsp = broadcast.nsp;
    if (rooms.size() == 1 && rooms.front().starts_with(room_prefix)) {
        id = std::string_view(rooms.front()).substr(room_prefix.size());
    } else if (rooms.empty() && nsp.starts_with(namespace_prefix)) {
        id = nsp.substr(namespace_prefix.size());
    } else if (rooms.empty() && nsp == "/") {
        id = settings_->default_chart;
    }
    auto* chart = chart_of(id);
    const auto& option = broadcast.data[1];
    if (!chart || !chart->is_raw() || adopted_.contains(chart->id()) || !option.if_object() ||
        !broadcast.audience.except.empty()) {
        ++counts_.relayed;
        ops::log(LogLevel::debug, "relayed a broadcast that is no chart's value",
                 {{"nsp", broadcast.nsp}, {"chart", std::string(id)}});
        return true;
    }
    if (chart->publish(option, now_())) {
        note_raw(*chart);
        store_raw(*chart, [](boost::system::error_code) {});
    }
    chart->relay_to_plain(Args(broadcast.data.begin() + 1, broadcast.data.end()));
    return false;
}

}  // namespace chartcast::viewers
