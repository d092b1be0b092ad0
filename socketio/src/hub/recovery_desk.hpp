#pragma once
// What clients and sockets of a shard ask of connection state recovery, wherever sessions and events are kept: in
// this process (Recovery), or by the adapter, for all servers of a cluster (AdapterRecovery). Made only when
// Options::connection_state_recovery is on. Lives on one shard.

#include "engine/message.hpp"
#include "hub/namespace_port.hpp"
#include "hub/recovery_log.hpp"
#include "hub/recovery_record.hpp"
#include "socketio/error.hpp"
#include "socketio/options.hpp"
#include "socketio/value.hpp"
#include "wire/packet_parser.hpp"

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace socketio::hub {

class SocketState;

class RecoveryDesk {
public:
    /// Takes over what a socket left behind, or learns that there is nothing (nullptr). False when nobody is
    /// there who could: then it waits for the next try.
    using Taker = std::function<bool(RestoredSocket*)>;

    explicit RecoveryDesk(const RecoveryOptions& options) noexcept : options_(options) {}
    RecoveryDesk(const RecoveryDesk&) = delete;
    RecoveryDesk& operator=(const RecoveryDesk&) = delete;
    virtual ~RecoveryDesk() = default;

    [[nodiscard]] const RecoveryOptions& options() const noexcept { return options_; }

    // ---- Events --------------------------------------------------------------------------------
    struct Noted {
        RecoveryLog::Position position = 0;
        /// Sockets that have it already: it is not for them. Until the next call.
        std::span<SocketState* const> known_to = {};
    };
    /// A broadcast is about to be delivered here.
    [[nodiscard]] virtual Noted note(const Delivery& delivery) = 0;
    /// The broadcast that was noted there has been delivered: forms may have been made of it, and whoever had
    /// to wait for it may come in.
    virtual void on_delivered(RecoveryLog::Position noted) = 0;
    /// Where the next broadcast will stand.
    [[nodiscard]] virtual RecoveryLog::Position end() const noexcept = 0;
    /// What a socket is to remember of the moment in which it joins a room.
    [[nodiscard]] std::uint32_t moment() const noexcept {
        return static_cast<std::uint32_t>(end());
    }

    // ---- Sockets -------------------------------------------------------------------------------
    /// A new socket has connected: it gets a pid.
    virtual void admit(SocketState& socket) = 0;
    /// A socket goes on where another one was: it takes over its pid.
    virtual void admit_restored(SocketState& socket, RestoredSocket& restored) = 0;
    /// One that was restored has connected: appends what it was sent since that position, while its middlewares
    /// took their time. False when not all of that is there any more.
    [[nodiscard]] virtual bool on_connected(SocketState& socket, RecoveryLog::Position since,
                                            std::vector<engine::ContentRef>& packets) = 0;
    /// Of one that was admitted.
    [[nodiscard]] virtual std::string_view pid_of(const SocketState& socket) const = 0;
    /// The socket is leaving, its rooms are joined yet. Null when it cannot come back.
    [[nodiscard]] virtual std::unique_ptr<RecoverySession> detach(SocketState& socket,
                                                                  DisconnectReason reason) = 0;
    /// It has left.
    virtual void keep(std::unique_ptr<RecoverySession> session, std::any data) = 0;
    /// It will not come back. Does nothing for one that is not known.
    virtual void forget(SocketState& socket) = 0;
    /// Those of a namespace that was closed.
    virtual void forget_namespace(std::string_view nsp) = 0;

    // ---- Clients that come back ----------------------------------------------------------------
    /// What a CONNECT payload asks for; nothing when it does not ask, or not in a way that can be answered.
    [[nodiscard]] virtual std::optional<Inquiry> read_inquiry(std::string_view nsp,
                                                              const Value& payload,
                                                              wire::PacketFormat format) = 0;
    /// `taker` is called once, perhaps within this call.
    virtual void restore(Inquiry inquiry, Taker taker) = 0;

protected:
    /// Node's list: what is no decision of either side.
    [[nodiscard]] static bool is_recoverable(DisconnectReason reason) noexcept;
    /// Its rooms, its own among them, each since when it is in there.
    [[nodiscard]] std::vector<RecoverySession::Room> rooms_of(const SocketState& socket) const;
    [[nodiscard]] static std::vector<RecoveryLog::Stay> stays_of(
        const std::vector<RecoverySession::Room>& rooms);

private:
    [[nodiscard]] RecoveryLog::Position position_of(std::uint32_t moment) const noexcept;

    const RecoveryOptions& options_;
};

}  // namespace socketio::hub
