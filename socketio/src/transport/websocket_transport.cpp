#include "transport/websocket_transport.hpp"

#include "engine/session.hpp"
#include "transport/transport_shard.hpp"

#include <algorithm>
#include <utility>

namespace socketio::transport {

WebSocketTransport::WebSocketTransport(Connection& connection, engine::Session& session,
                                       bool base64_only)
    : WebSocketChannel(connection),
      session_(&session),
      protocol_(session.protocol()),
      frames_(engine::frame_format(protocol_, base64_only)) {}

WebSocketTransport::~WebSocketTransport() = default;

// ---- Reading -----------------------------------------------------------------------------------------

void WebSocketTransport::on_message(std::string_view payload, bool binary) {
    if (std::exchange(parting_, false)) start_closing(wire::websocket_close::no_status, {});
    if (session_ == nullptr) return;
    if (!binary && protocol_ == wire::EngineProtocol::v3 && wire::is_engine_base64(payload)) {
        const auto decoded = wire::decode_engine_base64(payload, protocol_);
        if (!decoded) return session_->on_malformed(*this);
        return session_->on_packet(*this, decoded->view());
    }
    const auto packet =
        binary ? wire::decode_engine_binary(payload, protocol_) : wire::decode_engine_text(payload);
    if (packet) {
        session_->on_packet(*this, *packet);
    } else {
        session_->on_malformed(*this);
    }
}

void WebSocketTransport::on_closed(std::uint16_t, bool by_fault) {
    if (auto* session = std::exchange(session_, nullptr)) {
        session->on_transport_lost(*this, by_fault ? DisconnectReason::transport_error
                                                   : DisconnectReason::transport_close);
    }
}

void WebSocketTransport::on_shutdown() {
    // The session is told by its service; this is for what is left after it, and has no goodbye of its own.
    if (session_ == nullptr && !goodbye_due_ && !is_closing()) {
        start_closing(wire::websocket_close::going_away, {});
    }
}

// ---- From the session --------------------------------------------------------------------------------

void WebSocketTransport::wake() {
    carries_ = true;
    connection().want_write();
}

void WebSocketTransport::take_over() {
    behind_ = true;
    wake();
}

void WebSocketTransport::prefetch() const noexcept {
    __builtin_prefetch(&connection());
    if (session_ != nullptr) session_->prefetch();
}

void WebSocketTransport::flush() {
    carries_ = true;
    connection().write_now();
}

bool WebSocketTransport::writable() const noexcept {
    return !connection().blocked();
}

void WebSocketTransport::send_past_queue(wire::EnginePacketView packet) {
    std::string text(1, wire::to_digit(packet.type));
    text += packet.data;
    wire::append_websocket_frame(output(), wire::WebSocketOpcode::text, text);
    connection().want_write();
}

void WebSocketTransport::end(Ending ending) {
    auto* session = std::exchange(session_, nullptr);
    if (session == nullptr) return;
    if (ending == Ending::now) {
        // Whoever cannot or must not take what is queued cannot take a goodbye behind it either, but for
        // a peer that has read everything.
        if (!connection().blocked() && session->queue().front_offset() == 0) {
            start_closing(wire::websocket_close::no_status, {});
        } else {
            connection().close();
        }
        return;
    }
    if (session->queue().empty() || !carries_) {
        start_closing(wire::websocket_close::no_status, {});
        return;
    }
    rest_ = std::make_unique<engine::SendQueue>(std::move(session->queue()));
    goodbye_due_ = true;
    connection().set_deadline(connection().home().options().close_timeout);
    connection().want_write();
}

void WebSocketTransport::retire() {
    if (std::exchange(session_, nullptr) != nullptr) {
        start_closing(wire::websocket_close::no_status, {});
    }
}

void WebSocketTransport::part() {
    if (std::exchange(session_, nullptr) == nullptr) return;
    parting_ = true;
    connection().set_deadline(connection().home().options().upgrade_timeout);
}

// ---- Writing -----------------------------------------------------------------------------------------

engine::SendQueue* WebSocketTransport::queue() const noexcept {
    if (rest_) return rest_.get();
    return session_ != nullptr && carries_ ? &session_->queue() : nullptr;
}

bool WebSocketTransport::has_output() const noexcept {
    const auto* messages = queue();
    return WebSocketChannel::has_output() || (messages != nullptr && !messages->empty());
}

void WebSocketTransport::gather(std::vector<iovec>& buffers) {
    const auto first = buffers.size();
    const auto add = [&](std::string_view bytes) {
        buffers.push_back({const_cast<char*>(bytes.data()), bytes.size()});
        gathered_bytes_ += bytes.size();
    };
    gathered_front_ = 0;
    gathered_places_ = 0;
    gathered_bytes_ = unsent_output();
    auto* messages = queue();
    if (messages == nullptr || messages->empty()) return gather_output(buffers);

    const auto form = format();
    auto pending = messages->messages();
    if (messages->front_offset() > 0) {
        const auto front = pending.front()->websocket_bytes(form).substr(messages->front_offset());
        gathered_front_ = front.size();
        add(front);
        ++gathered_places_;
        pending = pending.subspan(1);
    }
    gather_output(buffers);
    for (const auto& message : pending) {
        if (buffers.size() - first == buffers_per_write_max) break;
        if (message) add(message->websocket_bytes(form));
        ++gathered_places_;
    }
}

bool WebSocketTransport::on_written(std::size_t bytes) {
    auto* messages = queue();
    if (bytes == gathered_bytes_) {
        (void)output_written(unsent_output());
        if (gathered_places_ > 0) messages->consume_whole(gathered_places_);
        close_when_sent();
        return behind_ || has_output();
    }
    const auto of_front = std::min(bytes, gathered_front_);
    gathered_front_ -= of_front;
    if (of_front > 0) messages->consume_websocket(of_front, format());
    const auto of_queue = output_written(bytes - of_front);
    if (of_queue > 0) messages->consume_websocket(of_queue, format());
    close_when_sent();
    return behind_ || has_output();
}

void WebSocketTransport::after_write() {
    if (session_ == nullptr) return;
    if (connection().blocked()) {
        behind_ = true;
    } else if (behind_ && session_->queue().empty()) {
        behind_ = false;
        session_->on_drained();
    }
}

void WebSocketTransport::close_when_sent() {
    if (!goodbye_due_ || !rest_->empty()) return;
    goodbye_due_ = false;
    rest_.reset();
    start_closing(wire::websocket_close::no_status, {});
}

}  // namespace socketio::transport
