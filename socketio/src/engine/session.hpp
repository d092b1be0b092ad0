#pragma once
// One Engine.IO session: an identity over changing transports, with its heartbeat and its send queue.
// Lives on one shard for life; no I/O, no clock of its own. Engine.IO protocol v4 and v3.
//
//            open()            close(), a fault, a lost transport, ping timeout
//   (made) ---------->  open  ---------------------------------------------------->  closed
//
//   upgrade, while open:
//     polling  --begin_upgrade(ws)-->  probing  --`2probe`: answer `3probe`, release GET-->  probing
//     probing  --`5` on ws-->  ws is the transport, polling retires, queue flushes on ws
//     probing  --anything else, ws lost, upgrade_timeout-->  ws retires, polling goes on

#include "base/deadline_queue.hpp"
#include "engine/backlog_watch.hpp"
#include "engine/message.hpp"
#include "engine/send_queue.hpp"
#include "engine/session_port.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/counters.hpp"
#include "socketio/error.hpp"
#include "socketio/options.hpp"
#include "wire/engine_packet.hpp"

#include <boost/container/string.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::engine {

/// Packets without data are the same for every session: a shard's heartbeats allocate nothing.
struct HeartbeatMessages {
    HeartbeatMessages();
    MessageRef ping;
    MessageRef pong;
};

/// The same for every session of a shard; outlives them.
struct SessionContext {
    const Options& options;
    base::DeadlineQueue& deadlines;
    Counters& counters;
    SessionKeeper& keeper;
    const HeartbeatMessages heartbeat = {};
    const std::unique_ptr<BacklogWatch> backlogs = std::make_unique<BacklogWatch>(deadlines);
};

class Session {
public:
    Session(std::string_view sid, wire::EngineProtocol protocol, const SessionContext& context);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Queues the open packet on the first transport, arms the heartbeat. `port` must outlive the session.
    void open(TransportPort& transport, SessionPort& port);

    [[nodiscard]] std::string_view sid() const noexcept { return {sid_.data(), sid_.size()}; }
    [[nodiscard]] wire::EngineProtocol protocol() const noexcept { return protocol_; }
    [[nodiscard]] bool is_open() const noexcept { return state_ == State::open; }
    /// The one that carries messages now, or carried the last ones.
    [[nodiscard]] TransportKind transport_kind() const noexcept { return transport_kind_; }
    /// A probe was answered: a GET that comes now is answered at once, with what is queued or a noop, so
    /// that the client can stop polling.
    [[nodiscard]] bool upgrading() const noexcept;

    // ---- From transports -----------------------------------------------------------------------
    /// Packets of the current transport, or of the probe.
    void on_packet(TransportPort& from, wire::EnginePacketView packet);
    /// `from` read bytes that are no packet: parse_error for the current transport.
    void on_malformed(TransportPort& from);
    /// `from` is gone or broken; it must not be touched any more. A lost probe ends only the upgrade.
    void on_transport_lost(TransportPort& from, DisconnectReason reason);
    /// A WebSocket asks to take over. False when the session is on a WebSocket, has another probe or may
    /// not upgrade: the caller closes that connection and the session goes on.
    [[nodiscard]] bool begin_upgrade(TransportPort& probe);
    [[nodiscard]] SendQueue& queue() noexcept { return queue_; }
    /// What had to wait for a later turn has been written, all of it.
    void on_drained();

    // ---- From above ----------------------------------------------------------------------------
    /// A message that does not fit even after a flush, and after every droppable one has made room, makes
    /// this a slow client. The session then sends nothing more and ends with the next tick of the
    /// deadlines, not inside this call: whoever emits need not expect disconnect handlers to run in the
    /// middle of it.
    EmitOutcome send(MessageRef message, bool is_volatile = false);
    /// send() comes soon: what it will read is fetched from memory meanwhile, first of the session, then of
    /// its transport, then of what that leads to.
    void prefetch() const noexcept {
        constexpr std::size_t cache_line = 64;
        __builtin_prefetch(this);
        __builtin_prefetch(reinterpret_cast<const char*>(this) + cache_line);
    }
    void prefetch_transport() const noexcept { __builtin_prefetch(transport_); }
    /// With messages waiting, its transport was woken already and is not asked again.
    void prefetch_connection() const noexcept {
        if (transport_ != nullptr && queue_.empty()) transport_->prefetch();
    }
    /// What is sent now would leave with this turn.
    [[nodiscard]] bool writable() const noexcept;
    /// Options::backlog_bytes was exceeded after a turn's writes, and the queue has not drained since.
    [[nodiscard]] bool has_backlog() const noexcept { return has_backlog_; }
    /// Whether it has a backlog is asked with the next tick of the deadlines; the port is told if so, also
    /// when it was told before.
    void watch_backlog();
    /// From BacklogWatch.
    void look_at_backlog();
    /// Counts an event that came too fast.
    void note_event_refused() noexcept;
    /// Tells the port, then lets the transport finish: what is queued still goes out, but for
    /// slow_client and transport faults. Does nothing when closed.
    void close(DisconnectReason reason);

private:
    enum class State : std::uint8_t { made, open, closed };

    /// Exists while a WebSocket probes, which few sessions have at any one time.
    struct Upgrade;

    void on_heartbeat(base::TimePoint now);
    void on_upgrade_timeout(base::TimePoint now);
    void on_main_packet(wire::EnginePacketView packet);
    void on_probe_packet(wire::EnginePacketView packet);
    void on_client_close();
    void on_ping();
    void on_pong();
    void note_sign_of_life();
    void answer_probe();
    void complete_upgrade();
    void abandon_probe();
    void end(DisconnectReason reason, TransportPort::Ending ending);
    [[nodiscard]] std::uint64_t& sessions_on_transport() const noexcept;
    [[nodiscard]] bool is_probe(const TransportPort& transport) const noexcept;
    [[nodiscard]] bool fits(const Message& message) const noexcept;
    [[nodiscard]] bool make_room(const Message& message);
    void become_slow();
    [[nodiscard]] std::string open_packet() const;

    // What a broadcast reads of each session comes first, side by side: of ten thousand sessions nothing
    // is in the cache any more.
    State state_ = State::made;
    /// The queue overflowed; the deadline that is armed ends the session.
    bool is_slow_ = false;
    TransportKind transport_kind_ = TransportKind::polling;
    wire::EngineProtocol protocol_;
    bool awaits_pong_ = false;
    /// One packet other than a pong has prolonged the wait for this pong.
    bool pong_wait_prolonged_ = false;
    /// The context's watch has it.
    bool is_watched_ = false;
    bool has_backlog_ = false;
    /// Null before open() and once it is lost.
    TransportPort* transport_ = nullptr;
    const SessionContext& context_;
    SendQueue queue_;

    SessionPort* port_ = nullptr;
    std::unique_ptr<Upgrade> upgrade_;
    /// v4: the next ping, then the end of waiting for its pong. v3: the end of waiting for a ping.
    base::MemberDeadline<Session, &Session::on_heartbeat> heartbeat_{*this};
    /// Session ids fit into it: no allocation.
    boost::container::string sid_;
};

}  // namespace socketio::engine
