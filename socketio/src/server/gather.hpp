#pragma once
// A question that every shard answers. Any thread may ask; the answers meet on one shard.

#include "shard/shard_group.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace socketio {

/// Calls `ask(shard, reply)` on each shard, after what this thread sent there before; each replies once, now
/// or later. Then `done(parts)` is called on the calling shard, or on shard 0 when the caller is none of
/// these; never inside this call.
template <class Part, class Ask, class Done>
void gather(shard::ShardGroup& shards, const Ask& ask, Done done) {
    struct Sum {
        Done done;
        unsigned missing;
        /// Touched on the home shard only.
        std::vector<Part> parts;
    };
    const auto* current = shards.current();
    const unsigned home = current != nullptr ? current->index() : 0;
    const auto sum = std::make_shared<Sum>(Sum{std::move(done), shards.size(), {}});
    for (unsigned index = 0; index < shards.size(); ++index) {
        shards.on_shard(index, [&shards, home, index, sum, ask] {
            ask(index, [&shards, home, sum](Part part) {
                shards.post(home, [sum, part = std::move(part)]() mutable {
                    sum->parts.push_back(std::move(part));
                    if (--sum->missing == 0) sum->done(std::move(sum->parts));
                });
            });
        });
    }
}

}  // namespace socketio
