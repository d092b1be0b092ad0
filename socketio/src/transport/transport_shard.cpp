#include "transport/transport_shard.hpp"

#include "transport/http_connection.hpp"
#include "transport/uring_writer.hpp"

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
      poll_bodies_(shard),
      exchanges_(shard.index()),
      read_buffer_(read_buffer_bytes),
      deflater_(shard.options().per_message_deflate.value_or(DeflateOptions{})) {
    services_.reserve(network.routes().engines.size());
    for (const auto& route : network.routes().engines) {
        services_.push_back(std::make_unique<EngineService>(*this, route));
    }
}

TransportShard::~TransportShard() {
    close_all();
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

void TransportShard::adopt(shard::UniqueFd fd) {
    auto& connection = *new Connection(*this, std::move(fd));
    connection.start(std::make_unique<HttpConnection>(connection));
}

void TransportShard::adopt_handed_over(shard::UniqueFd fd, std::string bytes, Tenure tenure) {
    auto& connection = *new Connection(*this, std::move(fd));
    auto http = std::make_unique<HttpConnection>(connection);
    if (tenure == Tenure::one_request) http->end_after_first_answer();
    connection.start(std::move(http), std::move(bytes));
}

void TransportShard::adopt_upgrade(shard::UniqueFd fd, std::string bytes, std::size_t endpoint,
                                   HttpRequest request) {
    auto& connection = *new Connection(*this, std::move(fd));
    auto http = std::make_unique<HttpConnection>(connection);
    auto& resumed = *http;
    connection.start(std::move(http));
    resumed.resume_upgrade(endpoint, std::move(request), std::move(bytes));
}

void TransportShard::enter(Connection& connection) {
    intrusive_ptr_add_ref(&connection);
    connections_.push_back(connection);
}

void TransportShard::leave(Connection& connection) {
    connections_.erase(connections_.iterator_to(connection));
    shard_.bury(std::make_unique<Grave>(connection));
    if (!connection.moved()) network_.shards().give_place_back(shard_.index());
}

void TransportShard::shut_down() {
    for (auto& service : services_) service->close_all();
    for (auto next = connections_.begin(); next != connections_.end();) {
        auto& connection = *next++;
        connection.shut_down();
    }
}

void TransportShard::close_all() {
    while (!connections_.empty()) connections_.front().close();
}

Network::Network(shard::ShardGroup& shards, const Routes& routes)
    : shards_(shards), routes_(routes) {
    parts_.reserve(shards.size());
    for (unsigned index = 0; index < shards.size(); ++index) {
        parts_.push_back(std::make_unique<TransportShard>(*this, shards[index]));
    }
}

Network::~Network() = default;

}  // namespace socketio::transport
