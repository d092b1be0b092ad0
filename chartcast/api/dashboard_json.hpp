#pragma once
// A dashboard as pages are told it. Pure; any thread.

#include "config/settings.hpp"
#include "live/locale_texts.hpp"
#include <socketio/value.hpp>

namespace chartcast::api {

/// Texts by language; a text for everybody has the name "".
[[nodiscard]] socketio::Object texts_json(const live::LocaleTexts& texts);

/// `{id, title, charts}`, each chart once.
[[nodiscard]] socketio::Object summary_json(const config::DashboardSettings& dashboard);

/// `{id, title, theme, variables, panels}`; what was left out is left out.
[[nodiscard]] socketio::Object dashboard_json(const config::DashboardSettings& dashboard);

}  // namespace chartcast::api
