#pragma once
// An event that is encoded already, to be sent to any number of sockets, at any time. Any thread: it never
// changes, copies share its bytes, and each shard makes its own frames of them.

#include <cstddef>
#include <memory>
#include <utility>

namespace socketio {

namespace hub {
class EventContents;
}

class Namespace;

/// Made by Namespace::encode(), for the sockets of that namespace alone. Sent to thousands of sockets one by
/// one, it costs what a broadcast to them costs: frames and compression are made once for each shard and
/// turn. Worth keeping for what many get at different times, as the snapshot of a state. With Parser::by_client
/// it keeps the values, too, and is encoded in each format when somebody who reads it is sent it first. It is
/// never sent again to clients that come back (Options::connection_state_recovery): it has no place of its own
/// among the events.
class EncodedEvent {
public:
    EncodedEvent(const Namespace& nsp, std::shared_ptr<const hub::EventContents> contents,
                 bool is_volatile) noexcept
        : nsp_(&nsp), contents_(std::move(contents)), is_volatile_(is_volatile) {}

    [[nodiscard]] const Namespace& nsp() const noexcept { return *nsp_; }
    /// What it counts for in a client's queue; with Parser::by_client, of a client that reads JSON.
    [[nodiscard]] std::size_t bytes() const;

    // ---- For the library -----------------------------------------------------------------------
    [[nodiscard]] const hub::EventContents& contents() const noexcept { return *contents_; }
    [[nodiscard]] bool is_volatile() const noexcept { return is_volatile_; }

private:
    const Namespace* nsp_;
    std::shared_ptr<const hub::EventContents> contents_;
    bool is_volatile_;
};

}  // namespace socketio
