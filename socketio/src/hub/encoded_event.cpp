// The promise of socketio/encoded_event.hpp: encoding once, and sending only where it belongs.

#include "socketio/encoded_event.hpp"

#include "hub/event_contents.hpp"
#include "hub/namespace_port.hpp"
#include "hub/socket_state.hpp"
#include "socketio/namespace.hpp"
#include "socketio/socket.hpp"
#include "wire/socket_packet.hpp"

#include <stdexcept>

namespace socketio {

namespace {

void require_same(const Namespace& nsp, const EncodedEvent& event) {
    // A packet names its namespace: it cannot be another's.
    if (&nsp == &event.nsp()) return;
    throw std::invalid_argument("an event that was encoded for \"" + event.nsp().name() +
                                "\" cannot be sent in \"" + nsp.name() + '"');
}

}  // namespace

std::size_t EncodedEvent::bytes() const {
    return contents_->of({wire::PacketFormat::json, false})->bytes();
}

EncodedEvent Namespace::encode(std::string_view event, const Args& args,
                               const EmitFlags& flags) const {
    if (wire::is_reserved_event(event)) {
        throw std::invalid_argument('"' + std::string(event) + "\" is a reserved event name");
    }
    auto contents =
        std::make_shared<const hub::EventContents>(port_.encode({name(), event, args, flags}));
    return {*this, std::move(contents), flags.is_volatile};
}

EmitOutcome Socket::send(const EncodedEvent& event) {
    require_same(nsp(), event);
    return state_.send(event);
}

void BroadcastOperator::emit(const EncodedEvent& event) const {
    require_same(*nsp_, event);
    hub::Delivery delivery{nsp_->name(), audience_, flags_, event.contents()};
    delivery.flags.is_volatile = flags_.is_volatile || event.is_volatile();
    delivery.is_sent_again = true;
    nsp_->port().deliver_everywhere(std::move(delivery));
}

}  // namespace socketio
