#pragma once
// Server::take_census(): each shard counts what it has, shard 0 adds it up. Any thread may ask.

#include "shard/shard_group.hpp"
#include "socketio/counters.hpp"

#include <functional>

namespace socketio {

void take_census(shard::ShardGroup& shards, std::function<void(const Census&)> done);

}  // namespace socketio
