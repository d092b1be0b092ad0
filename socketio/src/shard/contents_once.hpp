#pragma once
// An event that several shards encode once for all of them: the first that needs a form makes it, and who
// needs it at the same time waits for that, which takes no longer than to make it oneself. Any thread.

#include "hub/event_contents.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

namespace socketio::shard {

class ContentsOnce final : public hub::LazyContents {
public:
    /// Called at most once for each form, on any thread.
    using Encode = std::function<engine::ContentRef(hub::ContentForm)>;

    /// `values_bytes`: of what `encode` keeps, its binaries among them.
    ContentsOnce(Encode encode, std::size_t values_bytes)
        : encode_(std::move(encode)), bytes_(values_bytes) {}

    [[nodiscard]] const engine::ContentRef& of(hub::ContentForm form) const override {
        auto& made = forms_[form.index()];
        std::call_once(made.once, [&] {
            made.content = encode_(form);
            // Attachments are the values' own.
            bytes_.fetch_add(made.content->data.size(), std::memory_order_relaxed);
        });
        return made.content;
    }
    [[nodiscard]] std::size_t bytes() const noexcept override {
        return bytes_.load(std::memory_order_relaxed);
    }

private:
    struct Form {
        std::once_flag once;
        engine::ContentRef content;
    };

    const Encode encode_;
    mutable std::atomic<std::size_t> bytes_;
    mutable std::array<Form, hub::content_forms> forms_;
};

}  // namespace socketio::shard
