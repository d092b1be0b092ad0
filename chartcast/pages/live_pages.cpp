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
void serve_chart_page(socketio::Server& server, const std::string& prefix, Page page,
                      const std::function<bool(std::string_view)>& exists) {
    const auto shared = std::make_shared<const Page>(std::move(page));
    serve_get(server, prefix + "{chart}",
              [shared, exists, length = prefix.size()](const HttpRequest& request,
                                                       const HttpReply& reply) {
                  const auto chart = std::string_view(request.path).substr(length);
                  reply.send(shared->answer(request, !exists || exists(chart) ? 200 : 404));
              });
}

}  // namespace

void serve_live_pages(socketio::Server& server, const LivePagesOptions& options) {
    serve_chart_page(server, "/c/", Page("live_chart"), options.exists);
    serve_chart_page(server, "/embed/c/",
                     Page("embed_chart", frame_sources(options.frame_ancestors)), options.exists);
    if (options.overview) serve_page(server, "/", "overview");
}

}  // namespace chartcast::pages
