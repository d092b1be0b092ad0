#include "transport/poll_bodies.hpp"

#include <algorithm>
#include <string>

namespace socketio::transport {

Binary PollBodies::make(std::span<const engine::MessageRef> messages,
                        engine::PayloadFormat format) {
    const bool same =
        format == format_ && std::equal(messages.begin(), messages.end(), messages_.begin(),
                                        messages_.end(), [](const auto& wanted, const auto& built) {
                                            return wanted.get() == built.get();
                                        });
    if (same) return body_;
    std::string bytes;
    for (const auto& message : messages) {
        if (message) message->append_payload(bytes, format);
    }
    messages_.assign(messages.begin(), messages.end());
    format_ = format;
    body_ = Binary(std::move(bytes));
    shard_.schedule(*this);
    return body_;
}

void PollBodies::at_turn_end() {
    messages_.clear();
    body_ = Binary();
}

}  // namespace socketio::transport
