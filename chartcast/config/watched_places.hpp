#pragma once
// Where a change of a configuration would show: a file's folder, since editors put a new file in its place;
// and the folder of every symbolic link on the way, since containers swap those. Reads folders: not on a
// shard.

#include <map>
#include <set>
#include <string>
#include <vector>

namespace chartcast::config {

/// Names in folders; no names: whatever is in the folder.
using WatchedPlaces = std::map<std::string, std::set<std::string>>;

[[nodiscard]] WatchedPlaces watched_places(const std::vector<std::string>& paths);

}  // namespace chartcast::config
