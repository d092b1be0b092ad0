#pragma once
// The pages of docs/, which the build has rendered. Handlers run on the shard of their connection.

#include <socketio/server.hpp>

namespace chartcast::pages {

/// GET /docs/{page}, what else lies beside the pages, and /docs/, which leads to the first page in the
/// reader's language. Before Server::run().
void serve_docs(socketio::Server& server);

}  // namespace chartcast::pages
