#include "pages/site.hpp"

#include "api/problem.hpp"
#include "embedded/asset_files.hpp"
#include "embedded/bundle_files.hpp"
#include "pages/bundle.hpp"
#include "pages/templates.hpp"

#include <fmt/format.h>

namespace chartcast::pages {
namespace {

using socketio::HttpReply;
using socketio::HttpRequest;
using socketio::HttpResponse;

// Scripts, styles and the socket come from this server, and nothing is inline: text of a chart that turned
// into HTML by mistake could still run nothing. Images: what a chart is exported to.
constexpr auto content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors ";

/// What no page of ours needs.
constexpr auto permissions_policy =
    "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()";

/// Pages of any site may load it: an SDK is there to be embedded.
void serve_for_all(socketio::Server& server, std::string_view path,
                   const socketio::StaticFile& file, std::string_view cache_control) {
    serve_get(server, path,
              [&file, cache_control](const HttpRequest& request, const HttpReply& reply) {
                  auto response = socketio::serve_file(request, file, cache_control);
                  response.headers.add("access-control-allow-origin", "*");
                  response.headers.add("cross-origin-resource-policy", "cross-origin");
                  response.headers.add("x-content-type-options", "nosniff");
                  reply.send(std::move(response));
              });
}

void serve_bundle(socketio::Server& server) {
    for (const auto& file : bundle_files()) {
        const auto name = file_name(file.name);
        const auto address = "/assets/" + std::string(name);
        if (name == "assets.json") continue;
        if (name == "chartcast.js") {
            serve_for_all(server, "/sdk/chartcast.js", file, "public, max-age=300");
        } else if (is_hashed(name)) {
            serve_for_all(server, address, file, "public, max-age=31536000, immutable");
        } else {
            serve_asset(server, address, file);
        }
    }
}

bool wants_html(const HttpRequest& request) {
    return request.headers.get("accept").find("text/html") != std::string_view::npos;
}

}  // namespace

Page::Page(std::string_view template_name, const PageOptions& options)
    : policy_(fmt::format("{}{}", content_security_policy, options.frame_ancestors)) {
    for (const auto language : languages) {
        auto html = render_page(template_name, language, options.more);
        auto etag = fmt::format("\"{:016x}\"", std::hash<std::string>()(html));
        renderings_[static_cast<std::size_t>(language)] = {socketio::Binary(std::move(html)),
                                                           std::move(etag)};
    }
}

HttpResponse Page::answer(const HttpRequest& request, unsigned status) const {
    const auto language = preferred_language(request.headers.get("accept-language"));
    const auto& rendering = renderings_[static_cast<std::size_t>(language)];
    HttpResponse response{.status = status, .headers = {}, .body = {}};
    // Browsers keep a copy and ask each time whether it is still the one.
    response.headers.add("cache-control", "no-cache");
    response.headers.add("vary", "accept-language");
    if (status == 200) {
        response.headers.add("etag", rendering.etag);
        if (socketio::has_etag(request, rendering.etag)) {
            response.status = 304;
            return response;
        }
    }
    response.headers.add("content-type", "text/html; charset=utf-8");
    response.headers.add("content-language", tag_of(language));
    response.headers.add("content-security-policy", policy_);
    response.headers.add("cross-origin-opener-policy", "same-origin");
    response.headers.add("permissions-policy", permissions_policy);
    response.headers.add("referrer-policy", "no-referrer");
    response.headers.add("x-content-type-options", "nosniff");
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

void serve_asset(socketio::Server& server, std::string_view path,
                 const socketio::StaticFile& file) {
    serve_get(server, path, [&file](const HttpRequest& request, const HttpReply& reply) {
        auto response = socketio::serve_file(request, file, "no-cache");
        response.headers.add("x-content-type-options", "nosniff");
        reply.send(std::move(response));
    });
}

HttpResponse redirect(std::string_view address) {
    HttpResponse response{.status = 302, .headers = {}, .body = {}};
    response.headers.add("location", address);
    response.headers.add("cache-control", "no-store");
    return response;
}

void serve_site(socketio::Server& server) {
    serve_bundle(server);
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
