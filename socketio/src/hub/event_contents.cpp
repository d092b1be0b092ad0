#include "hub/event_contents.hpp"

#include <optional>

namespace socketio::hub {

engine::ContentRef encode_event(wire::PacketFormat format, std::string_view nsp,
                                std::string_view event, const Args& args, const EmitFlags& flags) {
    return engine::make_content(
        wire::packet_parser(format).encode_event(nsp, std::nullopt, event, args), flags);
}

}  // namespace socketio::hub
