#pragma once
// Behind LiveCharts: every dataset and chart, who watches them, their timers and the store. Lives on shard 0.

#include "live/idempotency_window.hpp"
#include "ops/metrics.hpp"
#include "store/store.hpp"
#include "viewers/first_frames.hpp"
#include "viewers/live_charts.hpp"
#include "viewers/owned_chart.hpp"
#include "viewers/owned_dataset.hpp"
#include "viewers/rate_limit.hpp"
#include "viewers/room.hpp"
#include "viewers/subscription.hpp"
#include <socketio/adapter.hpp>
#include <socketio/server.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::viewers {

class Owner final : public LiveCharts, public SubscriptionPort {
public:
    /// Milliseconds since 1970.
    using Clock = std::function<std::int64_t()>;
    /// Somebody watches the dataset, or nobody does any more.
    using OnWatched = std::function<void(const std::string& dataset, bool by_somebody)>;

    struct Counts {
        std::uint64_t publishes = 0;
        std::uint64_t versions = 0;
        std::uint64_t refused = 0;
        std::uint64_t subscriptions = 0;
        std::uint64_t relayed = 0;
    };
    struct Latencies {
        /// From the decision to the answer: on disk, if it is to be.
        ops::LatencyHistogram publish;
        /// From a new version to its frames, of streams without a rate.
        ops::LatencyHistogram fanout;
    };

    /// `store` may be null: then nothing outlives the program. Before the server runs.
    Owner(socketio::Server& server, config::SettingsPtr settings, store::Store* store,
          const store::Loaded& loaded, Clock now);
    ~Owner() override;

    /// On shard 0, once the server runs: timers begin.
    void start();
    /// No timer fires any more; before the server's end.
    void stop();
    /// Other settings from here on. Rows stay, as far as their fields do; viewers subscribe again.
    void reload(config::SettingsPtr settings);
    void on_watched(OnWatched handler) { on_watched_ = std::move(handler); }
    /// The chart is another than before: who watches it has to subscribe again.
    void on_refresh(std::function<void(const std::string& chart)> handler) {
        on_refresh_ = std::move(handler);
    }

    // ---- LiveCharts ----------------------------------------------------------------------------
    void publish(Publish what, Durability durability, OnPublished done) override;
    void publish_all(std::vector<Publish> what, bool atomic, Durability durability,
                     OnAllPublished done) override;
    void publish_option(OptionChange change, std::function<void(OptionChanged)> done) override;
    [[nodiscard]] std::optional<RowsView> rows(
        std::string_view dataset, const std::optional<socketio::Array>& access) const override;
    [[nodiscard]] std::optional<OptionView> option(std::string_view chart,
                                                   const auth::Identity& who,
                                                   std::string_view locale) const override;
    [[nodiscard]] live::Fresh fresh(std::string_view chart) const override;
    [[nodiscard]] config::SettingsPtr settings() const override { return settings_; }
    [[nodiscard]] std::shared_ptr<void> watch(std::string_view chart, const auth::Identity& who,
                                              std::function<void()> changed) override;

    // ---- SubscriptionPort ----------------------------------------------------------------------
    void subscribe(SubscribeRequest request) override;
    void leave(const std::vector<std::uint64_t>& leases) override;
    [[nodiscard]] bool on_remote_broadcast(const socketio::ClusterBroadcast& broadcast) override;

    // ---- For this node's own parts -------------------------------------------------------------
    /// A source's batch: no rate limit, and no other source is in the way. Empty when accepted.
    void publish_from_source(const std::string& dataset, live::Operation operation,
                             socketio::Array rows, std::function<void(std::string problem)> done);
    /// How a dataset's source is; its charts are as the worst of their sources.
    void set_source_state(const std::string& dataset, live::Freshness state);
    /// A raw chart whose order somebody else keeps.
    void adopt(std::string_view chart, const live::Position& position,
               const socketio::Value& option, std::int64_t ts);
    /// One for a namespace that no chart has.
    void count_stray_broadcast(const socketio::ClusterBroadcast& broadcast);
    [[nodiscard]] std::size_t watchers(const OwnedDataset& dataset) const;
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const Latencies& latencies() const noexcept { return latencies_; }
    [[nodiscard]] std::size_t datasets() const noexcept { return datasets_.size(); }
    [[nodiscard]] std::size_t charts() const noexcept { return charts_.size(); }
    [[nodiscard]] std::size_t rooms() const noexcept { return rooms_.size(); }
    [[nodiscard]] std::size_t rows() const;
    /// Gives the store the state that it asked for.
    void snapshot(const std::string& dataset);

private:
    struct Decided {
        std::string dataset;
        Published published;
        /// To be stored; nothing when nothing happened.
        std::optional<store::EntryRecord> record;
    };

    using OwnedDatasets = std::map<std::string, std::unique_ptr<OwnedDataset>, std::less<>>;
    using OwnedCharts = std::map<std::string, std::unique_ptr<OwnedChart>, std::less<>>;

