#pragma once
// What a server has against a batch, for the person who pushed it. Pure; any thread.

#include "cli/http.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace chartcast::cli {

/// "422 invalid_rows: ..." and a line for each error. `lines` says in which line of the input each row of the
/// batch began.
[[nodiscard]] std::string push_problem(const HttpAnswer& answer,
                                       const std::vector<std::size_t>& lines);

}  // namespace chartcast::cli
