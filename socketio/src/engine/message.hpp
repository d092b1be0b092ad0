#pragma once
// What sessions send: encoded once per process, framed and compressed at most once per shard, referred to
// by every queue it stands in.
//
//   MessageContent   immutable, shared by shards (one atomic count per shard and message)
//   Message          one shard's handle on it, with that shard's frames; plain count
//   MessageRef       a reference on one shard

#include "socketio/broadcast.hpp"
#include "socketio/value.hpp"
#include "wire/engine_packet.hpp"
#include "wire/event_offset.hpp"
#include "wire/socket_packet.hpp"
#include "wire/websocket_deflate.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::engine {

/// An Engine.IO packet and the binary messages that must follow it without anything between. Any thread.
struct MessageContent {
    wire::EnginePacketType type = wire::EnginePacketType::message;
    /// `data` is binary: bare Engine.IO, and Socket.IO packets in MessagePack.
    bool binary = false;
    std::string data;
    std::vector<Binary> attachments;
    /// May be compressed.
    bool compress = true;
    /// May be taken out of a full queue.
    bool droppable = false;
    /// While it waits, a newer message with the same key takes its place. Empty: never.
    std::string conflate_key;
    /// Of an event that can be recovered: what its last argument says. Nothing reads it but hub/recovery.
    wire::EventOffset offset = wire::EventOffset::none;

    /// What it counts for in a send queue.
    [[nodiscard]] std::size_t bytes() const noexcept;
    [[nodiscard]] std::size_t packets() const noexcept { return 1 + attachments.size(); }
};

using ContentRef = std::shared_ptr<const MessageContent>;

[[nodiscard]] ContentRef make_content(wire::EncodedPacket packet, const EmitFlags& flags = {},
                                      wire::EventOffset offset = wire::EventOffset::none);
[[nodiscard]] ContentRef make_content(wire::EnginePacketType type, std::string data,
                                      bool binary = false);

/// How a long-polling body is written. Engine.IO v3 clients that take binary get the octet form as soon
/// as one packet of the body is binary.
enum class PayloadFormat : std::uint8_t { v4, v3_text, v3_binary };

/// How a message is written on a WebSocket. Engine.IO v3 clients that take no binary (b64=1) get
/// `b4<base64>` in text frames.
enum class FrameFormat : std::uint8_t { v4, v3, v3_base64 };

[[nodiscard]] constexpr FrameFormat frame_format(wire::EngineProtocol protocol,
                                                 bool base64_only) noexcept {
    if (protocol == wire::EngineProtocol::v4) return FrameFormat::v4;
    return base64_only ? FrameFormat::v3_base64 : FrameFormat::v3;
}

/// What a WebSocket client takes: the form of its protocol, and perhaps compression.
struct WebSocketFormat {
    /// Implicit: most clients of a test take nothing but a form.
    WebSocketFormat(FrameFormat frame_format, wire::Deflater* shard_deflater = nullptr) noexcept
        : frames(frame_format), deflater(shard_deflater) {}

    FrameFormat frames;
    /// The shard's, for a client that takes compressed messages.
    wire::Deflater* deflater;
};

class MessageRef;

/// Lives on one shard.
class Message {
public:
    static MessageRef make(ContentRef content);
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;

    [[nodiscard]] const MessageContent& content() const noexcept { return *content_; }
    [[nodiscard]] const ContentRef& shared_content() const noexcept { return content_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t packets() const noexcept { return content_->packets(); }
    [[nodiscard]] bool has_binary() const noexcept {
        return content_->binary || !content_->attachments.empty();
    }

    /// All its frames in a row, as a WebSocket client of that format gets them. Built at the first call,
    /// the same ever after: what is left of a frame is found again by its offset.
    [[nodiscard]] std::string_view websocket_bytes(WebSocketFormat format) {
        const bool usual = format.deflater == nullptr && format.frames == FrameFormat::v4;
        return usual && !websocket_v4_.empty() ? websocket_v4_ : find_frames(format);
    }
    /// Appends all its packets to a polling body.
    void append_payload(std::string& body, PayloadFormat format) const;

private:
    friend class MessageRef;
    explicit Message(ContentRef content);

    [[nodiscard]] std::string_view find_frames(WebSocketFormat format);
    [[nodiscard]] std::string_view plain_frames(FrameFormat format);
    [[nodiscard]] bool gains_by(const wire::Deflater& deflater) const noexcept;

    ContentRef content_;
    std::size_t bytes_;
    std::uint32_t references_ = 0;
    std::string websocket_v4_;
    /// The clients of old protocols are few: what only they need costs a message one pointer.
    struct OldFrames {
        std::string v3;
        std::string v3_base64;
    };
    std::unique_ptr<OldFrames> old_frames_;
    /// By FrameFormat: not tried, or the frames with all that compression makes smaller; empty when that is
    /// nothing.
    using DeflatedFrames = std::array<std::optional<std::string>, 3>;
    std::unique_ptr<DeflatedFrames> deflated_frames_;
};

class MessageRef {
public:
    MessageRef() noexcept = default;
    explicit MessageRef(Message* message) noexcept : message_(message) {
        if (message_ != nullptr) ++message_->references_;
    }
    MessageRef(const MessageRef& other) noexcept : MessageRef(other.message_) {}
    MessageRef(MessageRef&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
    MessageRef& operator=(MessageRef other) noexcept {
        std::swap(message_, other.message_);
        return *this;
    }
    ~MessageRef() {
        if (message_ != nullptr && --message_->references_ == 0) destroy(message_);
    }

    [[nodiscard]] Message* get() const noexcept { return message_; }
    Message* operator->() const noexcept { return message_; }
    Message& operator*() const noexcept { return *message_; }
    explicit operator bool() const noexcept { return message_ != nullptr; }

private:
    /// Out of line: counting, which every move of a queue does, stays small enough to be inlined.
    static void destroy(Message* message) noexcept;

    Message* message_ = nullptr;
};

}  // namespace socketio::engine
