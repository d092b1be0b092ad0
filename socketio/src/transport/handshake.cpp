#include "transport/handshake.hpp"

#include <chrono>
#include <memory>

namespace socketio::transport {

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
