#pragma once
// Every dataset and chart of this node, and who changes them: the one place where an entry becomes a version.
// Lives on shard 0; what comes from other shards is posted here. ADR 0013 says why one shard has them all.

#include "auth/identity.hpp"
#include "config/settings.hpp"
#include "live/entry.hpp"
#include "live/messages.hpp"
#include "live/outcome.hpp"
#include "live/row_access.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::viewers {

/// What a publisher asks for. Permission has been checked.
struct Publish {
    std::string dataset;
    live::Entry entry;
};

/// Why nothing was decided, or not for good.
enum class PublishFault : std::uint8_t {
    none,
    unknown_dataset,
    no_fields,     ///< auto_create, but the first batch is no list of objects to learn fields from.
    rate_limited,  ///< `retry_after` says when.
    not_pushed,    ///< The dataset has another source.
    disk_full,     ///< Not stored; shown to viewers already, lost by a restart. 503.
    store_failed,
    in_progress,    ///< The same idempotency key is being stored.
    not_attempted,  ///< Another part of an atomic publish is wrong.
};

struct Published {
    PublishFault fault = PublishFault::none;
    /// Valid when there is no fault.
    live::Outcome outcome;
    bool created = false;
    std::size_t watchers = 0;
    std::chrono::milliseconds retry_after{0};
};

/// A dataset's rows as one set of viewers sees them.
struct RowsView {
    live::Position position;
    std::shared_ptr<const live::Schema> schema;
    std::vector<live::RowRef> rows;
};

enum class Durability : std::uint8_t { disk, memory };

class LiveCharts {
public:
    virtual ~LiveCharts() = default;

    // ---- Publishing ----------------------------------------------------------------------------
    using OnPublished = std::function<void(Published)>;
    using OnAllPublished = std::function<void(std::vector<Published>)>;
    virtual void publish(Publish what, Durability durability, OnPublished done) = 0;
    /// Atomic: all of them or none.
    virtual void publish_all(std::vector<Publish> what, bool atomic, Durability durability,
                             OnAllPublished done) = 0;

    struct OptionChange {
        std::string chart;
        /// A raw chart's option, or a merge patch of a raw chart's option or of a template.
        socketio::Value value;
        bool is_patch = false;
        std::optional<live::Position> if_match;
        std::string idempotency_key;
        std::string body_hash;
    };
    struct OptionChanged {
        enum class Verdict : std::uint8_t {
            changed,
            unchanged,
            replayed,  ///< The key was used for the same request: `changed` and `position` of then.
            unknown_chart,
            not_raw,
            precondition_failed,
            key_reused
        };
        Verdict verdict = Verdict::unchanged;
        /// Of a replay, too: whether the option was another one before.
        bool changed = false;
        PublishFault fault = PublishFault::none;
        live::Position position;
        std::size_t watchers = 0;
    };
    virtual void publish_option(OptionChange change, std::function<void(OptionChanged)> done) = 0;

    // ---- Reading -------------------------------------------------------------------------------
    /// Nothing when there is no such dataset. `access` as auth::visible_values() says.
    [[nodiscard]] virtual std::optional<RowsView> rows(
        std::string_view dataset, const std::optional<socketio::Array>& access) const = 0;
    struct OptionView {
        std::string etag;
        socketio::Value option;
    };
    /// The materialised option, as a plain client gets it; nothing when there is no such chart.
    [[nodiscard]] virtual std::optional<OptionView> option(std::string_view chart,
                                                           const auth::Identity& who,
                                                           std::string_view locale) const = 0;
    [[nodiscard]] virtual live::Fresh fresh(std::string_view chart) const = 0;
    [[nodiscard]] virtual config::SettingsPtr settings() const = 0;

    // ---- Watching without a socket (SSE) -------------------------------------------------------
    /// `changed` comes after each change that `who` may see, at most as often as the chart's rate says,
    /// until the handle goes away. Nothing when there is no such chart.
    [[nodiscard]] virtual std::shared_ptr<void> watch(std::string_view chart,
                                                      const auth::Identity& who,
                                                      std::function<void()> changed) = 0;
};

}  // namespace chartcast::viewers
