#pragma once
// The pages of live charts and dashboards: on the whole page, or for a frame on other sites, and the list of
// all. They carry no data: their scripts connect as everybody does. Handlers run on the shard of their
// connection.

#include <socketio/server.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::pages {

/// The functions are called on any shard.
struct LivePagesOptions {
    using Exists = std::function<bool(std::string_view id)>;
    /// Is it in the configuration? Left out, every id is taken for one.
    Exists has_chart = nullptr;
    Exists has_dashboard = nullptr;
    /// The dashboard that GET / leads to; the list of all, when it is empty or left out.
    std::function<std::string()> default_dashboard = nullptr;
    /// Origins whose pages may show charts in frames, as in "https://crm.example.cn"; this server's own
    /// may always.
    std::vector<std::string> frame_ancestors = {};
    /// Whoever comes may publish: the demo's dashboard shows a line for a terminal that does.
    bool invites_to_push = false;
};

/// GET /, /charts, /c/{chart}, /embed/c/{chart}, /plain/{chart}, /d/{dashboard} and /embed/d/{dashboard}. Before
/// Server::run(). Routes of these paths that are there are replaced. An id that does not exist is a 404 with
/// the same page, whose script finds words for it. Throws std::invalid_argument for a frame ancestor that is
/// none.
void serve_live_pages(socketio::Server& server, const LivePagesOptions& options);

}  // namespace chartcast::pages
