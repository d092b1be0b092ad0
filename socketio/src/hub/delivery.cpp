#include "hub/delivery.hpp"

#include "wire/socket_packet.hpp"

namespace socketio::hub {

Delivery make_delivery(std::string nsp, Audience audience, EmitFlags flags, std::string_view event,
                       const Args& args) {
    auto packet = wire::encode_event(nsp, std::nullopt, event, args);
    auto content = engine::make_content(std::move(packet), flags);
    return {std::move(nsp), std::move(audience), std::move(flags), std::move(content)};
}

}  // namespace socketio::hub
