#pragma once
// A socket on its way into a namespace: the middlewares, one after the other, each of which decides at
// once or later. Lives on the socket's shard.
//
//   ConnectAttempt  --Next-->  middleware 1  --next()-->  ...  -->  connected
//                                            --refuse()-->  CONNECT_ERROR

#include "engine/message.hpp"
#include "hub/namespace_port.hpp"
#include "hub/recovery_log.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/options.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace socketio::hub {

class Admissions;
class SocketState;

/// Why a client is not let in.
struct Refusal {
    std::string message;
    /// Left out when null.
    Value data;
};

/// What a socket has while it is not connected yet.
class ConnectAttempt {
public:
    enum class Progress : std::uint8_t { waiting, passed, refused };

    ConnectAttempt(SocketState& socket, const NamespaceSetup& setup) noexcept
        : socket_(socket), setup_(setup) {}
    ConnectAttempt(const ConnectAttempt&) = delete;
    ConnectAttempt& operator=(const ConnectAttempt&) = delete;
    ~ConnectAttempt() { abandon(); }

    /// Calls middlewares until one has not decided or has refused, or all have passed.
    [[nodiscard]] Progress run();
    /// No decision counts any more.
    void abandon() noexcept;
    [[nodiscard]] Refusal take_refusal() { return std::move(refusal_); }

    /// What the application emits before the socket is connected goes out after the CONNECT reply. More
    /// than a send queue may hold refuses the socket.
    void hold(engine::MessageRef message, const Options& options);
    [[nodiscard]] std::vector<engine::MessageRef> take_held() { return std::move(held_); }
    /// The same for an event to the socket alone that goes by way of the adapter: nobody would be there yet when
    /// it comes back.
    struct OwnEvent {
        std::string name;
        Args args;
        EmitFlags flags;
    };
    void hold(OwnEvent event, const Options& options);
    [[nodiscard]] std::vector<OwnEvent> take_own_events() { return std::move(own_events_); }

    /// Of a socket that goes on where another one was: what goes out ahead of the CONNECT reply, and from where
    /// on the log has more. No middleware is asked when they are to be skipped.
    struct Missed {
        std::vector<engine::ContentRef> packets;
        RecoveryLog::Position until = 0;
    };
    void restore(Missed missed, bool skip_middlewares);
    [[nodiscard]] Missed take_missed() { return std::move(missed_); }

private:
    friend class Admissions;
    void decide(Progress decision, Refusal refusal);
    void call_middleware();
    /// False when it is more than a send queue may hold: then nothing is held any more.
    [[nodiscard]] bool count_held(std::size_t bytes, std::size_t packets, const Options& options);

    SocketState& socket_;
    const NamespaceSetup& setup_;
    /// The decision that is waited for.
    Admissions* open_decision_ = nullptr;
    std::size_t position_ = 0;
    std::vector<engine::MessageRef> held_;
    std::vector<OwnEvent> own_events_;
    std::size_t held_bytes_ = 0;
    std::size_t held_packets_ = 0;
    Missed missed_;
    Refusal refusal_;
    Progress decision_ = Progress::waiting;
    bool running_ = false;
    bool abandoned_ = false;
    bool overflowed_ = false;
};

/// One middleware's decision; shared by the copies of its Next.
class Admissions {
public:
    explicit Admissions(ConnectAttempt& attempt) noexcept;
    Admissions(const Admissions&) = delete;
    Admissions& operator=(const Admissions&) = delete;
    /// Nobody is left who could decide: refused.
    ~Admissions();

    void pass() { decide(ConnectAttempt::Progress::passed, {}); }
    void refuse(Refusal refusal) { decide(ConnectAttempt::Progress::refused, std::move(refusal)); }

private:
    friend class ConnectAttempt;
    void decide(ConnectAttempt::Progress decision, Refusal refusal);

    /// Null once it is decided or the client is gone.
    ConnectAttempt* attempt_;
};

}  // namespace socketio::hub
