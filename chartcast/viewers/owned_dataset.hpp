#pragma once
// A dataset with its streams: what changes it, and what its delta viewers are sent of that. Lives on shard 0.

#include "auth/identity.hpp"
#include "config/settings.hpp"
#include "live/answer.hpp"
#include "live/dataset_state.hpp"
#include "live/outcome.hpp"
#include "live/resume_ring.hpp"
#include "live/stream.hpp"
#include "viewers/room.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace chartcast::viewers {

class OwnedDataset {
public:
    OwnedDataset(config::DatasetSettings settings, const live::Schema& schema,
                 const live::DatasetImage& image, RoomTable& rooms);

    [[nodiscard]] const config::DatasetSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const std::string& id() const noexcept { return settings_.id; }
    [[nodiscard]] const live::DatasetState& state() const noexcept { return *state_; }
    [[nodiscard]] const live::Schema& schema() const noexcept { return schema_; }
    /// The same schema, other rates or sources.
    void reconfigure(config::DatasetSettings settings) { settings_ = std::move(settings); }

    /// What a changed outcome holds waits in the streams: see next_send().
    [[nodiscard]] live::Outcome apply(const live::Entry& entry);
    /// Takes back everything since `image`, of which nothing was sent yet.
    void restore(const live::DatasetImage& image);
    /// For the streams and for who comes back.
    void note(const live::Delta& delta);

    // ---- Viewers -------------------------------------------------------------------------------
    [[nodiscard]] live::AccessSet access_of(const auth::Identity& who) const;
    [[nodiscard]] RoomLease enter(const socketio::Namespace& nsp, live::RateClass rate,
                                  const live::AccessSet& access);
    [[nodiscard]] live::ResumeAnswer resume(const live::Position& seen,
                                            const live::AccessSet& access) const {
        return live::resume_dataset(*state_, ring_, seen, access);
    }
    [[nodiscard]] std::size_t viewers() const noexcept;

    // ---- Time; milliseconds of a steady clock --------------------------------------------------
    [[nodiscard]] std::optional<std::int64_t> next_send(std::int64_t now) const;
    void send(std::int64_t now);
    /// To streams that were silent since `before`: who misses a frame finds out.
    void beat(std::int64_t before, std::int64_t now);

private:
    struct Group {
        Group(live::AccessSet access, std::uint64_t v, RoomTable& table)
            : set(std::move(access), v), rooms(table) {}
        live::StreamSet set;
        RoomSet rooms;
        std::int64_t sent_at = 0;
    };
    struct RateStream {
        RateStream(const live::Schema& schema, live::RateClass rate) : changes(schema, rate) {}
        live::Stream changes;
        std::map<std::string, Group> groups;
    };

    void forget(live::RateClass rate, const std::string& access);

    config::DatasetSettings settings_;
    /// Streams refer to it, while the state may be replaced.
    const live::Schema schema_;
    std::unique_ptr<live::DatasetState> state_;
    live::ResumeRing ring_;
    std::map<live::RateClass, RateStream> streams_;
    RoomTable& rooms_;
};

}  // namespace chartcast::viewers
