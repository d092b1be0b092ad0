#pragma once
// One message to many sockets of a shard, in the forms that they read: each is made when the first of its
// readers comes, so a form that nobody reads costs nothing. Lives on one shard, for one walk over sockets.

#include "engine/message.hpp"
#include "hub/event_contents.hpp"

#include <array>
#include <utility>

namespace socketio::hub {

/// `make` takes a ContentForm and gives an engine::MessageRef.
template <class Make>
class MessageForms {
public:
    explicit MessageForms(Make make) : make_(std::move(make)) {}

    [[nodiscard]] const engine::MessageRef& of(ContentForm form) {
        auto& message = messages_[form.index()];
        if (!message) message = make_(form);
        return message;
    }

private:
    Make make_;
    std::array<engine::MessageRef, content_forms> messages_;
};

}  // namespace socketio::hub
