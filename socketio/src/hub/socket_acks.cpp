// SocketState's acks: what it asks its client, and the answers.
#include "hub/socket_state.hpp"
#include "socketio/error.hpp"

#include <memory>
#include <utility>

namespace socketio::hub {

void SocketState::send_with_ack(std::string_view event, const Args& args,
                                std::chrono::milliseconds timeout, AckHandler handler) {
    if (phase_ != Phase::pending && phase_ != Phase::connected) {
        return fail_ack_later(std::move(handler), errc::disconnected);
    }
    notify_outgoing(event, args);
    // A handler may have disconnected it.
    if (phase_ != Phase::pending && phase_ != Phase::connected) {
        return fail_ack_later(std::move(handler), errc::disconnected);
    }
    const auto id = nsp_.take_ack_id();
    expect_answer(id, timeout, std::move(handler));
    auto packet = parser().encode_event({nsp_.name(), id, event, args});
    transmit(engine::Message::make(engine::make_content(std::move(packet))), false);
}

void SocketState::expect_answer(std::uint64_t id, std::chrono::milliseconds timeout,
                                AckHandler handler) {
    if (!acks_) acks_ = std::make_unique<Acks>(*this);
    auto& table = acks_->table;
    if (table.size() >= hub().context().options.pending_acks_max) {
        if (auto oldest = table.take_oldest()) {
            fail_ack_later(*std::move(oldest), errc::ack_timeout);
        }
    }
    table.add(id, std::move(handler), timeout);
}

void SocketState::on_ack(wire::Packet packet) {
    if (!acks_ || !packet.id) return;
    const auto handler = acks_->table.take(*packet.id);
    if (!handler) return;
    static const Args no_args;
    const auto* args = packet.data.if_array();
    call_ack_handler(*handler, {}, args != nullptr ? *args : no_args);
}

void SocketState::call_ack_handler(const AckHandler& handler, boost::system::error_code ec,
                                   const Args& args) {
    guarded("ack", [&] { handler(ec, args); });
}

void SocketState::fail_ack_later(AckHandler handler, errc why) {
    // Not at once: a handler that emits again would call itself without end.
    hub().later([&hub = hub(), &nsp = nsp_, handler = std::move(handler), why] {
        (void)hub.guarded(nsp.name(), "ack", [&] { handler(why, {}); });
    });
}

void SocketState::fail_all_acks() {
    if (!acks_) return;
    while (auto handler = acks_->table.take_oldest())
        call_ack_handler(*handler, errc::disconnected, {});
}

}  // namespace socketio::hub
