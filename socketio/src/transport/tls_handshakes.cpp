#include "transport/tls_handshakes.hpp"

#include "transport/connection.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace socketio::transport {

TlsHandshakes::TlsHandshakes(shard::Shard& shard) : shard_(shard) {}

TlsHandshakes::~TlsHandshakes() = default;

void TlsHandshakes::add(Connection& connection) {
    due_.emplace_back(&connection);
    shard_.schedule(*this);
}

void TlsHandshakes::at_turn_end() {
    if (due_.empty() || posted_) return;
    posted_ = true;
    // Runs in the next turn: what was written in this one leaves first.
    boost::asio::post(shard_.context(), shard_.handler([this] { work(); }));
}

void TlsHandshakes::work() {
    posted_ = false;
    for (int steps = 0; steps < steps_per_turn_max && !due_.empty(); ++steps) {
        const auto guard = shard_.begin_work("a TLS handshake");
        const auto connection = std::move(due_.front());
        due_.pop_front();
        ++steps_;
        connection->step_opening();
    }
    if (!due_.empty()) shard_.schedule(*this);
}

}  // namespace socketio::transport
