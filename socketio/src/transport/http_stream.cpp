// The handles of bodies in pieces: what they say travels to the connection's shard.
#include "socketio/http_stream.hpp"

#include "transport/guarded.hpp"
#include "transport/http_connection.hpp"
#include "transport/http_reply_port.hpp"
#include "transport/transport_shard.hpp"

#include <utility>

namespace socketio {

std::string_view to_string(HttpEnd end) noexcept {
    switch (end) {
        case HttpEnd::finished: return "finished";
        case HttpEnd::peer_gone: return "peer gone";
        case HttpEnd::timeout: return "timeout";
        case HttpEnd::malformed: return "malformed";
        case HttpEnd::abandoned: return "abandoned";
        case HttpEnd::shutdown: return "server shutting down";
    }
    return "unknown";
}

void HttpBodyControl::pause() const {
    if (port_) port_->pause();
}

void HttpBodyControl::resume() const {
    if (port_) port_->resume();
}

void HttpBodyControl::allow_silence(std::chrono::milliseconds silence_max) const {
    if (port_) port_->allow_silence(silence_max);
}

bool HttpStream::write(std::string bytes) const {
    return port_ && port_->write(std::move(bytes));
}

void HttpStream::finish() const {
    if (port_) port_->finish();
}

std::size_t HttpStream::queued_bytes() const noexcept {
    return port_ ? port_->meter().bytes() : 0;
}

bool HttpStream::is_open() const noexcept {
    return port_ && port_->meter().open();
}

void HttpStream::on_drain(std::function<void()> handler) const {
    if (port_) port_->on_drain(std::move(handler));
}

void HttpStream::on_close(std::function<void(HttpEnd)> handler) const {
    if (port_) port_->on_close(std::move(handler));
}

}  // namespace socketio

namespace socketio::transport {

namespace {

/// Runs on the shard of an exchange, with the connection that waits or, when `streaming`, writes: at once
/// there, by letter from elsewhere. Nothing happens when it is gone.
template <class Work>
void on_connection(Network& network, ExchangeId id, bool streaming, Work work) {
    const auto shard = ExchangeTable::shard_of(id);
    network.shards().on_shard(
        shard, [&network, shard, id, streaming, work = std::move(work)]() mutable {
            auto& exchanges = network[shard].exchanges();
            auto* connection = streaming ? exchanges.streaming(id) : exchanges.waiting(id);
            if (connection != nullptr) work(*connection);
        });
}

}  // namespace

void HttpBodyPort::pause() {
    on_connection(network_, id_, false,
                  [](HttpConnection& connection) { connection.pause_body(); });
}

void HttpBodyPort::resume() {
    on_connection(network_, id_, false,
                  [](HttpConnection& connection) { connection.resume_body(); });
}

void HttpBodyPort::allow_silence(std::chrono::milliseconds silence_max) {
    on_connection(network_, id_, false, [silence_max](HttpConnection& connection) {
        connection.allow_silence(silence_max);
    });
}

HttpStreamPort::~HttpStreamPort() {
    if (!link_->meter.close()) return;
    on_connection(network_, id_, true, [](HttpConnection& connection) {
        connection.break_off_stream(HttpEnd::abandoned);
    });
}

bool HttpStreamPort::write(std::string bytes) {
    // In chunks, an empty one would be the end.
    if (bytes.empty()) return meter().open();
    if (!link_->meter.add(bytes.size() + stream_piece_cost)) return false;
    on_connection(network_, id_, true,
                  [bytes = std::move(bytes)](HttpConnection& connection) mutable {
                      connection.write_stream(std::move(bytes));
                  });
    return true;
}

void HttpStreamPort::finish() {
    if (!link_->meter.close()) return;
    on_connection(network_, id_, true,
                  [](HttpConnection& connection) { connection.finish_stream(); });
}

void HttpStreamPort::on_drain(std::function<void()> handler) {
    // By letter even on the shard: no handler runs inside the call that registers it.
    const auto shard = ExchangeTable::shard_of(id_);
    network_.shards().post(
        shard, [&network = network_, shard, id = id_, handler = std::move(handler)]() mutable {
            auto* connection = network[shard].exchanges().streaming(id);
            if (connection != nullptr) connection->on_stream_drain(std::move(handler));
        });
}

void HttpStreamPort::on_close(std::function<void(HttpEnd)> handler) {
    const auto shard = ExchangeTable::shard_of(id_);
    network_.shards().post(shard, [&network = network_, shard, id = id_, link = link_,
                                   handler = std::move(handler)]() mutable {
        auto* connection = network[shard].exchanges().streaming(id);
        if (connection != nullptr) {
            connection->on_stream_close(std::move(handler));
        } else {
            guarded(network[shard].log(), "http handler failed", {}, [&] { handler(link->end); });
        }
    });
}

HttpStream begin_stream(Network& network, ExchangeId id, HttpResponse head, bool first) {
    auto link = std::make_shared<StreamLink>(network.shards()[0].options().http_stream_bytes_max);
    HttpStream stream(std::make_shared<HttpStreamPort>(network, id, link));
    auto body = std::make_unique<StreamedAnswer>(std::move(link));
    // One that is not the first ends here, with its body.
    if (!first) return stream;
    std::string first_piece(head.body.view());
    head.body = {};
    const auto shard = ExchangeTable::shard_of(id);
    network.shards().on_shard(
        shard, [&network, shard, id, head = std::move(head), body = std::move(body)]() mutable {
            network[shard].exchanges().stream(id, head, std::move(body));
        });
    stream.write(std::move(first_piece));
    return stream;
}

}  // namespace socketio::transport
