#pragma once
// All shards of a process, and their threads. Made before the threads start; then immutable but for the
// counters. Or one shard on an event loop of the application's. Any thread.

#include "shard/address_table.hpp"
#include "shard/shard.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace socketio::shard {

class ShardGroup {
public:
    ShardGroup(unsigned count, const Options& options, const base::Log& log,
               boost::asio::io_context* mounted = nullptr);
    ~ShardGroup();

    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(shards_.size()); }
    [[nodiscard]] Shard& operator[](unsigned index) noexcept { return *shards_[index]; }
    [[nodiscard]] const Shard& operator[](unsigned index) const noexcept { return *shards_[index]; }
    /// The one of these whose thread calls, or nullptr. Another server of the process has shards of its own.
    [[nodiscard]] Shard* current() noexcept;

    /// Reads on that shard, after what this thread sent there before.
    template <class Work>
    void post(unsigned index, Work work) {
        shards_[index]->post(make_letter(std::move(work)));
    }
    /// At once when the caller is that shard, else by letter.
    template <class Work>
    void on_shard(unsigned index, Work work) {
        if (shards_[index]->is_current()) {
            work();
        } else {
            post(index, std::move(work));
        }
    }

    /// The calling thread serves shard 0, one new thread each of the others. Returns when all have
    /// stopped.
    void run();

    // ---- Connections, for balance and bounds ---------------------------------------------------
    /// Counts a connection on the shard that has the fewest, and names it.
    [[nodiscard]] unsigned take_place() noexcept;
    void give_place_back(unsigned shard) noexcept;
    /// A connection moved.
    void move_place(unsigned from, unsigned to) noexcept;
    [[nodiscard]] std::size_t connections() const noexcept;

    /// By Options::address_connections_max and address_connects_per_second_max.
    [[nodiscard]] AddressTable& addresses() noexcept { return addresses_; }

    // ---- Sessions ------------------------------------------------------------------------------
    void count_session(int change) noexcept {
        sessions_.fetch_add(static_cast<std::size_t>(change), std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t sessions() const noexcept {
        return sessions_.load(std::memory_order_relaxed);
    }

private:
    AddressTable addresses_;  ///< Outlives the places in letters that nobody reads any more.
    std::vector<std::unique_ptr<Shard>> shards_;
    /// Of each shard. Read by the acceptor, so approximate is good enough.
    std::vector<std::atomic<std::size_t>> connections_;
    std::atomic<std::size_t> sessions_{0};
};

}  // namespace socketio::shard
