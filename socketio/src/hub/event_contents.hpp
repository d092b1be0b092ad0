#pragma once
// An event as the bytes that clients read: in the one form that all of them read, or in each of several, made
// when a shard needs it first. Any thread; copies share what is encoded.
//
//   form       is for
//   json       clients that read JSON               with_offset: those that may come back, when the event can
//   msgpack    clients that read MessagePack        be sent again (Options::connection_state_recovery)

#include "engine/message.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/options.hpp"
#include "socketio/value.hpp"
#include "wire/engine_packet.hpp"
#include "wire/event_offset.hpp"
#include "wire/packet_parser.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::hub {

/// In what the bytes of one event differ from client to client.
struct ContentForm {
    wire::PacketFormat format = wire::PacketFormat::json;
    /// The event's offset is its last argument.
    bool with_offset = false;

    [[nodiscard]] constexpr std::size_t index() const noexcept {
        return static_cast<std::size_t>(format) * 2 + (with_offset ? 1U : 0U);
    }
    friend constexpr bool operator==(ContentForm, ContentForm) noexcept = default;
};
inline constexpr std::size_t content_forms = 2 * wire::packet_formats;

/// An event as the application emits it.
struct PlainEvent {
    std::string_view nsp;
    std::string_view name;
    const Args& args;
    const EmitFlags& flags;
    /// None when it is never sent again.
    wire::EventOffset offset = wire::EventOffset::none;
    /// The text of one that is of_adapter.
    std::string_view adapter_offset = {};
};

/// An event that nobody has encoded yet. Implemented in shard/, since shards ask at the same time. Any thread.
class LazyContents {
public:
    virtual ~LazyContents() = default;
    /// The same content at every call; encoded by the first.
    [[nodiscard]] virtual const engine::ContentRef& of(ContentForm form) const = 0;
    /// Of its values, and of the forms that have been made so far.
    [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;
};

class EventContents {
public:
    /// For clients that all read its form.
    explicit EventContents(engine::ContentRef only) noexcept
        : only_(std::move(only)), offset_(only_->offset) {}
    EventContents(std::shared_ptr<const LazyContents> lazy, wire::EventOffset offset) noexcept
        : lazy_(std::move(lazy)), offset_(offset) {}

    /// As long as this lives. Of one that has no offset, no form with an offset.
    [[nodiscard]] const engine::ContentRef& of(ContentForm form) const {
        return lazy_ ? lazy_->of(form) : only_;
    }
    /// What everybody reads; null when that is not the same for all.
    [[nodiscard]] const engine::ContentRef& only() const noexcept { return only_; }
    /// None when it is never sent again.
    [[nodiscard]] wire::EventOffset offset() const noexcept { return offset_; }
    /// What a client of that format and protocol reads: one of EIO3 could do nothing with an offset.
    [[nodiscard]] ContentForm form_for(wire::PacketFormat format,
                                       wire::EngineProtocol protocol) const noexcept {
        return {format, offset_ != wire::EventOffset::none && protocol == wire::EngineProtocol::v4};
    }
    /// All that it keeps at the moment; other shards may make more of it.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return lazy_ ? lazy_->bytes() : only_->bytes();
    }

private:
    engine::ContentRef only_;
    std::shared_ptr<const LazyContents> lazy_;
    wire::EventOffset offset_;
};

[[nodiscard]] engine::ContentRef encode_event(ContentForm form, const PlainEvent& event);

/// That clients read who have no choice, or have not chosen yet.
[[nodiscard]] constexpr wire::PacketFormat usual_format(Parser parser) noexcept {
    return parser == Parser::msgpack ? wire::PacketFormat::msgpack : wire::PacketFormat::json;
}
/// The one that all clients of a server read of such an event; nothing when they may read several.
[[nodiscard]] std::optional<ContentForm> only_form(const Options& options,
                                                   wire::EventOffset offset) noexcept;

/// Roughly the memory that these take.
[[nodiscard]] std::size_t bytes_of(const Args& args);
[[nodiscard]] std::size_t bytes_of(const Value& value);
[[nodiscard]] std::size_t bytes_of(const std::vector<std::string>& texts) noexcept;

}  // namespace socketio::hub
