#pragma once
// Who may do what, and see which rows. Pure; any thread.

#include "auth/identity.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string_view>

namespace chartcast::auth {

[[nodiscard]] bool may_view(const config::Settings& settings, const Identity& who,
                            const config::ChartSettings& chart);
/// Which charts stand where. Each of them decides for itself whether it is shown. An embed token, which names
/// charts, sees a dashboard that has no others.
[[nodiscard]] bool may_view(const config::Settings& settings, const Identity& who,
                            const config::DashboardSettings& dashboard);
/// Rows of a dataset over REST: whoever may view one of its charts, and keys with `view:<dataset>`.
[[nodiscard]] bool may_read(const config::Settings& settings, const Identity& who,
                            std::string_view dataset);
[[nodiscard]] bool may_publish(const config::Settings& settings, const Identity& who,
                               std::string_view dataset);
/// A chart's option.
[[nodiscard]] bool may_edit(const config::Settings& settings, const Identity& who,
                            const config::ChartSettings& chart);
/// May make embed tokens.
[[nodiscard]] bool may_issue_tokens(const config::Settings& settings, const Identity& who);

/// The values of the dataset's access field whose rows `who` sees; nothing: all rows. A person without the
/// claim sees none, and so does anonymous; an API key sees all.
[[nodiscard]] std::optional<socketio::Array> visible_values(const config::DatasetSettings& dataset,
                                                            const Identity& who);

}  // namespace chartcast::auth
