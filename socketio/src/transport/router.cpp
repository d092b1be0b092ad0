#include "transport/router.hpp"

#include "transport/client_files.hpp"
#include "transport/cors.hpp"
#include "transport/guarded.hpp"
#include "transport/handshake.hpp"
#include "transport/http_connection.hpp"
#include "transport/request_parser.hpp"
#include "transport/transport_shard.hpp"
#include "transport/websocket_endpoint_connection.hpp"
#include "transport/websocket_handshake.hpp"
#include "wire/handshake_query.hpp"
#include "wire/session_id.hpp"

#include <string>
#include <utility>
#include <vector>

namespace socketio::transport {

namespace {

/// Where the session of that sid lives. A sid that is none belongs to the shard that read it, which will
/// say so.
unsigned owner_of(TransportShard& shard, std::string_view sid) {
    const auto here = shard.shard().index();
    return wire::shard_of(sid, shard.network().shards().size()).value_or(here);
}

/// The session hears of it when the peer of this exchange goes away.
void report_abort(HttpConnection& connection, unsigned owner, std::size_t endpoint,
                  const std::string& sid) {
    auto& network = connection.connection().home().network();
    connection.on_abort([&network, owner, endpoint, sid,
                         exchange = connection.exchange()](HttpConnection::Abort why) {
        network.shards().on_shard(owner, [&network, owner, endpoint, sid, exchange, why] {
            network[owner].service(endpoint).abort(sid, exchange, why);
        });
    });
}

void route_engine(HttpConnection& connection, std::size_t endpoint, HttpRequest request) {
    auto& home = connection.connection().home();
    auto& network = home.network();
    EngineRequest engine;
    engine.query = wire::read_engine_query(request.query);
    engine.http = std::move(request);
    engine.exchange = connection.exchange();
    engine.reply = connection.reply();

    const auto owner = owner_of(home, engine.query.sid);
    if (!engine.query.sid.empty()) report_abort(connection, owner, endpoint, engine.query.sid);
    network.shards().on_shard(owner,
                              [&network, owner, endpoint, engine = std::move(engine)]() mutable {
                                  network[owner].service(endpoint).handle(std::move(engine));
                              });
}

/// True when the request was answered.
bool serve_engine_sibling(HttpConnection& connection, const EngineRoute& route,
                          const HttpRequest& request) {
    const auto& options = connection.connection().home().options();
    if (options.cors) {
        if (request.method == "OPTIONS") {
            connection.answer(cors_preflight(*options.cors, request));
            return true;
        }
        for (auto& [name, value] : cors_headers(*options.cors, request)) {
            connection.add_answer_header(name, value);
        }
    }
    if (!route.serve_client || (request.method != "GET" && request.method != "HEAD")) return false;
    const std::string_view target = request.target;
    const auto name = target.substr(0, target.find('?')).substr(route.path.size());
    const auto* file = find_client_file(name);
    if (file == nullptr) return false;
    connection.answer(serve_file(request, *file));
    return true;
}

void route_websocket_endpoint(HttpConnection& connection, const WebSocketEndpoint& endpoint,
                              const HttpRequest& request) {
    auto& home = connection.connection().home();
    const auto& options = home.options();
    if (home.draining()) {
        return refuse_connection(connection, HttpResponse::text(503, "server shutting down\n"));
    }
    if (!is_admitted_origin(options, request)) {
        return refuse_connection(connection, HttpResponse::text(403, "Forbidden"));
    }
    if (auto fault = check_websocket_request(request, options)) {
        return refuse_connection(connection, std::move(*fault));
    }
    auto& socket = connection.connection();
    if (!home.keep_place(socket, home.address_gate().admit(request, socket))) {
        return refuse_connection(connection, AddressGate::refusal());
    }
    auto rest = connection.take_over();
    auto owned = std::make_unique<WebSocketEndpointConnection>(socket, endpoint);
    auto& channel = *owned;
    channel.accept(request);
    socket.replace_protocol(std::move(owned));
    channel.open(make_handshake(request));
    if (!rest.empty() && socket.is_open()) channel.on_bytes(rest);
}

std::string_view raw_path(std::string_view target) noexcept {
    return target.substr(0, target.find('?'));
}

void set_parameters(HttpRequest& request, const HttpRoute& route,
                    const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        request.parameters.add(route.names[i], values[i]);
    }
}

void call(HttpConnection& connection, const HttpHandler& handler, const HttpRequest& request) {
    const auto reply = connection.reply();
    if (!guarded(connection.connection().home().log(), "http handler failed", request.path,
                 [&] { handler(request, reply); })) {
        reply.send(HttpResponse::text(500, "internal error\n"));
    }
}

void route_application(HttpConnection& connection, HttpRequest request) {
    const auto& routes = connection.connection().home().network().routes();
    const auto match = routes.http.find(raw_path(request.target));
    if (match.methods == nullptr) {
        if (routes.fallback) return call(connection, routes.fallback, request);
        return connection.answer(HttpResponse::text(404, "not found\n"));
    }
    const auto* route = route_for(*match.methods, request.method);
    if (route == nullptr) {
        auto response = HttpResponse::text(405, "method not allowed\n");
        response.headers.add("Allow", allowed_methods(*match.methods));
        return connection.answer(std::move(response));
    }
    set_parameters(request, *route, match.values);
    if (route->stream) return connection.start_upload(route->stream, request);
    call(connection, route->handler, request);
}

}  // namespace

