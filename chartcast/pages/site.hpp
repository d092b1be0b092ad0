#pragma once
// The routes that every page needs: the embedded files under /assets/ and /sdk/, pages in the reader's
// language, the 404 page. Handlers run on the shard of their connection; what they answer is immutable.

#include "pages/language.hpp"
#include <socketio/server.hpp>
#include <socketio/value.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace chartcast::pages {

struct PageOptions {
    /// Who may show the page in a frame, as in a Content-Security-Policy.
    std::string_view frame_ancestors = "'self'";
    /// What its template has beside the texts of a language.
    socketio::Object more = {};
};

/// A page in every language, rendered.
class Page {
public:
    explicit Page(std::string_view template_name, const PageOptions& options = {});

    [[nodiscard]] socketio::HttpResponse answer(const socketio::HttpRequest& request,
                                                unsigned status = 200) const;

private:
    struct Rendering {
        socketio::Binary html;
        std::string etag;
    };
    std::array<Rendering, languages.size()> renderings_;
    std::string policy_;
};

/// A route for GET and HEAD; other methods get a 405.
void serve_get(socketio::Server& server, std::string_view path, socketio::HttpHandler handler);

void serve_page(socketio::Server& server, std::string_view path, std::string_view template_name);
/// A file that browsers ask for each time whether it is still the one.
void serve_asset(socketio::Server& server, std::string_view path, const socketio::StaticFile& file);
[[nodiscard]] socketio::HttpResponse redirect(std::string_view address);

/// /assets/..., /sdk/chartcast.js, /favicon.ico, and an answer for every path that nothing else claims.
void serve_site(socketio::Server& server);

}  // namespace chartcast::pages
