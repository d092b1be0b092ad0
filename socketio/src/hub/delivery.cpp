#include "hub/delivery.hpp"

#include "wire/socket_packet.hpp"

#include <cstdint>
#include <iterator>
#include <limits>

namespace socketio::hub {

Delivery make_delivery(std::string nsp, Audience audience, EmitFlags flags, std::string_view event,
                       const Args& args) {
    auto packet = wire::encode_event(nsp, std::nullopt, event, args);
    auto content = engine::make_content(std::move(packet), flags);
    return {std::move(nsp), std::move(audience), std::move(flags), std::move(content)};
}

std::optional<IncomingEvent> decode_event(const engine::MessageContent& content) {
    // What this process made itself needs no bounds.
    constexpr auto unbounded = std::numeric_limits<std::uint32_t>::max();
    wire::PacketDecoder decoder;
    auto decoded = decoder.on_text(content.data, {unbounded, unbounded});
    for (const auto& attachment : content.attachments) {
        if (decoded) decoded = decoder.on_binary(attachment.view());
    }
    if (!decoded || !*decoded) return std::nullopt;
    auto* data = (**decoded).data.if_array();
    auto* name = data != nullptr && !data->empty() ? data->front().if_string() : nullptr;
    if (name == nullptr) return std::nullopt;
    return IncomingEvent{*name, Args(std::make_move_iterator(data->begin() + 1),
                                     std::make_move_iterator(data->end()))};
}

}  // namespace socketio::hub
