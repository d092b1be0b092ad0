#include "transport/write_turn.hpp"

#include "transport/connection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace socketio::transport {

namespace {
// Few enough that what was read of a connection to gather its output is still in the cache when the result is
// noted, though the kernel reads some kilobytes for each in between; many enough that a system call for all
// of them costs each next to nothing.
constexpr std::size_t connections_per_batch = 32;

/// Thousands of connections are not in the cache: each step on the way to one's output would be waited for.
void prefetch_ahead(std::span<Connection* const> connections, std::size_t i) noexcept {
    constexpr std::size_t to_output = 3;
    constexpr std::size_t to_protocol = 6;
    constexpr std::size_t to_connection = 9;
    if (i + to_connection < connections.size()) __builtin_prefetch(connections[i + to_connection]);
    if (i + to_protocol < connections.size()) connections[i + to_protocol]->prefetch_protocol();
    if (i + to_output < connections.size()) connections[i + to_output]->prefetch_output();
}

}  // namespace

WriteTurn::WriteTurn(shard::Shard& shard, std::unique_ptr<FanoutWriter> writer)
    : shard_(shard), writer_(std::move(writer)) {}

WriteTurn::~WriteTurn() = default;

void WriteTurn::add(Connection& connection) {
    waiting_[static_cast<std::size_t>(connection.secured())].push_back(&connection);
    shard_.schedule(*this);
}

void WriteTurn::write_now(Connection& connection) {
    Connection* one[] = {&connection};
    connection.secured() ? write_secured(one) : write(one);
    shard_.schedule(*this);
}

void WriteTurn::at_turn_end() {
    // Writing makes room, and room may bring more to write: whatever is added goes out in a next round.
    auto& [plain, secured] = waiting_;
    while (!plain.empty() || !secured.empty() || !written_.empty()) {
        take(plain);
        write(batch_);
        if (!secured.empty()) {
            take(secured);
            write_secured(batch_);
        }
        batch_.clear();
        std::swap(batch_, written_);
        for (auto* connection : batch_) connection->after_write();
    }
    // What is no HTTP is told once a turn: a broadcast's writes are spared the count.
    auto& counters = shard_.counters();
    counters.websocket_bytes_written = counters.bytes_written - counters.http_bytes_written;
}

void WriteTurn::take(std::vector<Connection*>& waiting) {
    batch_.clear();
    std::swap(batch_, waiting);
    for (auto* connection : batch_) connection->leave_write_list();
}

void WriteTurn::write(std::span<Connection* const> connections) {
    while (!connections.empty()) {
        const auto count = std::min(connections.size(), connections_per_batch);
        gather(connections, count);
        writer_->write(requests_, buffers_);
        settle();
        connections = connections.subspan(count);
    }
}

void WriteTurn::gather(std::span<Connection* const> connections, std::size_t count) {
    targets_.clear();
    requests_.clear();
    buffers_.clear();
    for (std::size_t i = 0; i < count; ++i) {
        prefetch_ahead(connections, i);
        auto& connection = *connections[i];
        const auto first = buffers_.size();
        connection.gather(buffers_);
        if (buffers_.size() == first) continue;
        targets_.push_back(&connection);
        requests_.push_back({connection.fd(), first, buffers_.size() - first, 0});
    }
}

void WriteTurn::settle() {
    auto& counters = shard_.counters();
    counters.writes += requests_.size();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        std::size_t wanted = 0;
        for (std::size_t b = 0; b < requests_[i].buffer_count; ++b) {
            wanted += buffers_[requests_[i].first_buffer + b].iov_len;
        }
        const auto result = requests_[i].result;
        if (result > 0) counters.bytes_written += static_cast<std::uint64_t>(result);
        if (result >= 0 && static_cast<std::size_t>(result) < wanted) ++counters.partial_writes;
        if (targets_[i]->settle(result, wanted)) written_.push_back(targets_[i]);
    }
}

// ---- TLS -----------------------------------------------------------------------------------------------

void WriteTurn::write_secured(std::span<Connection* const> connections) {
    record_.resize(TlsStream::record_bytes_max);
    auto& counters = shard_.counters();
    for (auto* connection : connections) {
        const auto done = connection->write_secured(buffers_, record_);
        if (!done) continue;
        ++counters.writes;
        if (done->bytes > 0) counters.bytes_written += static_cast<std::uint64_t>(done->bytes);
        if (done->partial) ++counters.partial_writes;
        if (done->after_write_due) written_.push_back(connection);
    }
}

}  // namespace socketio::transport
