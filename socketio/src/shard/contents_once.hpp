#pragma once
// An event that several shards encode once for all of them: the first that needs a format makes it, and who
// needs it at the same time waits for that, which takes no longer than to make it oneself. Any thread.

#include "hub/event_contents.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

namespace socketio::shard {

class ContentsOnce final : public hub::LazyContents {
public:
    /// Called at most once for each format, on any thread.
    using Encode = std::function<engine::ContentRef(wire::PacketFormat)>;

    explicit ContentsOnce(Encode encode) : encode_(std::move(encode)) {}

    [[nodiscard]] const engine::ContentRef& of(wire::PacketFormat format) const override {
        auto& form = forms_[static_cast<std::size_t>(format)];
        std::call_once(form.once, [&] { form.content = encode_(format); });
        return form.content;
    }

private:
    struct Form {
        std::once_flag once;
        engine::ContentRef content;
    };

    const Encode encode_;
    mutable std::array<Form, wire::packet_formats> forms_;
};

}  // namespace socketio::shard