std::size_t body_bytes_max(TransportShard& shard, std::string_view target) {
    const auto& options = shard.options();
    return shard.network().routes().engine_for(target) ? options.message_bytes_max
                                                       : options.http_body_bytes_max;
}

void announce_body(HttpConnection& connection, const RequestParser& parser) {
    auto& home = connection.connection().home();
    auto& network = home.network();
    const auto endpoint = network.routes().engine_for(parser.target());
    if (!endpoint || parser.method() != "POST") return;
    const auto head = parser.copy_head();
    const auto query = wire::read_engine_query(head.query);
    if (query.sid.empty()) return;
    const auto owner = owner_of(home, query.sid);
    const auto exchange = connection.exchange();
    report_abort(connection, owner, *endpoint, query.sid);
    network.shards().on_shard(owner,
                              [&network, owner, endpoint = *endpoint, sid = query.sid, exchange] {
                                  network[owner].service(endpoint).announce_post(sid, exchange);
                              });
}

bool route_upload(HttpConnection& connection, const RequestParser& parser) {
    auto& home = connection.connection().home();
    const auto& routes = home.network().routes();
    if (!routes.http.has_streams() || routes.engine_for(parser.target())) return false;
    const auto match = routes.http.find(raw_path(parser.target()));
    const auto* route =
        match.methods == nullptr ? nullptr : route_for(*match.methods, parser.method());
    if (route == nullptr || !route->stream) return false;
    auto request = parser.copy_head();
    if (is_websocket_upgrade(request)) {
        if (routes.websocket_for(request.path) != nullptr) return false;
        // A client that wants another protocol does not go on in this one.
        connection.end_after_answer();
    }
    tell_client(request, connection.connection());
    set_parameters(request, *route, match.values);
    connection.start_upload(route->stream, request);
    return true;
}

void route(HttpConnection& connection, HttpRequest request) {
    const auto& routes = connection.connection().home().network().routes();
    const auto endpoint = routes.engine_for(request.target);
    const bool upgrade = is_websocket_upgrade(request);
    if (endpoint) {
        if (upgrade) return route_upgrade(connection, *endpoint, std::move(request));
        if (serve_engine_sibling(connection, routes.engines[*endpoint], request)) return;
        return route_engine(connection, *endpoint, std::move(request));
    }
    if (upgrade) {
        if (const auto* websocket = routes.websocket_for(request.path)) {
            return route_websocket_endpoint(connection, *websocket, request);
        }
        // A client that wants another protocol does not go on in this one.
        connection.end_after_answer();
    }
    route_application(connection, std::move(request));
}

void route_upgrade(HttpConnection& connection, std::size_t endpoint, HttpRequest request) {
    auto& home = connection.connection().home();
    auto& network = home.network();
    const auto query = wire::read_engine_query(request.query);
    const auto owner = owner_of(home, query.sid);
    if (owner == home.shard().index()) {
        home.service(endpoint).upgrade(connection, std::move(request));
        return;
    }
    auto rest = connection.take_over();
    network.shards().move_place(home.shard().index(), owner);
    network.shards().post(owner,
                          [&network, owner, endpoint, socket = connection.connection().release(),
                           rest = std::move(rest), request = std::move(request)]() mutable {
                              network[owner].adopt_upgrade(std::move(socket), std::move(rest),
                                                           endpoint, std::move(request));
                          });
}

}  // namespace socketio::transport