    void make_datasets(const store::Loaded& loaded);
    /// Null while it has no fields. `before` may be null.
    [[nodiscard]] std::unique_ptr<OwnedDataset> make_dataset(
        const config::DatasetSettings& settings, const store::LoadedDataset* before);
    /// Of those that are the same as `before`, its charts are taken: their viewers notice nothing.
    void make_charts(OwnedCharts& charts_before, const config::Settings& before);
    void take_documents(const store::Loaded& loaded);
    [[nodiscard]] std::unique_ptr<OwnedDataset> remake_dataset(
        const config::DatasetSettings& settings, OwnedDatasets& before);
    void inherit(OwnedChart& chart, OwnedChart& before);
    void retire(OwnedCharts charts, OwnedDatasets datasets);
    void forget_retired();
    void take_template_patches(OwnedChart& chart, const store::Document& document);
    [[nodiscard]] OwnedDataset* dataset_of(std::string_view id) const;
    [[nodiscard]] OwnedChart* chart_of(std::string_view id) const;
    [[nodiscard]] const std::vector<OwnedChart*>& charts_of(const OwnedDataset& dataset) const;

    [[nodiscard]] Decided decide(Publish what);
    /// A dataset that has no fields before its first batch. Null when this is none, or no batch to learn from.
    [[nodiscard]] OwnedDataset* create(const Publish& what, PublishFault& fault);
    [[nodiscard]] PublishFault may_publish_now(const OwnedDataset& dataset,
                                               std::chrono::milliseconds& retry_after);
    void take_back(const std::map<OwnedDataset*, live::DatasetImage>& images,
                   std::vector<Decided>& parts) const;
    /// Tells viewers, and stores: `done` when it is on disk, or at once.
    void carry_out(std::vector<Decided> parts, Durability durability, OnAllPublished done);
    void store_all(std::vector<store::EntryRecord> records, const std::set<std::string>& unrecorded,
                   store::OnDone done);
    void note(OwnedDataset& dataset, const live::Delta& delta);
    void note_raw(OwnedChart& chart);
    void store_raw(OwnedChart& chart, std::function<void(boost::system::error_code)> done);
    void change_option(OwnedChart& chart, OptionChange change,
                       std::function<void(OptionChanged)> done);
    void change_template(OwnedChart& chart, const OptionChange& change, OptionChanged answer,
                         std::function<void(OptionChanged)> done);
    void mark_behind(OwnedChart& chart);

    [[nodiscard]] static std::string shown_by(const OwnedChart& chart, const ViewerKind& kind);
    [[nodiscard]] socketio::EncodedEvent first_frame(OwnedChart& chart, const ViewerKind& kind,
                                                     const SubscribeRequest& request);

    void flush_soon();
    void flush();
    void arm_tick();
    void arm_expiry();
    void expire();
    void arm_beat();
    void look_at_sources(OwnedChart& chart);
    void look_who_watches_soon();
    void look_who_watches();

    socketio::Server& server_;
    config::SettingsPtr settings_;
    store::Store* store_;
    Clock now_;
    OnWatched on_watched_;
    std::function<void(const std::string&)> on_refresh_;

    RoomTable rooms_;
    OwnedDatasets datasets_;
    OwnedCharts charts_;
    /// Of before a reload; gone once nobody watches them.
    std::vector<std::unique_ptr<OwnedDataset>> retired_datasets_;
    std::vector<std::unique_ptr<OwnedChart>> retired_charts_;
    std::map<const OwnedDataset*, std::vector<OwnedChart*>> charts_by_dataset_;
    std::map<const OwnedDataset*, RateLimit> rate_limits_;
    std::map<std::string, live::Freshness> source_states_;
    /// Raw charts whose order somebody else keeps: an emitter's version would stand in their way.
    std::set<std::string, std::less<>> adopted_;
    /// What the API changed of charts with datasets: lists of merge patches.
    std::map<std::string, store::Document> template_patches_;
    FirstFrames first_frames_;
    /// Idempotency keys whose batches are on their way to the disk, with their datasets.
    std::set<std::pair<std::string, std::string>> storing_;
    /// The same of options, with their charts.
    std::set<std::pair<std::string, std::string>> storing_options_;
    /// Results of changes to options, by chart. They end with the process: a restart leaves the option,
    /// and a change that is repeated then finds it as it wants it.
    std::map<std::string, live::IdempotencyWindow> option_results_;

    /// What has something to send.
    std::set<OwnedDataset*> behind_datasets_;
    std::set<OwnedChart*> behind_charts_;
    bool flush_posted_ = false;
    bool look_posted_ = false;
    std::set<std::string> watched_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer expiry_timer_;
    boost::asio::steady_timer beat_timer_;
    /// When the expiry timer fires, in milliseconds since 1970.
    std::optional<std::int64_t> expiry_armed_;
    bool stopped_ = false;
    Counts counts_;
    Latencies latencies_;
    /// The oldest version that no frame tells of yet, on the steady clock.
    std::optional<std::chrono::steady_clock::time_point> unsent_since_;
};

}  // namespace chartcast::viewers
