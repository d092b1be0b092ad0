#pragma once
// The schema that a source decodes by. Any thread.

#include "live/schema.hpp"

#include <memory>
#include <utility>

namespace chartcast::sources {

/// Nothing when the definition is wrong, which its configuration has been told already: rows are then only
/// looked at where they arrive.
[[nodiscard]] inline std::shared_ptr<const live::Schema> schema_of(
    live::DatasetDefinition definition) {
    auto schema = live::Schema::make(std::move(definition));
    if (!schema) return nullptr;
    return std::make_shared<const live::Schema>(std::move(*schema));
}

}  // namespace chartcast::sources
