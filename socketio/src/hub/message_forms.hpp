#pragma once
// One message to many sockets of a shard, in the formats that they read: each is made when the first of its
// readers comes, so a format that nobody reads costs nothing. Lives on one shard, for one walk over sockets.

#include "engine/message.hpp"
#include "wire/packet_parser.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace socketio::hub {

/// `make` takes a format and gives an engine::MessageRef.
template <class Make>
class MessageForms {
public:
    explicit MessageForms(Make make) : make_(std::move(make)) {}

    [[nodiscard]] const engine::MessageRef& of(wire::PacketFormat format) {
        auto& form = forms_[static_cast<std::size_t>(format)];
        if (!form) form = make_(format);
        return form;
    }

private:
    Make make_;
    std::array<engine::MessageRef, wire::packet_formats> forms_;
};

}  // namespace socketio::hub
