#pragma once
// An event as the bytes that clients read: in the one format that all of them read, or in each of several, made
// when a shard needs it first. Any thread; copies share what is encoded.

#include "engine/message.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/value.hpp"
#include "wire/packet_parser.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace socketio::hub {

/// An event that nobody has encoded yet. Implemented in shard/, since shards ask at the same time. Any thread.
class LazyContents {
public:
    virtual ~LazyContents() = default;
    /// The same content at every call; encoded by the first.
    [[nodiscard]] virtual const engine::ContentRef& of(wire::PacketFormat format) const = 0;
};

class EventContents {
public:
    /// For clients that all read its format.
    explicit EventContents(engine::ContentRef only) noexcept : only_(std::move(only)) {}
    explicit EventContents(std::shared_ptr<const LazyContents> lazy) noexcept
        : lazy_(std::move(lazy)) {}

    /// As long as this lives.
    [[nodiscard]] const engine::ContentRef& of(wire::PacketFormat format) const {
        return lazy_ ? lazy_->of(format) : only_;
    }

private:
    engine::ContentRef only_;
    std::shared_ptr<const LazyContents> lazy_;
};

[[nodiscard]] engine::ContentRef encode_event(wire::PacketFormat format, std::string_view nsp,
                                              std::string_view event, const Args& args,
                                              const EmitFlags& flags);

}  // namespace socketio::hub
