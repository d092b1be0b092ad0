#pragma once
// An event that is encoded already, to be sent to any number of sockets, at any time. Any thread: it never
// changes, copies share its bytes, and each shard makes its own frames of them.

#include <cstddef>
#include <memory>
#include <utility>

namespace socketio {

namespace engine {
struct MessageContent;
}

class Namespace;

/// Made by Namespace::encode(), for the sockets of that namespace alone. Sent to thousands of sockets one by
/// one, it costs what a broadcast to them costs: frames and compression are made once for each shard and
/// turn. Worth keeping for what many get at different times, as the snapshot of a state. It is never sent again
/// to clients that come back (Options::connection_state_recovery): it has no place of its own among the events.
class EncodedEvent {
public:
    EncodedEvent(const Namespace& nsp, std::shared_ptr<const engine::MessageContent> content,
                 bool is_volatile) noexcept
        : nsp_(&nsp), content_(std::move(content)), is_volatile_(is_volatile) {}

    [[nodiscard]] const Namespace& nsp() const noexcept { return *nsp_; }
    /// What it counts for in a client's queue.
    [[nodiscard]] std::size_t bytes() const noexcept;

    // ---- For the library -----------------------------------------------------------------------
    [[nodiscard]] const std::shared_ptr<const engine::MessageContent>& content() const noexcept {
        return content_;
    }
    [[nodiscard]] bool is_volatile() const noexcept { return is_volatile_; }

private:
    const Namespace* nsp_;
    std::shared_ptr<const engine::MessageContent> content_;
    bool is_volatile_;
};

}  // namespace socketio
