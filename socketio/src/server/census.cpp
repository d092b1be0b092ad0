#include "server/census.hpp"

#include <memory>
#include <utility>

namespace socketio {

namespace {

/// Touched on shard 0 only.
struct Sum {
    Census census;
    unsigned missing = 0;
    std::function<void(const Census&)> done;

    void add(const Census& part) {
        for (const auto& [name, count] : part.sockets) census.sockets[name] += count;
        census.queued_bytes += part.queued_bytes;
        if (--missing == 0) done(census);
    }
};

}  // namespace

void take_census(shard::ShardGroup& shards, std::function<void(const Census&)> done) {
    const auto sum = std::make_shared<Sum>(Sum{{}, shards.size(), std::move(done)});
    for (unsigned index = 0; index < shards.size(); ++index) {
        shards.post(index, [&shards, index, sum] {
            auto part = shards[index].hub().count();
            shards.post(0, [sum, part = std::move(part)] { sum->add(part); });
        });
    }
}

}  // namespace socketio
