#pragma once
// What this server has written to a stream and does itself when it reads it there, in one order with what others
// write: it knows its own entries by their bytes, so that none is decoded. What Redis did not take is done at
// once, in its turn and without an offset; and when Redis is silent for too long, all is, until it answers again.
// Lives on shard 0. I/O-free: time is passed in.

#include "cluster/codec/stream_entry.hpp"
#include "socketio/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace socketio::cluster {

class OwnOrder {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Item = std::variant<ClusterBroadcast, ClusterSurgery>;
    enum class Ticket : std::uint64_t {};

    /// `release` does what its turn has come for; a broadcast then has its offset, if it got one. It may call
    /// add().
    OwnOrder(std::chrono::milliseconds wait_max, std::function<void(Item)> release);

    /// What add() is about to be given.
    [[nodiscard]] Ticket next() const noexcept { return Ticket{first_ + waiting_.size()}; }
    /// It was sent to Redis as that entry: settle() says what came of it, on_entry() where it stands.
    void add(Item item, EncodedEntry entry, Time now);
    /// It was not sent, or is not waited for.
    void add_unwritten(Item item, Time now);

    void settle(Ticket ticket, bool is_written);
    /// One that bears this server's name was read. False when it is not waited for any more.
    bool on_entry(const EntryFields& fields, std::string_view offset);
    /// Releases all that has waited for too long, and what came after it.
    void on_time(Time now);

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

private:
    enum class Place : std::uint8_t { unknown, read, unwritten };
    struct Waiting {
        Item item;
        EncodedEntry entry;
        Time since;
        Place place = Place::unknown;
    };
    void release_placed();

    const std::chrono::milliseconds wait_max_;
    const std::function<void(Item)> release_;
    std::deque<Waiting> waiting_;
    /// The ticket of the first that waits.
    std::uint64_t first_ = 0;
    bool is_late_ = false;
    bool is_releasing_ = false;
    /// Gone with this object: whom an item is released to may have stopped the adapter.
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace socketio::cluster
