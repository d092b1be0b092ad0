#pragma once
// Several files as one configuration. Lives where a configuration is read.

#include "config/reading/problems.hpp"
#include "config/reading/yaml_tree.hpp"

#include <vector>

namespace chartcast::config {

/// Sections are joined key by key, `alerts` and `auth.api_keys` behind each other; what stands in two files
/// is a problem that names both places.
[[nodiscard]] Node merge_documents(std::vector<Node> documents, Problems& problems);

}  // namespace chartcast::config
