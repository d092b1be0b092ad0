#include "shard/shard_group.hpp"

namespace socketio::shard {

ShardGroup::ShardGroup(unsigned count, const Options& options, const base::Log& log,
                       boost::asio::io_context* mounted)
    : addresses_(options.address_connections_max, options.address_connects_per_second_max),
      connections_(count) {
    shards_.reserve(count);
    for (unsigned index = 0; index < count; ++index) {
        shards_.push_back(std::make_unique<Shard>(index, options, log, mounted));
    }
}

ShardGroup::~ShardGroup() = default;

Shard* ShardGroup::current() noexcept {
    // On a loop of the application's several servers may be at home.
    auto* candidate = shards_[0]->is_mounted() ? shards_[0].get() : Shard::current();
    if (candidate == nullptr || candidate->index() >= size()) return nullptr;
    const bool is_ours = shards_[candidate->index()].get() == candidate;
    return is_ours && candidate->is_current() ? candidate : nullptr;
}

void ShardGroup::run() {
    std::vector<std::jthread> threads;
    for (unsigned index = 1; index < size(); ++index) {
        threads.emplace_back([this, index] { shards_[index]->run(); });
    }
    shards_[0]->run();
}

unsigned ShardGroup::take_place() noexcept {
    unsigned best = 0;
    auto fewest = connections_[0].load(std::memory_order_relaxed);
    for (unsigned index = 1; index < size(); ++index) {
        const auto count = connections_[index].load(std::memory_order_relaxed);
        if (count < fewest) {
            fewest = count;
            best = index;
        }
    }
    connections_[best].fetch_add(1, std::memory_order_relaxed);
    return best;
}

void ShardGroup::give_place_back(unsigned shard) noexcept {
    connections_[shard].fetch_sub(1, std::memory_order_relaxed);
}

void ShardGroup::move_place(unsigned from, unsigned to) noexcept {
    connections_[to].fetch_add(1, std::memory_order_relaxed);
    connections_[from].fetch_sub(1, std::memory_order_relaxed);
}

std::size_t ShardGroup::connections() const noexcept {
    std::size_t sum = 0;
    for (const auto& count : connections_) sum += count.load(std::memory_order_relaxed);
    return sum;
}

}  // namespace socketio::shard
