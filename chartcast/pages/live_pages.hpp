#pragma once
// The pages of live charts: one chart on a page, the same for a frame on other sites, and all of them in a
// grid. They carry no data: their scripts connect as plain clients. Handlers run on the shard of their
// connection.

#include <socketio/server.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chartcast::pages {

struct LivePagesOptions {
    /// Any shard: is a chart of this id in the configuration? Without it, every id is taken for one.
    std::function<bool(std::string_view chart)> exists;
    /// Origins whose pages may show charts in frames, as in "https://crm.example.cn"; this server's own
    /// may always.
    std::vector<std::string> frame_ancestors;
    /// GET / is the grid of all charts.
    bool overview = true;
};

/// GET /c/{chart}, /embed/c/{chart} and /. Before Server::run(). Routes of these paths that are there are
/// replaced. An id that does not exist is a 404 with the same page, whose script finds words for it.
/// Throws std::invalid_argument for a frame ancestor that is none.
void serve_live_pages(socketio::Server& server, const LivePagesOptions& options);

}  // namespace chartcast::pages
