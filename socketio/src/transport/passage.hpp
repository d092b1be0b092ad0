#pragma once
// What stands between a connection's socket and what is spoken on it: TLS, and the client that a proxy named.
// Few connections have one. Moves between shards with its descriptor; lives on one shard at a time.

#include "shard/address_table.hpp"
#include "shard/unique_fd.hpp"
#include "transport/opening.hpp"
#include "transport/tls_stream.hpp"
#include "wire/client_address.hpp"

#include <memory>
#include <optional>

namespace socketio::transport {

struct Passage {
    /// Null without TLS.
    std::unique_ptr<TlsStream> tls;
    /// As a PROXY header says it: not the socket's peer.
    std::optional<wire::ClientAddress> client = std::nullopt;
    /// Until anything may be spoken.
    std::unique_ptr<Opening> opening = nullptr;
};

/// A connection on its way to a shard: from the listener, or from another one.
struct ReleasedSocket {
    shard::UniqueFd fd;
    std::unique_ptr<Passage> passage = nullptr;
    /// Its place among those of its address, where they are counted.
    shard::AddressPlace of_address = {};
};

}  // namespace socketio::transport
