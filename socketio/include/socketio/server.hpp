#pragma once
// A Socket.IO server: shards (threads) that each serve their own connections on one port. Or one shard on an
// event loop of the application's, and connections that the application accepted: docs/library.md.

#include "socketio/adoption.hpp"
#include "socketio/cluster_status.hpp"
#include "socketio/counters.hpp"
#include "socketio/endpoint.hpp"
#include "socketio/http.hpp"
#include "socketio/namespace.hpp"
#include "socketio/options.hpp"
#include "socketio/server_side.hpp"
#include "socketio/task.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
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
    /// On an io_context of the application's instead of threads of its own: see start(). The io_context outlives
    /// the server, and exactly one thread runs it; all handlers run there, and so may whatever is called on a
    /// Socket, an Ack or a Next. Options::shards must be 1.
    explicit Server(boost::asio::io_context& context, Options options = {});
    /// Of one on the application's io_context also while it serves, on its thread, outside of the server's own
    /// handlers, or when nobody runs it: its sockets leave at once (`server shutting down`), in handlers that
    /// are called in here.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // ---- Namespaces ----------------------------------------------------------------------------
    /// The namespace of that name. One that is new is made and handed to `set_up`, which adds its handlers;
    /// then clients may connect to it. While the server runs, only on shard 0 (post(0, ...)); elsewhere it
    /// throws std::logic_error, but for namespaces that were there before run(). It then appears on each shard
    /// after what was emitted to that shard before, and what this thread emits to it later arrives later.
    /// One that was closed is opened again, with the handlers that it had.
    Namespace& of(std::string_view name, const std::function<void(Namespace&)>& set_up);
    Namespace& of(std::string_view name) { return of(name, {}); }
    /// The parent of namespaces that are made when a client asks for one that is not there: the first parent
    /// that matches decides, and its child has the middlewares and handlers of the returned namespace. Emits,
    /// sockets_join(), sockets_leave() and disconnect_sockets() of the parent reach all its children that are
    /// open; questions and fetch_sockets() reach nobody. Names of more than 256 bytes match nothing, and
    /// Options::child_namespaces_max bounds how many are made. A child that was closed is opened again for who
    /// asks. Only before run().
    Namespace& of_matching(NamespaceMatcher matches);
    /// Told of each namespace that is made, after its setup, before clients may connect to it: on shard 0, or
    /// on the calling thread before run(). Only before run().
    Server& on_new_namespace(NamespaceHandler handler);
    /// Lets nobody in any more (`Invalid namespace`); its sockets leave with `server namespace disconnect`.
    /// References to it stay valid; of() opens it again. Does nothing when it is closed or unknown. Only on
    /// shard 0 while the server runs: throws std::logic_error elsewhere, and std::invalid_argument for the
    /// root, which stays.
    void close_namespace(std::string_view name);
    /// Asked on shard 0 for each broadcast that another process sent to a namespace that is not open here. It
    /// may open it; when it then says true, the broadcast goes on to that namespace's own filters. Only
    /// before run(). An adapter hears of such namespaces only when this is set: it then gets all that the
    /// processes send each other.
    Server& on_remote_broadcast(RemoteBroadcastFilter filter);
    /// Told on shard 0 when the other servers can be reached, and when not any more: this server's own clients
    /// are served all the same. First when that is known. Only before run().
    Server& on_cluster_state(ClusterStateHandler handler);

    // ---- The root namespace --------------------------------------------------------------------
    Server& use(Middleware middleware);
    Server& on_connection(ConnectionHandler handler);
    [[nodiscard]] BroadcastOperator to(std::string_view room) const;
    [[nodiscard]] BroadcastOperator to(const std::vector<std::string>& rooms) const;
    [[nodiscard]] BroadcastOperator in(std::string_view room) const { return to(room); }
    [[nodiscard]] BroadcastOperator in(const std::vector<std::string>& rooms) const {
        return to(rooms);
    }
    [[nodiscard]] BroadcastOperator except(std::string_view room) const;
    [[nodiscard]] BroadcastOperator except(const std::vector<std::string>& rooms) const;
    [[nodiscard]] BroadcastOperator except(const Socket& socket) const;
    [[nodiscard]] BroadcastOperator local() const;
    [[nodiscard]] BroadcastOperator as_volatile() const;
    [[nodiscard]] BroadcastOperator compress(bool on) const;
    [[nodiscard]] BroadcastOperator droppable() const;
    /// Everyone in the root namespace, for what only the operator does: acks, flags.
    [[nodiscard]] BroadcastOperator everyone() const;
    /// Each as BroadcastOperator's, for all sockets of the root namespace.
    void fetch_sockets(FetchHandler handler) const { everyone().fetch_sockets(std::move(handler)); }
    [[nodiscard]] Awaitable<FetchedSockets> fetch_sockets() const {
        return everyone().fetch_sockets();
    }
    void sockets_join(const std::vector<std::string>& rooms) const {
        everyone().sockets_join(rooms);
    }
    void sockets_leave(const std::vector<std::string>& rooms) const {
        everyone().sockets_leave(rooms);
    }
    void disconnect_sockets(bool close_connection = false) const {
        everyone().disconnect_sockets(close_connection);
    }
    template <class... Values>
    void emit(std::string_view event, Values&&... values) const {
        root().emit(event, std::forward<Values>(values)...);
    }

    template <class... Values>
    void emit_message(Values&&... values) const {
        emit("message", std::forward<Values>(values)...);
    }

    /// As those of the root namespace: see Namespace.
    Server& on_server_side(std::string_view event, ServerSideHandler handler);
    template <class... Values>
    void server_side_emit(std::string_view event, Values&&... values) const {
        root().server_side_emit(event, std::forward<Values>(values)...);
    }
    void server_side_emit_with_ack(std::string_view event, Args args,
                                   std::chrono::milliseconds timeout,
                                   ServerSideAnswersHandler handler) const;
    [[nodiscard]] Awaitable<ServerSideAnswers> server_side_emit_with_ack(
        std::string_view event, Args args,
        std::chrono::milliseconds timeout = std::chrono::seconds(5)) const;

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
    /// Reads certificates and binds every address. Throws boost::system::system_error, naming address and port
    /// or path, and std::runtime_error, naming a certificate's or key's file. run() calls it when nobody did.
    void listen();
    /// Reads the files of every TlsOptions again, on the calling thread: so not on a shard's. Connections that
    /// come afterwards get the new certificates; those that are there go on. Returns an empty text, or which
    /// file cannot be used and why: then everything stays as it was. Any other thread, and any time after run()
    /// began.
    [[nodiscard]] std::string reload_certificates();
    /// The port that is bound at Options::address; Options::port before listen(), 0 for a unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// All that is bound, Options::address first; empty before listen().
    [[nodiscard]] std::vector<ListenAddress> addresses() const;
    /// Serves until stop(), the end of drain() or, when it has the signals, SIGINT or SIGTERM, which drain over
    /// Options::drain_window. The calling thread is shard 0. Throws as listen(), and what Adapter::start() throws:
    /// then all shards have stopped.
    void run(bool handle_signals = true);
    /// Instead of run(), of a server on the application's io_context: begins to serve, and returns. On the
    /// thread that runs the io_context, or before it runs. From now on something of the server waits in it,
    /// until it has stopped. Signals are the application's. Throws as listen(), and std::logic_error for a
    /// server with threads of its own.
    void start();
    /// Called on the io_context, once, when the server has stopped: nothing of it waits there any more. It may
    /// destroy the server. It stops by itself when Adapter::start() throws, which the log tells. Before start();
    /// throws std::logic_error as start() does.
    Server& on_stopped(std::function<void()> handler);
    /// Takes over a connection that the application accepted, with what it has read of it: the beginning of a
    /// request, or nothing. The descriptor is the server's from here on, also when it is not taken: then it is
    /// closed. Connections that come before run() or start() wait for it. Options::connects_per_second_max
    /// does not count them. TLS cannot be handed over. Any thread.
    [[nodiscard]] Adoption adopt(int native_handle, std::string read_already = {},
                                 Tenure tenure = Tenure::for_good);
    /// The same of an Asio socket.
    template <class AsioSocket>
        requires(!std::is_lvalue_reference_v<AsioSocket> &&
                 requires(AsioSocket& socket, boost::system::error_code& ec) {
                     socket.release(ec);
                 })
    [[nodiscard]] Adoption adopt(AsioSocket&& socket, std::string read_already = {},
                                 Tenure tenure = Tenure::for_good) {
        boost::system::error_code ec;
        const int native_handle = socket.release(ec);
        return adopt(ec ? -1 : native_handle, std::move(read_already), tenure);
    }
    /// Any thread, and any time after run() or start() began. Sockets leave with `server shutting down`.
    void stop();
    /// The same, over that time: from now on no session is opened; those that are there leave evenly over the
    /// window, so that they do not all come back to another process at once, and everything else goes on. The
    /// port closes when no polling client is left. Once it drains only stop() changes that: who is still there
    /// leaves at once then.
    void drain(std::chrono::milliseconds window);

    // ---- Shards --------------------------------------------------------------------------------
    [[nodiscard]] unsigned shards() const noexcept;
    /// The shard whose thread calls, or shards() on a thread that is none.
    [[nodiscard]] unsigned current_shard() const noexcept;
    /// Runs on that shard, after what this thread posted there or emitted before. Any thread.
    void post(unsigned shard, std::function<void()> work);
    /// Starts the task there. Any thread.
    void spawn(unsigned shard, Task task);
    /// For an application's own Asio objects; they belong to that shard. The application's own io_context when
    /// the server is on one.
    [[nodiscard]] boost::asio::io_context& context(unsigned shard = 0) noexcept;
    /// Engine.IO sessions of the process. Any thread.
    [[nodiscard]] std::size_t clients_count() const noexcept;
    /// What has happened since the start and what there is, as of the last turns. Any thread.
    [[nodiscard]] Counters counters() const noexcept;
    /// Asks every shard, and calls `done` on shard 0 with the sum. A shard walks its clients for it, which
    /// takes some microseconds for a hundred of them. Any thread; of a server that stops, nothing comes.
    void take_census(std::function<void(const Census&)> done);
    /// Calls `done` on shard 0 with how the connection to other servers is, as Options::adapter sees it; an empty
    /// one without an adapter, and before that has started. Any thread; of a server that stops, nothing comes.
    void take_cluster_status(std::function<void(const ClusterStatus&)> done);
    [[nodiscard]] const Options& options() const noexcept;

private:
    [[nodiscard]] Namespace& root() const noexcept;

    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace socketio
