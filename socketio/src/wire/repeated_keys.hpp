#pragma once
// Keys that stand twice in an object that was read. Any thread.

#include "socketio/value.hpp"

#include <vector>

namespace socketio::wire {

/// As assignments to a JavaScript object do it: the first keeps its place, the last its value. Peers may
/// send any number of keys, so it takes no longer than sorting them.
void merge_repeated_keys(std::vector<Object::Member>& members);

}  // namespace socketio::wire
