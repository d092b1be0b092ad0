#include "transport/handshake.hpp"

#include "transport/transport_shard.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace socketio::transport {

void tell_client(HttpRequest& request, Connection& connection) {
    auto client = wire::client_address({connection.address(), connection.secure()}, request.headers,
                                       connection.home().network().trusted_proxies());
    request.address = std::move(client.address);
    request.secure = client.secure;
}

Handshake make_handshake(const HttpRequest& request) {
    Handshake handshake;
    handshake.request =
        std::make_shared<const OpeningRequest>(OpeningRequest{request.target, request.headers});
    handshake.query = request.query;
    handshake.address = request.address;
    handshake.issued = std::chrono::system_clock::now();
    handshake.secure = request.secure;
    handshake.cross_domain = request.headers.find("origin").has_value();
    return handshake;
}

}  // namespace socketio::transport
