#pragma once
// Handlers of one kind that may be added and removed while they run. Whoever calls them holds the list as it
// was: what is added meanwhile is not called, what is removed still is, as in Node. Lives on one shard.

#include "socketio/socket.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace socketio::hub {

/// Where a new handler stands among those that are there.
enum class Place : std::uint8_t { first, last };

template <class Handler>
class HandlerList {
public:
    struct Entry {
        HandlerId id;
        Handler call;
    };
    using Entries = std::vector<std::shared_ptr<const Entry>>;

    void add(HandlerId id, Handler handler, Place place = Place::last) {
        auto changed = copy();
        changed.insert(place == Place::first ? changed.begin() : changed.end(),
                       std::make_shared<const Entry>(Entry{id, std::move(handler)}));
        replace(std::move(changed));
    }
    /// Does nothing for one that is not there.
    void remove(HandlerId id) {
        auto changed = copy();
        std::erase_if(changed, [id](const auto& entry) { return entry->id == id; });
        replace(std::move(changed));
    }
    void clear() noexcept { entries_.reset(); }

    [[nodiscard]] bool empty() const noexcept { return entries_ == nullptr; }
    /// Null when empty.
    [[nodiscard]] std::shared_ptr<const Entries> entries() const noexcept { return entries_; }

private:
    [[nodiscard]] Entries copy() const { return entries_ ? *entries_ : Entries(); }
    void replace(Entries changed) {
        entries_ = changed.empty() ? nullptr : std::make_shared<const Entries>(std::move(changed));
    }

    std::shared_ptr<const Entries> entries_;
};

}  // namespace socketio::hub
