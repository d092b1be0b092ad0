#pragma once
// What a server of one shard encodes when it is asked to, and how often it is asked: the hub asks once for each
// broadcast and format that somebody reads.

#include "hub/event_contents.hpp"
#include "socketio/options.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::test {

/// By format.
using Encodings = std::array<std::size_t, wire::packet_formats>;

class CountedContents final : public hub::LazyContents {
public:
    CountedContents(Encodings& encodings, std::string nsp, std::string event, Args args,
                    EmitFlags flags)
        : encodings_(encodings),
          nsp_(std::move(nsp)),
          event_(std::move(event)),
          args_(std::move(args)),
          flags_(std::move(flags)) {}

    [[nodiscard]] const engine::ContentRef& of(wire::PacketFormat format) const override {
        const auto index = static_cast<std::size_t>(format);
        ++encodings_[index];
        // The same ever after, as for every LazyContents.
        if (!contents_[index]) {
            contents_[index] = hub::encode_event(format, nsp_, event_, args_, flags_);
        }
        return contents_[index];
    }

private:
    Encodings& encodings_;
    const std::string nsp_;
    const std::string event_;
    const Args args_;
    const EmitFlags flags_;
    mutable std::array<engine::ContentRef, wire::packet_formats> contents_;
};

/// What a server with that parser makes of an event.
inline hub::EventContents encode_for(Parser parser, Encodings& encodings, std::string_view nsp,
                                     std::string_view event, const Args& args,
                                     const EmitFlags& flags) {
    if (parser == Parser::by_client) {
        return hub::EventContents(std::make_shared<const CountedContents>(
            encodings, std::string(nsp), std::string(event), args, flags));
    }
    const auto format =
        parser == Parser::msgpack ? wire::PacketFormat::msgpack : wire::PacketFormat::json;
    return hub::EventContents(hub::encode_event(format, nsp, event, args, flags));
}

}  // namespace socketio::test
