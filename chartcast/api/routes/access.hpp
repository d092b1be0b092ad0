#pragma once
// Who may do what, as answers of the API. Decisions are auth's; here is how a refusal is said. The functions
// that take charts live on shard 0.

#include "api/problem.hpp"
#include "api/routes/services.hpp"
#include "auth/authenticator.hpp"
#include "auth/identity.hpp"
#include "config/settings.hpp"
#include "live/schema.hpp"
#include "viewers/live_charts.hpp"
#include <socketio/http.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace chartcast::api {

/// 401 with WWW-Authenticate, or 503 when the provider cannot be asked.
[[nodiscard]] socketio::HttpResponse unidentified(auth::Refusal refusal);
/// 401 for somebody without a token, 403 for somebody whose token does not reach so far.
[[nodiscard]] socketio::HttpResponse forbidden(const auth::Identity& who, std::string_view what);
[[nodiscard]] socketio::HttpResponse unknown_dataset(std::string_view id);
[[nodiscard]] socketio::HttpResponse unknown_chart(std::string_view id);
[[nodiscard]] socketio::HttpResponse unknown_dashboard(std::string_view id);

/// Writes a refusal into the log: of the request, or of a part of it. `who` as auth::describe() has it. On a
/// shard.
void audit(const Services& services, const socketio::HttpRequest& request, std::string_view who,
           std::string_view reason);

/// nullptr when there is none; valid as long as the settings.
[[nodiscard]] const config::DatasetSettings* find_dataset(const config::Settings& settings,
                                                          std::string_view id) noexcept;
[[nodiscard]] const config::ChartSettings* find_chart(const config::Settings& settings,
                                                      std::string_view id) noexcept;
[[nodiscard]] const config::DashboardSettings* find_dashboard(const config::Settings& settings,
                                                              std::string_view id) noexcept;

/// Of the settings, or learned from the first batch. Empty while there is none.
[[nodiscard]] std::shared_ptr<const live::Schema> schema_of(const viewers::LiveCharts& charts,
                                                            const config::DatasetSettings& dataset);

}  // namespace chartcast::api
