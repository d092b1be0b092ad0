#pragma once
// The listener for operators: /metrics, /healthz and /readyz, away from where viewers come in. Has a thread of
// its own, so that it answers while shards are busy; what it tells is collected on shard 0 of the main server.

#include "config/config.hpp"
#include <socketio/server.hpp>

#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <string>

namespace chartcast::program {

/// Whether the program can do its work.
struct Readiness {
    bool ready = true;
    /// One word for each part that is not as it should be: "redis", "store".
    std::string degraded;
};

class InternalServer {
public:
    /// Both are called on shard 0; the first gives its text there, at once or later.
    struct Pages {
        std::function<void(std::function<void(std::string)> done)> metrics;
        std::function<Readiness()> readiness;
    };

    /// Binds the address. Throws boost::system::system_error.
    InternalServer(const config::ListenAddress& listen, socketio::Server& main, Pages pages);
    ~InternalServer();
    InternalServer(const InternalServer&) = delete;
    InternalServer& operator=(const InternalServer&) = delete;

    void start();
    [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }

private:
    socketio::Server& main_;
    Pages pages_;
    socketio::Server server_;
    boost::asio::thread_pool thread_{1};
};

/// /healthz: alive, and what is missing. 200 as long as the program answers at all.
[[nodiscard]] socketio::HttpResponse health_answer(const Readiness& readiness);
/// /readyz: whether viewers and publishers should be sent here. 200 or 503.
[[nodiscard]] socketio::HttpResponse readiness_answer(const Readiness& readiness);

}  // namespace chartcast::program
