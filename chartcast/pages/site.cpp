#include "pages/site.hpp"

#include "api/problem.hpp"
#include "embedded/asset_files.hpp"
#include "pages/templates.hpp"

#include <fmt/format.h>

namespace chartcast::pages {
namespace {

using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::HttpResponse;

// Scripts, styles and the socket come from this server, and nothing is inline: text of a chart that turned
// into HTML by mistake could still run nothing.
constexpr auto content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors ";

// Browsers keep a copy and ask each time whether it is still the one.
HttpResponse cached(const HttpRequest& request, std::string_view etag, std::string_view vary) {
    HttpResponse response;
    response.headers.add("cache-control", "no-cache");
    response.headers.add("etag", etag);
    response.headers.add("vary", vary);
    response.headers.add("x-content-type-options", "nosniff");
    if (socketio::has_etag(request, etag)) response.status = 304;
    return response;
}

HttpResponse asset(const socketio::StaticFile& file, const HttpRequest& request) {
    auto response = socketio::serve_file(request, file, "no-cache");
    response.headers.add("x-content-type-options", "nosniff");
    return response;
}

void serve_asset(socketio::Server& server, std::string_view path,
                 const socketio::StaticFile& file) {
    serve_get(server, path, [&file](const HttpRequest& request, const HttpReply& reply) {
        reply.send(asset(file, request));
    });
}

bool wants_html(const HttpRequest& request) {
    return request.headers.get("accept").find("text/html") != std::string_view::npos;
}

}  // namespace

Page::Page(std::string_view template_name, std::string_view frame_ancestors)
    : policy_(fmt::format("{}{}", content_security_policy, frame_ancestors)) {
    for (const auto language : languages) {
        auto html = render_page(template_name, language);
        auto etag = fmt::format("\"{:016x}\"", std::hash<std::string>()(html));
        renderings_[static_cast<std::size_t>(language)] = {socketio::Binary(std::move(html)),
                                                           std::move(etag)};
    }
}

HttpResponse Page::answer(const HttpRequest& request, unsigned status) const {
    const auto language = preferred_language(request.headers.get("accept-language"));
    const auto& rendering = renderings_[static_cast<std::size_t>(language)];
    auto response = status == 200 ? cached(request, rendering.etag, "accept-language")
                                  : HttpResponse{.status = status, .headers = {}, .body = {}};
    if (response.status == 304) return response;
    response.headers.add("content-type", "text/html; charset=utf-8");
    response.headers.add("content-language", tag_of(language));
    response.headers.add("content-security-policy", policy_);
    response.headers.add("referrer-policy", "no-referrer");
    response.body = rendering.html;
    return response;
}

void serve_get(socketio::Server& server, std::string_view path, socketio::HttpHandler handler) {
    server.on_http(
        "*", path,
        [handler = std::move(handler)](const HttpRequest& request, const HttpReply& reply) {
            if (request.method == "GET" || request.method == "HEAD") return handler(request, reply);
            auto refusal =
                api::problem(405, "method_not_allowed", "This address answers GET only.");
            refusal.headers.add("allow", "GET, HEAD");
            reply.send(std::move(refusal));
        });
}

void serve_page(socketio::Server& server, std::string_view path, std::string_view template_name) {
    const auto page = std::make_shared<const Page>(template_name);
    serve_get(server, path, [page](const HttpRequest& request, const HttpReply& reply) {
        reply.send(page->answer(request));
    });
}

void serve_site(socketio::Server& server) {
    for (const auto& file : asset_files()) {
        serve_asset(server, "/assets/" + std::string(file.name), file);
        if (file.name == "favicon.svg") serve_asset(server, "/favicon.ico", file);
    }
    const auto not_found = std::make_shared<const Page>("not_found");
    server.on_http([not_found](const HttpRequest& request, const HttpReply& reply) {
        reply.send(wants_html(request)
                       ? not_found->answer(request, 404)
                       : api::problem(404, "not_found", "Nothing is served at this address."));
    });
}

}  // namespace chartcast::pages
