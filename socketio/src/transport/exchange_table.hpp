#pragma once
// Requests that wait for their answer: whoever answers holds a number, not a pointer, since the connection
// may be gone by then. Lives on one shard.

#include "socketio/http.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace socketio::shard {
class ShardGroup;
}

namespace socketio::transport {

class HttpConnection;
class Network;
class StreamedAnswer;

/// Unique in the process: the shard in the upper bits.
using ExchangeId = std::uint64_t;

class ExchangeTable {
public:
    explicit ExchangeTable(unsigned shard) noexcept
        : next_(static_cast<ExchangeId>(shard) << shard_shift | 1) {}

    [[nodiscard]] static unsigned shard_of(ExchangeId id) noexcept {
        return static_cast<unsigned>(id >> shard_shift);
    }

    [[nodiscard]] ExchangeId open(HttpConnection& connection);
    void close(ExchangeId id) noexcept {
        waiting_.erase(id);
        if (!streaming_.empty()) streaming_.erase(id);
    }
    /// Nothing happens when the connection is gone or has its answer.
    void answer(ExchangeId id, HttpResponse response);
    /// The same for an answer that is written in pieces.
    void stream(ExchangeId id, const HttpResponse& head, std::unique_ptr<StreamedAnswer> body);
    /// Null when the connection is gone or its answer has begun.
    [[nodiscard]] HttpConnection* waiting(ExchangeId id) const noexcept;
    /// The one whose answer is being written in pieces, or null.
    [[nodiscard]] HttpConnection* streaming(ExchangeId id) const noexcept;

private:
    static constexpr unsigned shard_shift = 48;

    ExchangeId next_;
    std::unordered_map<ExchangeId, HttpConnection*> waiting_;
    std::unordered_map<ExchangeId, HttpConnection*> streaming_;
};

/// Any thread: the answer is given on the shard where the connection is.
void answer_exchange(Network& network, ExchangeId id, HttpResponse response);
/// The same as a handle that makes sure of an answer. At most one for each exchange.
[[nodiscard]] HttpReply make_reply(Network& network, ExchangeId id);

}  // namespace socketio::transport
