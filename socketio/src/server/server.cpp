#include "socketio/server.hpp"

#include "server/census.hpp"
#include "server/engine_endpoint_client.hpp"
#include "server/implementation.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace socketio {

Server::Server(Options options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}

Server::Server(boost::asio::io_context& context, Options options)
    : implementation_(std::make_unique<Implementation>(std::move(options), &context)) {}

Server::~Server() {
    implementation_->abandon();
}

Namespace& Server::root() const noexcept {
    return implementation_->root();
}

Namespace& Server::of(std::string_view name, const std::function<void(Namespace&)>& set_up) {
    return implementation_->of(name, set_up);
}

Namespace& Server::of_matching(NamespaceMatcher matches) {
    return implementation_->of_matching(std::move(matches));
}

Server& Server::on_new_namespace(NamespaceHandler handler) {
    implementation_->on_new_namespace(std::move(handler));
    return *this;
}

Server& Server::on_remote_broadcast(RemoteBroadcastFilter filter) {
    implementation_->on_remote_broadcast(std::move(filter));
    return *this;
}

Server& Server::on_cluster_state(ClusterStateHandler handler) {
    implementation_->add_cluster_state_handler(std::move(handler));
    return *this;
}

void Server::close_namespace(std::string_view name) {
    implementation_->close_namespace(name);
}

Server& Server::use(Middleware middleware) {
    root().use(std::move(middleware));
    return *this;
}

Server& Server::on_connection(ConnectionHandler handler) {
    root().on_connection(std::move(handler));
    return *this;
}

BroadcastOperator Server::to(std::string_view room) const {
    return root().to(room);
}

BroadcastOperator Server::to(const std::vector<std::string>& rooms) const {
    return root().to(rooms);
}

BroadcastOperator Server::except(const std::vector<std::string>& rooms) const {
    return root().except(rooms);
}

BroadcastOperator Server::compress(bool on) const {
    return root().compress(on);
}

BroadcastOperator Server::droppable() const {
    return root().droppable();
}

BroadcastOperator Server::everyone() const {
    return root().everyone();
}

BroadcastOperator Server::except(std::string_view room) const {
    return root().except(room);
}

BroadcastOperator Server::except(const Socket& socket) const {
    return root().except(socket);
}

BroadcastOperator Server::local() const {
    return root().local();
}

BroadcastOperator Server::as_volatile() const {
    return root().as_volatile();
}

Server& Server::on_server_side(std::string_view event, ServerSideHandler handler) {
    root().on_server_side(event, std::move(handler));
    return *this;
}

void Server::server_side_emit_with_ack(std::string_view event, Args args,
                                       std::chrono::milliseconds timeout,
                                       ServerSideAnswersHandler handler) const {
    root().server_side_emit_with_ack(event, std::move(args), timeout, std::move(handler));
}

Awaitable<ServerSideAnswers> Server::server_side_emit_with_ack(
    std::string_view event, Args args, std::chrono::milliseconds timeout) const {
    return root().server_side_emit_with_ack(event, std::move(args), timeout);
}

Server& Server::on_http(std::string_view method, std::string_view path, HttpHandler handler) {
    implementation_->routes().http.add(method, path, {.handler = std::move(handler)});
    return *this;
}

Server& Server::on_http_stream(std::string_view method, std::string_view path,
                               HttpStreamHandler handler) {
    implementation_->routes().http.add(method, path, {.stream = std::move(handler)});
    return *this;
}

Server& Server::on_http(HttpHandler fallback) {
    implementation_->routes().fallback = std::move(fallback);
    return *this;
}

Server& Server::add_endpoint(EngineEndpoint endpoint) {
    if (!endpoint.path.starts_with('/')) {
        throw std::invalid_argument("an endpoint's path begins with '/', not \"" + endpoint.path +
                                    '"');
    }
    auto& routes = implementation_->routes();
    transport::EngineRoute route;
    route.path = endpoint.path;
    route.make_owner = make_endpoint_owner(std::move(endpoint));
    routes.engines.push_back(std::move(route));
    return *this;
}

Server& Server::add_endpoint(WebSocketEndpoint endpoint) {
    implementation_->routes().websockets.push_back(std::move(endpoint));
    return *this;
}

void Server::listen() {
    implementation_->listen();
}

std::string Server::reload_certificates() {
    return implementation_->reload_certificates();
}

std::uint16_t Server::port() const noexcept {
    return implementation_->port();
}

std::vector<ListenAddress> Server::addresses() const {
    return implementation_->addresses();
}

void Server::run(bool handle_signals) {
    implementation_->run(handle_signals);
}

void Server::start() {
    implementation_->start();
}

Server& Server::on_stopped(std::function<void()> handler) {
    implementation_->on_stopped(std::move(handler));
    return *this;
}

Adoption Server::adopt(int native_handle, std::string read_already, Tenure tenure) {
    return implementation_->hand_over().take(shard::UniqueFd(native_handle),
                                             std::move(read_already), tenure);
}

void Server::stop() {
    implementation_->drain({});
}

void Server::drain(std::chrono::milliseconds window) {
    implementation_->drain(std::max(window, std::chrono::milliseconds::zero()));
}

unsigned Server::shards() const noexcept {
    return implementation_->shards().size();
}

unsigned Server::current_shard() const noexcept {
    auto& shards = implementation_->shards();
    const auto* current = shards.current();
    return current != nullptr ? current->index() : shards.size();
}

void Server::post(unsigned shard, std::function<void()> work) {
    if (shard >= shards()) throw std::out_of_range("there is no shard " + std::to_string(shard));
    implementation_->shards().post(shard, std::move(work));
}

void Server::spawn(unsigned shard, Task task) {
    if (shard >= shards()) throw std::out_of_range("there is no shard " + std::to_string(shard));
    auto& shards = implementation_->shards();
    shards.post(shard, [&hub = shards[shard].hub(), task = std::move(task)]() mutable {
        hub.spawn("/", std::move(task));
    });
}

boost::asio::io_context& Server::context(unsigned shard) noexcept {
    return implementation_->shards()[shard].context();
}

std::size_t Server::clients_count() const noexcept {
    return implementation_->shards().sessions();
}

Counters Server::counters() const noexcept {
    Counters sum;
    auto& shards = implementation_->shards();
    for (unsigned index = 0; index < shards.size(); ++index) {
        shards[index].published_counters().add_to(sum);
    }
    sum.connections = shards.connections();
    return sum;
}

void Server::take_census(std::function<void(const Census&)> done) {
    socketio::take_census(implementation_->shards(), std::move(done));
}

void Server::take_cluster_status(std::function<void(const ClusterStatus&)> done) {
    implementation_->take_cluster_status(std::move(done));
}

const Options& Server::options() const noexcept {
    return implementation_->options();
}

}  // namespace socketio
