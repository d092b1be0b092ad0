#pragma once
// Parts of a configuration that are kept as they are, as options of ECharts. Pure; any thread.

#include "config/reading/yaml_tree.hpp"
#include <socketio/value.hpp>

namespace chartcast::config {

/// Unquoted texts mean what YAML 1.2's core schema says: null, true, false, integers and floats; `yes` and
/// `on` are texts. Texts in quotes are texts.
[[nodiscard]] socketio::Value plain_value(const Node& node);

}  // namespace chartcast::config
