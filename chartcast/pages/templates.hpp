#pragma once
// Pages from their mustache templates and the texts of a language, both embedded. Before start-up only:
// what a page shows does not depend on the request, so each is rendered once for each language.
//
// In a template {{asset.NAME}} is the address of a file of the bundle: see bundle.hpp.

#include "pages/language.hpp"
#include <socketio/value.hpp>

#include <string>
#include <string_view>

namespace chartcast::pages {

/// The page of the template of that name in web/pages, with `more` beside the texts. Templates and texts are
/// part of the program: a mistake in one throws std::logic_error that names it.
[[nodiscard]] std::string render_page(std::string_view template_name, Language language,
                                      const socketio::Object& more = {});

}  // namespace chartcast::pages
