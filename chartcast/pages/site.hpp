#pragma once
// The routes that every page needs: the embedded files under /assets/, pages in the reader's language,
// the 404 page. Handlers run on the shard of their connection; what they answer is immutable.

#include "pages/language.hpp"
#include <socketio/server.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace chartcast::pages {

/// A page in every language, rendered.
class Page {
public:
    /// `frame_ancestors` says who may show the page in a frame, as in a Content-Security-Policy.
    explicit Page(std::string_view template_name, std::string_view frame_ancestors = "'self'");

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

/// /assets/..., /favicon.ico, and an answer for every path that nothing else claims.
void serve_site(socketio::Server& server);

}  // namespace chartcast::pages
