#include "engine/message.hpp"

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "wire/engine_payload.hpp"
#include "wire/websocket_frame.hpp"

#include <algorithm>

namespace socketio::engine {

namespace {

constexpr std::string_view v3_message_byte = "\x04";

/// Writes the frames of one message for one kind of client.
class FrameWriter {
public:
    FrameWriter(std::string& out, WebSocketFormat format) noexcept : out_(out), format_(format) {}

    void write(const MessageContent& content) {
        if (content.binary) {
            write_binary(content.data);
        } else {
            const char type = wire::to_digit(content.type);
            write_frame(wire::WebSocketOpcode::text, {&type, 1}, content.data);
        }
        for (const auto& attachment : content.attachments) write_binary(attachment.view());
    }

    /// At least one of the frames is compressed.
    [[nodiscard]] bool has_deflated() const noexcept { return has_deflated_; }

private:
    void write_binary(std::string_view bytes) {
        switch (format_.frames) {
            case FrameFormat::v4: return write_frame(wire::WebSocketOpcode::binary, {}, bytes);
            case FrameFormat::v3:
                return write_frame(wire::WebSocketOpcode::binary, v3_message_byte, bytes);
            case FrameFormat::v3_base64: {
                std::string text;
                base::append_base64(text, bytes);
                return write_frame(wire::WebSocketOpcode::text, "b4", text);
            }
        }
    }

    void write_frame(wire::WebSocketOpcode opcode, std::string_view head, std::string_view body) {
        const auto payload_bytes = head.size() + body.size();
        if (format_.deflater != nullptr && format_.deflater->suits(payload_bytes)) {
            const auto deflated = format_.deflater->deflate(head, body);
            if (!deflated.empty()) {
                has_deflated_ = true;
                wire::append_websocket_header(out_, opcode, deflated.size(),
                                              wire::WebSocketPayload::deflated);
                out_ += deflated;
                return;
            }
        }
        wire::append_websocket_header(out_, opcode, payload_bytes);
        out_ += head;
        out_ += body;
    }

    std::string& out_;
    WebSocketFormat format_;
    bool has_deflated_ = false;
};

std::string make_plain_frames(const MessageContent& content, std::size_t bytes,
                              FrameFormat format) {
    std::string frames;
    frames.reserve(bytes + content.packets() * (wire::websocket_header_bytes_max + 1));
    FrameWriter(frames, format).write(content);
    return frames;
}

/// Empty when compression makes nothing smaller.
std::string make_deflated_frames(const MessageContent& content, WebSocketFormat format) {
    std::string frames;
    FrameWriter writer(frames, format);
    writer.write(content);
    if (!writer.has_deflated()) return {};
    frames.shrink_to_fit();
    return frames;
}

void append_packet(std::string& body, wire::EnginePacketView packet, PayloadFormat format) {
    switch (format) {
        case PayloadFormat::v4: return wire::append_payload_v4(body, packet);
        case PayloadFormat::v3_text: return wire::append_payload_v3_text(body, packet);
        case PayloadFormat::v3_binary: return wire::append_payload_v3_binary(body, packet);
    }
}

}  // namespace

std::size_t MessageContent::bytes() const noexcept {
    auto sum = data.size() + 1;
    for (const auto& attachment : attachments) sum += attachment.size();
    return sum;
}

ContentRef make_content(wire::EncodedPacket packet, const EmitFlags& flags,
                        wire::EventOffset offset) {
    auto content = std::make_shared<MessageContent>();
    content->data = std::move(packet.data);
    content->binary = packet.binary;
    content->attachments = std::move(packet.attachments);
    content->compress = flags.compress;
    content->droppable = flags.droppable;
    content->conflate_key = flags.conflate_key;
    content->offset = offset;
    return content;
}

ContentRef make_content(wire::EnginePacketType type, std::string data, bool binary) {
    auto content = std::make_shared<MessageContent>();
    content->type = type;
    content->data = std::move(data);
    content->binary = binary;
    return content;
}

Message::Message(ContentRef content) : content_(std::move(content)), bytes_(content_->bytes()) {
    // Binary Engine.IO packets carry no type: they are messages.
    SOCKETIO_ASSERT(!content_->binary || content_->type == wire::EnginePacketType::message);
}

MessageRef Message::make(ContentRef content) {
    // The count is the message's own; this is the only place that makes one.
    return MessageRef(new Message(std::move(content)));
}

void MessageRef::destroy(Message* message) noexcept {
    delete message;
}

std::string_view Message::find_frames(WebSocketFormat format) {
    if (format.deflater == nullptr || !gains_by(*format.deflater)) {
        return plain_frames(format.frames);
    }
    if (!deflated_frames_) deflated_frames_ = std::make_unique<DeflatedFrames>();
    auto& frames = (*deflated_frames_)[static_cast<std::size_t>(format.frames)];
    if (!frames) frames = make_deflated_frames(*content_, format);
    return frames->empty() ? plain_frames(format.frames) : *frames;
}

std::string_view Message::plain_frames(FrameFormat format) {
    if (format != FrameFormat::v4 && !old_frames_) old_frames_ = std::make_unique<OldFrames>();
    auto& frames = format == FrameFormat::v4   ? websocket_v4_
                   : format == FrameFormat::v3 ? old_frames_->v3
                                               : old_frames_->v3_base64;
    if (frames.empty()) frames = make_plain_frames(*content_, bytes_, format);
    return frames;
}

/// Worth trying, that is. Heartbeats and the like are not.
bool Message::gains_by(const wire::Deflater& deflater) const noexcept {
    if (!content_->compress || content_->type != wire::EnginePacketType::message) return false;
    return deflater.suits(content_->data.size() + 1) ||
           std::any_of(content_->attachments.begin(), content_->attachments.end(),
                       [&](const Binary& attachment) { return deflater.suits(attachment.size()); });
}

void Message::append_payload(std::string& body, PayloadFormat format) const {
    append_packet(body, {content_->type, content_->binary, content_->data}, format);
    for (const auto& attachment : content_->attachments) {
        append_packet(body, {wire::EnginePacketType::message, true, attachment.view()}, format);
    }
}

}  // namespace socketio::engine
