#include "transport/websocket_channel.hpp"

#include "transport/transport_shard.hpp"
#include "transport/websocket_handshake.hpp"

#include <algorithm>
#include <utility>

namespace socketio::transport {

namespace {
// Pongs that a peer asks for and does not read: beyond this it is up to no good.
constexpr std::size_t unsent_control_bytes_max = 64 * 1024;
}  // namespace

WebSocketChannel::WebSocketChannel(Connection& connection)
    : connection_(connection), reader_(connection.home().options().message_bytes_max) {}

void WebSocketChannel::accept(const HttpRequest& request, FieldList headers) {
    auto& home = connection_.home();
    if (const auto deflate = deflate_answer(request, home.options()); !deflate.empty()) {
        deflates_ = true;
        headers.add("Sec-WebSocket-Extensions", std::string(deflate));
    }
    output() = accept_head(request, headers, home.date());
    connection_.want_write();
}

wire::Deflater* WebSocketChannel::deflater() noexcept {
    return deflates_ ? &connection_.home().deflater() : nullptr;
}

wire::Inflater* WebSocketChannel::inflater() noexcept {
    return deflates_ ? &connection_.home().inflater() : nullptr;
}

void WebSocketChannel::on_bytes(std::span<char> bytes) {
    reader_.feed(bytes, *this);
}

void WebSocketChannel::on_websocket_message(std::string_view payload, bool binary) {
    if (!closing_) on_message(payload, binary);
}

void WebSocketChannel::on_websocket_ping(std::string_view payload) {
    if (closing_) return;
    if (unsent_output() > unsent_control_bytes_max) {
        report_closed(wire::websocket_close::policy_violation, true);
        connection_.close();
        return;
    }
    wire::append_websocket_frame(output(), wire::WebSocketOpcode::pong, payload);
    connection_.want_write();
}

void WebSocketChannel::on_websocket_pong(std::string_view) {}

void WebSocketChannel::on_websocket_close(std::uint16_t code, std::string_view) {
    if (!closing_) {
        closing_ = true;
        wire::append_websocket_close(output(), code, {});
    }
    report_closed(code, false);
    connection_.finish();
}

void WebSocketChannel::on_websocket_fault(std::uint16_t close_code, std::string_view what) {
    connection_.home().log().write(LogLevel::debug, "websocket fault", [&] {
        return base::LogFields{{"what", std::string(what)},
                               {"close_code", std::to_string(close_code)},
                               {"address", connection_.address()}};
    });
    if (!closing_) {
        closing_ = true;
        wire::append_websocket_close(output(), close_code, {});
    }
    report_closed(close_code, true);
    connection_.finish();
}

void WebSocketChannel::on_end(bool failed) {
    report_closed(wire::websocket_close::abnormal, failed);
    reader_.stop();
}

void WebSocketChannel::on_deadline() {
    connection_.close();
}

void WebSocketChannel::report_closed(std::uint16_t code, bool by_fault) {
    if (std::exchange(reported_, true)) return;
    on_closed(code, by_fault);
}

void WebSocketChannel::start_closing(std::uint16_t code, std::string_view reason) {
    if (std::exchange(closing_, true)) return;
    reported_ = true;
    wire::append_websocket_close(output(), code, reason);
    connection_.set_deadline(connection_.home().options().close_timeout);
    connection_.want_write();
}

std::string& WebSocketChannel::output() {
    if (!output_) output_ = std::make_unique<Output>();
    return output_->bytes;
}

bool WebSocketChannel::has_output() const noexcept {
    return output_ != nullptr;
}

void WebSocketChannel::gather(std::vector<iovec>& buffers) {
    gather_output(buffers);
}

void WebSocketChannel::gather_output(std::vector<iovec>& buffers) {
    if (output_) buffers.push_back({output_->bytes.data() + output_->sent, unsent_output()});
}

bool WebSocketChannel::on_written(std::size_t bytes) {
    (void)output_written(bytes);
    return has_output();
}

std::size_t WebSocketChannel::output_written(std::size_t bytes) {
    if (!output_) return bytes;
    const auto taken = std::min(bytes, unsent_output());
    output_->sent += taken;
    if (unsent_output() == 0) output_.reset();
    return bytes - taken;
}

}  // namespace socketio::transport
