#include "transport/poll_bodies.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace socketio::transport {

PollBody PollBodies::make(std::span<const engine::MessageRef> messages,
                          engine::PayloadFormat format, wire::ContentCoding wanted) {
    const bool same =
        format == format_ &&
        std::equal(messages.begin(), messages.end(), messages_.begin(), messages_.end(),
                   [](const auto& asked, const auto& built) { return asked.get() == built.get(); });
    if (!same) build(messages, format);
    if (wanted == wire::ContentCoding::identity || !may_compress()) return {body_};
    auto& form = compressed_[static_cast<std::size_t>(wanted)];
    if (!form) form = compress(wanted);
    if (form->size() == 0) return {body_};
    return {*form, wanted};
}

void PollBodies::build(std::span<const engine::MessageRef> messages, engine::PayloadFormat format) {
    std::string bytes;
    for (const auto& message : messages) {
        if (message) message->append_payload(bytes, format);
    }
    messages_.assign(messages.begin(), messages.end());
    format_ = format;
    body_ = Binary(std::move(bytes));
    compressed_ = {};
    shard_.schedule(*this);
}

bool PollBodies::may_compress() const noexcept {
    const auto& options = shard_.options().http_compression;
    const auto size = body_.size();
    if (!options || size < options->threshold || size > wire::deflate_bytes_max) return false;
    // As in Node: one message that may be compressed takes the others with it.
    return std::any_of(messages_.begin(), messages_.end(),
                       [](const auto& message) { return message && message->content().compress; });
}

Binary PollBodies::compress(wire::ContentCoding coding) {
    const auto deflated = deflater_.deflate({}, body_.view());
    if (deflated.empty()) return {};
    auto bytes = wire::wrap_deflated(coding, deflated, body_.view());
    return bytes.size() < body_.size() ? Binary(std::move(bytes)) : Binary();
}

void PollBodies::at_turn_end() {
    messages_.clear();
    body_ = Binary();
    compressed_ = {};
}

}  // namespace socketio::transport
