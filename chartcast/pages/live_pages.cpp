#include "pages/live_pages.hpp"

#include "pages/site.hpp"

#include <memory>
#include <stdexcept>

namespace chartcast::pages {
namespace {

using socketio::HttpReply;
using socketio::HttpRequest;

// A source of a Content-Security-Policy. What ends it, or the field, would change the rest of the policy.
void check_ancestor(std::string_view ancestor) {
    const auto ends_source = [](unsigned char c) {
        return c <= ' ' || c >= 0x7F || c == ';' || c == ',';
    };
    for (const char c : ancestor) {
        if (ends_source(static_cast<unsigned char>(c)))
            throw std::invalid_argument("no frame ancestor: " + std::string(ancestor));
    }
    if (ancestor.empty()) throw std::invalid_argument("a frame ancestor is empty");
}

std::string frame_sources(const std::vector<std::string>& ancestors) {
    std::string sources = "'self'";
    for (const auto& ancestor : ancestors) {
        check_ancestor(ancestor);
        sources += ' ' + ancestor;
    }
    return sources;
}

// `prefix` and one segment. The id stays where it is, in the address: the script takes it from there.
void serve_page_of(socketio::Server& server, const std::string& prefix, Page page,
                   const LivePagesOptions::Exists& exists) {
    const auto shared = std::make_shared<const Page>(std::move(page));
    serve_get(server, prefix + "{id}",
              [shared, exists](const HttpRequest& request, const HttpReply& reply) {
                  const auto id = request.parameters.get("id");
                  reply.send(shared->answer(request, !exists || exists(id) ? 200 : 404));
              });
}

/// With the query as it was sent: a token in it has to arrive.
std::string address_of(std::string_view dashboard, std::string_view target) {
    std::string address = "/d/" + std::string(dashboard);
    if (const auto query = target.find('?'); query != std::string_view::npos) {
        address += target.substr(query);
    }
    return address;
}

void serve_start(socketio::Server& server, const std::function<std::string()>& default_dashboard) {
    const auto list = std::make_shared<const Page>("overview");
    serve_get(server, "/charts", [list](const HttpRequest& request, const HttpReply& reply) {
        reply.send(list->answer(request));
    });
    serve_get(server, "/",
              [list, default_dashboard](const HttpRequest& request, const HttpReply& reply) {
                  const auto dashboard = default_dashboard ? default_dashboard() : std::string();
                  reply.send(dashboard.empty() ? list->answer(request)
                                               : redirect(address_of(dashboard, request.target)));
              });
}

}  // namespace

void serve_live_pages(socketio::Server& server, const LivePagesOptions& options) {
    const auto ancestors = frame_sources(options.frame_ancestors);
    const PageOptions in_frames{.frame_ancestors = ancestors};
    serve_start(server, options.default_dashboard);
    serve_page_of(server, "/c/", Page("chart"), options.has_chart);
    serve_page_of(server, "/embed/c/", Page("embed", in_frames), options.has_chart);
    serve_page_of(server, "/plain/", Page("plain_chart"), options.has_chart);
    const PageOptions with_push{.more = {{"demo", options.invites_to_push}}};
    serve_page_of(server, "/d/", Page("dashboard", with_push), options.has_dashboard);
    serve_page_of(server, "/embed/d/", Page("embed", in_frames), options.has_dashboard);
}

}  // namespace chartcast::pages
