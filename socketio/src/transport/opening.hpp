#pragma once
// What comes before the first byte of a connection's protocol: a PROXY header, then a TLS handshake. Steps of
// handshakes are the dearest work of a shard, so they wait in a queue: TlsHandshakes. Lives on one shard.

#include "shard/shard.hpp"

#include <string>

namespace socketio::transport {

class Connection;

class Opening final : public shard::Mortal {
public:
    /// `header_due`: a PROXY header comes first.
    Opening(Connection& connection, bool header_due)
        : connection_(connection), header_due_(header_due) {}

    /// The socket has something, or its end; or the room that the handshake waits for.
    void on_ready();
    /// The handshake's turn has come.
    void step();
    /// It takes too long.
    void on_deadline();

private:
    [[nodiscard]] bool read_header();
    void refuse_header(const std::string& why);
    void fail_handshake(const std::string& why);

    Connection& connection_;
    bool header_due_;
    bool step_due_ = false;  ///< In the queue.
};

}  // namespace socketio::transport
