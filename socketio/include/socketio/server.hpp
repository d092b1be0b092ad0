#pragma once
// A Socket.IO server: shards (threads) that each serve their own connections on one port.

#include "socketio/counters.hpp"
#include "socketio/endpoint.hpp"
#include "socketio/http.hpp"
#include "socketio/namespace.hpp"
#include "socketio/options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace socketio {

class Server {
public:
    /// Throws std::invalid_argument when an option is out of its range.
    explicit Server(Options options = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// The namespace of that name, made when it is new. Only before run().
    Namespace& of(std::string_view name);

    // ---- The root namespace --------------------------------------------------------------------
    Server& use(Middleware middleware);
    Server& on_connection(ConnectionHandler handler);
    [[nodiscard]] BroadcastOperator to(std::string_view room) const;
    [[nodiscard]] BroadcastOperator in(std::string_view room) const { return to(room); }
    [[nodiscard]] BroadcastOperator except(std::string_view room) const;
    [[nodiscard]] BroadcastOperator except(const Socket& socket) const;
    [[nodiscard]] BroadcastOperator local() const;
    [[nodiscard]] BroadcastOperator as_volatile() const;
    template <class... Values>
    void emit(std::string_view event, Values&&... values) const {
        root().emit(event, std::forward<Values>(values)...);
    }

    // ---- Beside Socket.IO; only before run() ---------------------------------------------------
    /// Requests for this path and method; "*" stands for every method, and GET answers HEAD too. A segment
    /// of the path may hold one `{name}`, which stands for one or more bytes: "/rows/{key}.csv". What is
    /// literal wins over what is not, from left to right. Throws std::invalid_argument for a path that is
    /// no pattern. See docs/http.md.
    Server& on_http(std::string_view method, std::string_view path, HttpHandler handler);
    /// The same for requests whose body is read in pieces, without a bound on all of them.
    Server& on_http_stream(std::string_view method, std::string_view path,
                           HttpStreamHandler handler);
    /// Requests that nothing else claims; without it they get a 404.
    Server& on_http(HttpHandler fallback);
    Server& add_endpoint(EngineEndpoint endpoint);
    Server& add_endpoint(WebSocketEndpoint endpoint);

    // ---- Life ----------------------------------------------------------------------------------
    /// Binds every address. Throws boost::system::system_error, naming address and port. run() calls it
    /// when nobody did.
    void listen();
    /// The port that is bound at Options::address; Options::port before listen().
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// All that is bound, Options::address first; empty before listen().
    [[nodiscard]] std::vector<ListenAddress> addresses() const;
    /// Serves until stop() or, when it has the signals, SIGINT or SIGTERM. The calling thread is shard 0.
    void run(bool handle_signals = true);
    /// Any thread, and any time after run() began. Sockets leave with `server shutting down`.
    void stop();

    // ---- Shards --------------------------------------------------------------------------------
    [[nodiscard]] unsigned shards() const noexcept;
    /// The shard whose thread calls, or shards() on a thread that is none.
    [[nodiscard]] unsigned current_shard() const noexcept;
    /// Runs on that shard, after what this thread posted there or emitted before. Any thread.
    void post(unsigned shard, std::function<void()> work);
    /// For an application's own Asio objects; they belong to that shard.
    [[nodiscard]] boost::asio::io_context& context(unsigned shard = 0) noexcept;
    /// Engine.IO sessions of the process. Any thread.
    [[nodiscard]] std::size_t clients_count() const noexcept;
    /// What has happened to messages since the start, as of the last turns. Any thread.
    [[nodiscard]] Counters counters() const noexcept;
    [[nodiscard]] const Options& options() const noexcept;

private:
    [[nodiscard]] Namespace& root() const noexcept;

    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace socketio
