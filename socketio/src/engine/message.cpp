#include "engine/message.hpp"

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "wire/engine_payload.hpp"
#include "wire/websocket_frame.hpp"

namespace socketio::engine {

namespace {

constexpr char v3_message_byte = 4;

void append_binary_frame(std::string& out, std::string_view bytes, FrameFormat format) {
    switch (format) {
        case FrameFormat::v4:
            wire::append_websocket_frame(out, wire::WebSocketOpcode::binary, bytes);
            return;
        case FrameFormat::v3:
            wire::append_websocket_header(out, wire::WebSocketOpcode::binary, bytes.size() + 1);
            out += v3_message_byte;
            out += bytes;
            return;
        case FrameFormat::v3_base64: {
            std::string text = "b4";
            base::append_base64(text, bytes);
            wire::append_websocket_frame(out, wire::WebSocketOpcode::text, text);
            return;
        }
    }
}

std::string make_frames(const MessageContent& content, std::size_t bytes, FrameFormat format) {
    std::string frames;
    frames.reserve(bytes + content.packets() * (wire::websocket_header_bytes_max + 1));
    if (content.binary) {
        append_binary_frame(frames, content.data, format);
    } else {
        wire::append_websocket_header(frames, wire::WebSocketOpcode::text, content.data.size() + 1);
        frames += wire::to_digit(content.type);
        frames += content.data;
    }
    for (const auto& attachment : content.attachments) {
        append_binary_frame(frames, attachment.view(), format);
    }
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

ContentRef make_content(wire::EncodedPacket packet, const EmitFlags& flags) {
    auto content = std::make_shared<MessageContent>();
    content->data = std::move(packet.text);
    content->attachments = std::move(packet.attachments);
    content->compress = flags.compress;
    content->droppable = flags.droppable;
    content->conflate_key = flags.conflate_key;
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

std::string_view Message::websocket_bytes(FrameFormat format) {
    if (format != FrameFormat::v4 && !old_frames_) old_frames_ = std::make_unique<OldFrames>();
    auto& frames = format == FrameFormat::v4   ? websocket_v4_
                   : format == FrameFormat::v3 ? old_frames_->v3
                                               : old_frames_->v3_base64;
    if (frames.empty()) frames = make_frames(*content_, bytes_, format);
    return frames;
}

void Message::append_payload(std::string& body, PayloadFormat format) const {
    append_packet(body, {content_->type, content_->binary, content_->data}, format);
    for (const auto& attachment : content_->attachments) {
        append_packet(body, {wire::EnginePacketType::message, true, attachment.view()}, format);
    }
}

}  // namespace socketio::engine
