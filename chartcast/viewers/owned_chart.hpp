#pragma once
// A chart with its viewers: plain ones get whole options, delta ones the template and what becomes of it (rows
// come by the streams of its datasets). A raw chart's option is its data. Lives on shard 0.

#include "auth/identity.hpp"
#include "config/settings.hpp"
#include "live/messages.hpp"
#include "live/option_template.hpp"
#include "live/plain_option.hpp"
#include "live/raw_chart.hpp"
#include "viewers/hello/hello.hpp"
#include "viewers/owned_dataset.hpp"
#include "viewers/room.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::viewers {

/// What one kind of viewers of a chart has in common.
struct ViewerKind {
    live::RateClass rate = live::RateClass::unlimited;
    /// One for each dataset of the chart, in its order.
    std::vector<live::AccessSet> access;
    /// One of the chart's own languages.
    std::string locale;

    /// The same text for equal kinds.
    [[nodiscard]] std::string id() const;
};

class OwnedChart {
public:
    /// The datasets outlive the chart. A raw chart has none, and starts with the settings' option.
    OwnedChart(config::ChartSettings settings, std::vector<OwnedDataset*> datasets,
               live::Position raw_position, RoomTable& rooms);
    OwnedChart(const OwnedChart&) = delete;
    OwnedChart& operator=(const OwnedChart&) = delete;
    ~OwnedChart();

    [[nodiscard]] const std::string& id() const noexcept { return settings_.id; }
    [[nodiscard]] const config::ChartSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] bool is_raw() const noexcept { return raw_.has_value(); }
    /// REQUIRES: a raw chart.
    [[nodiscard]] const live::RawChart& raw() const noexcept { return *raw_; }
    [[nodiscard]] const std::vector<OwnedDataset*>& datasets() const noexcept { return datasets_; }
    [[nodiscard]] const std::string& tpl() const noexcept { return template_.tpl(); }
    [[nodiscard]] std::int64_t changed_at() const noexcept { return changed_at_; }

    /// Takes the place of `before` on the screens that show it, and a raw chart keeps its value, unless the
    /// configuration has another one now. Those who watch `before` without a socket watch this one.
    void inherit(OwnedChart& before);
    /// Its viewers have to subscribe again to see it; those without a socket need not.
    void add_dataset(OwnedDataset& dataset);
    /// There is no such chart any more: those who watch it without a socket are told a last time.
    void let_watchers_go();

    // ---- Changes; what viewers are sent of them waits for next_send() --------------------------
    /// One of its datasets has a new version.
    void note(const OwnedDataset& dataset, const live::Delta& delta);
    /// REQUIRES of these three: a raw chart. False when nothing changed.
    bool publish(socketio::Value option, std::int64_t ts);
    bool patch(const socketio::Value& patch, std::int64_t ts);
    bool adopt(const live::Position& position, socketio::Value option, std::int64_t ts);
    /// Other settings with the same datasets, or a patched template.
    void change_template(config::ChartSettings settings, live::OptionTemplate changed);
    [[nodiscard]] const live::OptionTemplate& option_template() const noexcept { return template_; }
    /// Told at once to delta viewers, when the state is another.
    void set_state(live::Freshness state);
    [[nodiscard]] live::Fresh fresh() const;

    // ---- Viewers -------------------------------------------------------------------------------
    [[nodiscard]] ViewerKind kind_of(const auth::Identity& who, std::string_view locale,
                                     std::optional<double> max_rate) const;
    [[nodiscard]] RoomLease enter_plain(const socketio::Namespace& nsp, const ViewerKind& kind);
    [[nodiscard]] std::vector<RoomLease> enter_delta(const socketio::Namespace& nsp,
                                                     const ViewerKind& kind);
    /// The arguments of a plain client's events: option and meta.
    [[nodiscard]] socketio::Args plain_arguments(const ViewerKind& kind) const;
    /// The second argument of a delta client's first event.
    [[nodiscard]] socketio::Object first_message(const ViewerKind& kind,
                                                 const std::optional<Since>& since) const;
    /// Of its own rooms: all of a raw chart's, the plain ones of another.
    [[nodiscard]] std::size_t plain_viewers() const noexcept;
    [[nodiscard]] bool has_viewers() const noexcept {
        return !plain_groups_.empty() || !raw_groups_.empty() || !info_rooms_.empty();
    }
    /// `changed` is called when plain viewers who see the same are sent something, until the handle goes.
    /// The handle may outlive the chart.
    [[nodiscard]] std::shared_ptr<void> watch(const auth::Identity& who,
                                              std::function<void()> changed);
    /// What an emitter elsewhere published goes to plain viewers as it is, and at once.
    void relay_to_plain(const socketio::Args& args);

    // ---- Time; milliseconds of a steady clock --------------------------------------------------
    [[nodiscard]] std::optional<std::int64_t> next_send(std::int64_t now) const;
    void send(std::int64_t now);
    void beat(std::int64_t before, std::int64_t now);

private:
    /// Somebody without a socket.
    struct Watcher {
        std::function<void()> changed;
        auth::Identity who;
        bool handle_is_gone = false;
        /// Null when either is gone.
        OwnedChart* chart = nullptr;
        std::string group;
    };
    using WatcherPtr = std::shared_ptr<Watcher>;
    struct PlainGroup {
        PlainGroup(ViewerKind its_kind, RoomTable& table)
            : kind(std::move(its_kind)), clock(kind.rate), rooms(table) {}
        ViewerKind kind;
        live::RateClock clock;
        bool behind = false;
        /// Sockets have it by relay_to_plain() already.
        bool relayed = false;
        RoomSet rooms;
        std::set<WatcherPtr> watchers;
    };
    struct RawGroup {
        RawGroup(live::RateClass rate, RoomTable& table) : clock(rate), rooms(table) {}
        live::RateClock clock;
        std::optional<live::RawChange> pending;
        RoomSet rooms;
        std::int64_t sent_at = 0;
    };

    [[nodiscard]] PlainGroup& group_of(const ViewerKind& kind);
    void forget_when_empty(const std::string& group);
    PlainGroup& enter(const WatcherPtr& watcher);
    void leave(const WatcherPtr& watcher);
    /// All of them; none is left.
    [[nodiscard]] std::vector<WatcherPtr> take_watchers();
    static void mark_behind(PlainGroup& group) noexcept {
        group.behind = true;
        group.relayed = false;
    }
    [[nodiscard]] socketio::Array dataset_options(const ViewerKind& kind) const;
    [[nodiscard]] std::string_view own_locale(std::string_view wanted) const noexcept;
    void note_raw(const std::optional<live::RawChange>& change, std::int64_t ts);
    void tell_info(const std::function<socketio::Object(std::string_view locale)>& message) const;

    config::ChartSettings settings_;
    std::vector<OwnedDataset*> datasets_;
    live::OptionTemplate template_;
    live::PlainOption plain_;
    std::optional<live::RawChart> raw_;
    std::int64_t changed_at_ = 0;
    live::Freshness state_ = live::Freshness::live;

    RoomTable& rooms_;
    std::map<std::string, PlainGroup> plain_groups_;
    std::map<live::RateClass, RawGroup> raw_groups_;
    /// Delta viewers by language, for templates and states.
    std::map<std::string, RoomSet> info_rooms_;
};

}  // namespace chartcast::viewers
