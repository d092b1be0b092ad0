#include "viewers/owned_dataset.hpp"

#include "auth/permission.hpp"
#include "live/apply.hpp"
#include "live/messages.hpp"

#include <algorithm>

namespace chartcast::viewers {

using socketio::Args;
using socketio::Object;

OwnedDataset::OwnedDataset(config::DatasetSettings settings, const live::Schema& schema,
                           const live::DatasetImage& image, RoomTable& rooms)
    : settings_(std::move(settings)),
      schema_(schema),
      state_(std::make_unique<live::DatasetState>(schema_, image)),
      rooms_(rooms) {}

live::Outcome OwnedDataset::apply(const live::Entry& entry) {
    return live::apply(*state_, entry);
}

void OwnedDataset::restore(const live::DatasetImage& image) {
    state_ = std::make_unique<live::DatasetState>(schema_, image);
}

void OwnedDataset::note(const live::Delta& delta) {
    for (auto& [rate, stream] : streams_) stream.changes.add(delta);
    ring_.push(delta);
}

// ---- Viewers -----------------------------------------------------------------------------------

live::AccessSet OwnedDataset::access_of(const auth::Identity& who) const {
    const auto values = auth::visible_values(settings_, who);
    return values ? live::AccessSet::of(schema(), *values) : live::AccessSet::all();
}

RoomLease OwnedDataset::enter(const socketio::Namespace& nsp, live::RateClass rate,
                              const live::AccessSet& access) {
    auto& stream = streams_.try_emplace(rate, schema(), rate).first->second;
    auto& group =
        stream.groups.try_emplace(access.id(), access, state_->position.v, rooms_).first->second;
    return group.rooms.enter(nsp, [this, rate, id = access.id()] { forget(rate, id); });
}

void OwnedDataset::forget(live::RateClass rate, const std::string& access) {
    const auto stream = streams_.find(rate);
    stream->second.groups.erase(access);
    if (stream->second.groups.empty()) streams_.erase(stream);
}

std::size_t OwnedDataset::viewers() const noexcept {
    std::size_t count = 0;
    for (const auto& [rate, stream] : streams_) {
        for (const auto& [access, group] : stream.groups) count += group.rooms.viewers();
    }
    return count;
}

// ---- Time --------------------------------------------------------------------------------------

std::optional<std::int64_t> OwnedDataset::next_send(std::int64_t now) const {
    std::optional<std::int64_t> next;
    for (const auto& [rate, stream] : streams_) {
        const auto when = stream.changes.next_send(now);
        if (when && (!next || *when < *next)) next = when;
    }
    return next;
}

void OwnedDataset::send(std::int64_t now) {
    for (auto& [rate, stream] : streams_) {
        const auto delta = stream.changes.take(now);
        if (!delta) continue;
        for (auto& [access, group] : stream.groups) {
            auto frame = group.set.frame(*state_, *delta);
            if (!frame) continue;
            group.rooms.emit("new chart data",
                             {Object(), live::delta_message(id(), *std::move(frame), *delta)});
            group.sent_at = now;
        }
    }
}

void OwnedDataset::beat(std::int64_t before, std::int64_t now) {
    for (auto& [rate, stream] : streams_) {
        for (auto& [access, group] : stream.groups) {
            if (group.sent_at > before) continue;
            const live::Position place{group.set.access().epoch(state_->position.epoch),
                                       group.set.sent_v()};
            group.rooms.emit("new chart data", {Object(), live::beat_message({{id(), place}}, {})});
            group.sent_at = now;
        }
    }
}

}  // namespace chartcast::viewers
