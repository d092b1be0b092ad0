#pragma once
// What a request says about the answers that it would like. Pure; any thread. Source: RFC 9110, section 12.

#include <functional>
#include <string_view>

namespace chartcast::pages {

/// Calls `visit(item, weight)` for each element of a list such as `br;q=0.5, gzip`, in its order. Weights
/// are 0 to 1000; one that cannot be read counts as 0.
void for_each_preference(std::string_view list,
                         const std::function<void(std::string_view item, int weight)>& visit);

}  // namespace chartcast::pages
