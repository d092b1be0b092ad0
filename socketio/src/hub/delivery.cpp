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

Delivery make_recoverable_delivery(std::string nsp, Audience audience, EmitFlags flags,
                                   std::string_view event, Args& args, wire::EventOffset offset,
                                   bool for_eio3) {
    auto content = make_recoverable_content(nsp, flags, event, args, offset);
    engine::ContentRef without_offset;
    if (for_eio3) {
        without_offset =
            engine::make_content(wire::encode_event(nsp, std::nullopt, event, args), flags);
    }
    return {std::move(nsp), std::move(audience),      std::move(flags), std::move(content),
            false,          std::move(without_offset)};
}

engine::ContentRef make_recoverable_content(std::string_view nsp, const EmitFlags& flags,
                                            std::string_view event, Args& args,
                                            wire::EventOffset offset) {
    // An argument as any other: whatever the encoding is, it is written as the others are.
    args.emplace_back(wire::to_text(offset));
    auto packet = wire::encode_event(nsp, std::nullopt, event, args);
    args.pop_back();
    return engine::make_content(std::move(packet), flags, offset);
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
    // Clients read it; the application that looks on has not sent it.
    if (content.offset != wire::EventOffset::none) data->pop_back();
    return IncomingEvent{*name, Args(std::make_move_iterator(data->begin() + 1),
                                     std::make_move_iterator(data->end()))};
}

}  // namespace socketio::hub
