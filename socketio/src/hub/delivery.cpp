#include "hub/delivery.hpp"

#include "wire/cluster_offset.hpp"
#include "wire/packet_parser.hpp"

#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

namespace socketio::hub {

Delivery make_delivery(const NamespacePort& port, std::string nsp, Audience audience,
                       EmitFlags flags, std::string_view event, const Args& args,
                       wire::EventOffset offset) {
    auto contents = port.encode({nsp, event, args, flags, offset});
    return {std::move(nsp), std::move(audience), std::move(flags), std::move(contents)};
}

Delivery make_adapter_delivery(const NamespacePort& port, std::string nsp, Audience audience,
                               EmitFlags flags, std::string_view event, const Args& args,
                               std::string_view offset) {
    std::optional<wire::ClusterOffset> known;
    if (!flags.is_volatile) known = wire::parse_cluster_offset(offset);
    const auto mark = known ? wire::EventOffset::of_adapter : wire::EventOffset::none;
    auto contents = port.encode({nsp, event, args, flags, mark, offset});
    return {std::move(nsp), std::move(audience), std::move(flags), std::move(contents), false,
            known};
}

std::optional<IncomingEvent> decode_event(const engine::MessageContent& content) {
    // What this process made itself needs no bounds.
    constexpr auto unbounded = std::numeric_limits<std::uint32_t>::max();
    constexpr wire::PacketLimits no_limits{unbounded, unbounded, unbounded};
    const auto format = content.binary ? wire::PacketFormat::msgpack : wire::PacketFormat::json;
    wire::PacketDecoder begun;
    auto decoded =
        wire::packet_parser(format).decode(content.data, content.binary, begun, no_limits);
    for (const auto& attachment : content.attachments) {
        if (decoded) decoded = begun.on_binary(attachment.view());
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
