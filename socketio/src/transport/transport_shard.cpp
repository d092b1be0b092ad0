#include "transport/transport_shard.hpp"

#include "transport/http_connection.hpp"
#include "transport/peer_address.hpp"
#include "transport/tls_context.hpp"
#include "transport/uring_writer.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace socketio::transport {

namespace {

// Large enough that a POST of the usual size is read at once.
constexpr std::size_t read_buffer_bytes = 64 * 1024;

std::unique_ptr<FanoutWriter> make_writer(const shard::Shard& shard) {
    if (shard.options().writer == Writer::uring) return std::make_unique<UringWriter>(shard.log());
    return std::make_unique<SendWriter>();
}

/// Keeps a closed connection until the turn's end, since its own call may be on the stack.
struct Grave final : shard::Mortal {
    explicit Grave(Connection& connection) : dead(&connection, false) {}
    ConnectionRef dead;  ///< Takes over the reference that the list held.
};

}  // namespace

TransportShard::TransportShard(Network& network, shard::Shard& shard)
    : network_(network),
      shard_(shard),
      readiness_(shard),
      writes_(shard, make_writer(shard)),
      handshakes_(shard),
      poll_bodies_(shard, deflater_),
      exchanges_(shard.index()),
      address_gate_(shard, network.shards().addresses(), network.trusted_proxies()),
      admissions_(*this),
      read_buffer_(read_buffer_bytes),
      deflater_(shard.options().per_message_deflate.value_or(DeflateOptions{})) {
    services_.reserve(network.routes().engines.size());
    for (const auto& route : network.routes().engines) {
        services_.push_back(std::make_unique<EngineService>(*this, route));
    }
}

TransportShard::~TransportShard() {
    close_all();
    shard_.destroy_buried();
}

std::string_view TransportShard::date() {
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(
        shard_.deadlines().now().time_since_epoch());
    if (second.count() == date_second_) return date_;
    date_second_ = second.count();
    const auto now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[64];
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    return date_;
}

void TransportShard::adopt(ReleasedSocket socket, std::size_t entrance) {
    const auto& [tls, proxy_header] = entrances_[entrance];
    if (!tls && !proxy_header) return open(make_connection(std::move(socket)));
    socket.passage = std::make_unique<Passage>();
    auto& way = *socket.passage;
    if (tls) way.tls = std::make_unique<TlsStream>(*tls, socket.fd.get());
    auto& connection = make_connection(std::move(socket));
    way.opening = std::make_unique<Opening>(connection, proxy_header);
    connection.begin_opening();
}

Connection& TransportShard::make_connection(ReleasedSocket socket) {
    auto& connection = *new Connection(*this, std::move(socket.fd), std::move(socket.passage));
    (void)keep_place(connection, std::move(socket.of_address));
    return connection;
}

void TransportShard::open(Connection& connection) {
    connection.start(std::make_unique<HttpConnection>(connection));
}

void TransportShard::adopt_handed_over(shard::UniqueFd fd, std::string bytes, Tenure tenure) {
    auto of_address = address_gate_.admit(peer_address(fd.get()));
    if (!of_address) return network_.shards().give_place_back(shard_.index());
    auto& connection = make_connection({.fd = std::move(fd), .of_address = *std::move(of_address)});
    auto http = std::make_unique<HttpConnection>(connection);
    if (tenure == Tenure::one_request) http->end_after_first_answer();
    connection.start(std::move(http), std::move(bytes));
}

void TransportShard::adopt_upgrade(ReleasedSocket socket, std::string bytes, std::size_t endpoint,
                                   HttpRequest request) {
    auto& connection = make_connection(std::move(socket));
    auto http = std::make_unique<HttpConnection>(connection);
    auto& resumed = *http;
    connection.start(std::move(http));
    resumed.resume_upgrade(endpoint, std::move(request), std::move(bytes));
}

bool TransportShard::keep_place(const Connection& connection,
                                std::optional<shard::AddressPlace> place) {
    const bool is_admitted = place.has_value();
    if (is_admitted && *place) address_places_.emplace(&connection, *std::move(place));
    return is_admitted;
}

shard::AddressPlace TransportShard::take_address_place(const Connection& connection) {
    auto found = address_places_.extract(&connection);
    return found ? std::move(found.mapped()) : shard::AddressPlace();
}

void TransportShard::enter(Connection& connection) {
    intrusive_ptr_add_ref(&connection);
    connections_.push_back(connection);
}

void TransportShard::leave(Connection& connection) {
    connections_.erase(connections_.iterator_to(connection));
    shard_.bury(std::make_unique<Grave>(connection));
    if (!address_places_.empty()) address_places_.erase(&connection);
    if (!connection.moved()) network_.shards().give_place_back(shard_.index());
}

void TransportShard::begin_drain() {
    draining_ = true;
    admissions_.refuse_all();
}

std::vector<SessionName> TransportShard::sessions() const {
    std::vector<SessionName> all;
    for (std::size_t endpoint = 0; endpoint < services_.size(); ++endpoint) {
        for (auto& sid : services_[endpoint]->sids()) all.push_back({endpoint, std::move(sid)});
    }
    return all;
}

void TransportShard::shut_down(const SessionName& session) {
    services_[session.endpoint]->shut_down(session.sid);
}

bool TransportShard::has_polling_clients() noexcept {
    return shard_.counters().polling_sessions > 0 ||
           std::any_of(services_.begin(), services_.end(),
                       [](const auto& service) { return service->has_last_words(); });
}

void TransportShard::close_openings() {
    for (auto next = connections_.begin(); next != connections_.end();) {
        auto& connection = *next++;
        if (connection.opening()) connection.close();
    }
}

void TransportShard::shut_down() {
    for (auto next = connections_.begin(); next != connections_.end();) {
        auto& connection = *next++;
        connection.shut_down();
    }
}

void TransportShard::close_all() {
    while (!connections_.empty()) connections_.front().close();
}

Network::Network(shard::ShardGroup& shards, const Routes& routes)
    : shards_(shards), routes_(routes), trusted_proxies_(shards[0].options().trusted_proxies) {
    parts_.reserve(shards.size());
    for (unsigned index = 0; index < shards.size(); ++index) {
        parts_.push_back(std::make_unique<TransportShard>(*this, shards[index]));
    }
}

Network::~Network() = default;

}  // namespace socketio::transport
