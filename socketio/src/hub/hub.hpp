#pragma once
// Socket.IO on one shard: its namespaces, rooms and clients. No I/O; lives on one shard.
// Everything that reaches browsers passes deliver(), or SocketState::send() for one socket.

#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "engine/message.hpp"
#include "engine/session.hpp"
#include "hub/answer_count.hpp"
#include "hub/audience.hpp"
#include "hub/client.hpp"
#include "hub/namespace_port.hpp"
#include "hub/namespace_table.hpp"
#include "socketio/broadcast.hpp"
#include "socketio/counters.hpp"
#include "socketio/handshake.hpp"
#include "socketio/namespace.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::hub {

class AdapterRecovery;
class Recovery;
class RecoveryDesk;
class SocketState;

/// What a hub stands on; all of it outlives the hub.
struct HubContext {
    const Options& options;
    base::DeadlineQueue& deadlines;
    base::Random& random;
    const base::Log& log;
    unsigned shard = 0;
    /// How far the time since 1970 is ahead of the deadlines' clock: offsets of events are such times.
    base::Milliseconds wall_clock_ahead{0};
    /// The shard's; null counts for nobody.
    Counters* counters = nullptr;
};

class Hub {
public:
    explicit Hub(const HubContext& context);
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    /// A new one, or one that was closed. The namespace outlives the hub.
    void add_namespace(const Namespace& nsp);
    /// Lets nobody in any more, and its sockets leave with `server namespace disconnect`. A socket whose
    /// middlewares have not decided by then is refused when they let it in.
    void close_namespace(std::string_view name);

    /// The same for one that nobody is in: false, and it stays open, when somebody is.
    [[nodiscard]] bool close_if_deserted(std::string_view name);

    /// The client of a new session, to be given to Session::open(). After open(), call Client::start().
    [[nodiscard]] std::unique_ptr<Client> make_client(engine::Session& session,
                                                      Handshake handshake);

    /// To this shard's sockets of the audience, each once.
    void deliver(const Delivery& delivery);
    void surgery(const RoomSurgery& surgery);
    /// Asks this shard's sockets of the audience.
    void ask(const Question& question, AnswerStream answers);
    /// The same, told in one: `done` comes once, perhaps within this call.
    void ask(const Question& question, std::function<void(BroadcastAnswers)> done);
    [[nodiscard]] std::vector<SocketDetails> fetch(std::string_view nsp, const Audience& audience);
    /// Of all rooms, those of sockets' own ids among them. One that has both may stand twice.
    [[nodiscard]] std::vector<std::string> room_names(std::string_view nsp) const;
    /// Starts it; what it throws, now or later, is logged.
    void spawn(const std::string& nsp, Task task);
    /// Every session leaves with that reason.
    void close_all(DisconnectReason reason);

    [[nodiscard]] std::size_t clients_count() const noexcept { return clients_.size(); }
    /// Walks all clients.
    [[nodiscard]] Census count() const;

    // ---- For clients and sockets ---------------------------------------------------------------
    [[nodiscard]] const HubContext& context() const noexcept { return context_; }
    /// Closed ones too.
    [[nodiscard]] NamespaceState* find_namespace(std::string_view name) const {
        return namespaces_.find(name);
    }
    /// Of those that let sockets in.
    [[nodiscard]] std::size_t namespaces_count() const noexcept { return namespaces_.open_count(); }
    /// Null when Options::connection_state_recovery is off; else one of the next two.
    [[nodiscard]] RecoveryDesk* recovery_desk() const noexcept { return recovery_desk_.get(); }
    /// Null, too, when the adapter keeps sessions.
    [[nodiscard]] Recovery* recovery() const noexcept { return recovery_; }
    /// Null unless the adapter keeps sessions.
    [[nodiscard]] AdapterRecovery* adapter_recovery() const noexcept { return adapter_recovery_; }
    /// The adapter wants to know which rooms have members: whoever makes or ends one tells it.
    [[nodiscard]] bool follows_rooms() const noexcept { return follows_rooms_; }
    void tell_of_room(const NamespaceState& nsp, std::string_view room, bool is_there,
                      bool is_own) const;
    /// As NamespacePort's.
    void post(unsigned shard, std::function<void(Hub&)> work);
    void request_namespace(std::string name, Value auth, std::function<void(bool)> answer);
    [[nodiscard]] std::string make_socket_id();
    void add(Client& client);
    void remove(Client& client) noexcept;
    /// Destroys the socket with the next tick of the deadlines, when no handler of it is on the stack.
    void bury(std::unique_ptr<SocketState> socket);
    /// This shard's handle on content that is sent more than once: the same one until the next tick of the
    /// deadlines, so that it is framed and compressed once for all that a turn sends.
    [[nodiscard]] engine::MessageRef share(const engine::ContentRef& content);
    /// Runs with the next tick of the deadlines.
    void later(std::function<void()> work);
    /// Calls a handler of the application; false when it threw. The one place where what handlers throw
    /// is caught: it is logged, and the session goes on.
    template <class Call>
    [[nodiscard]] bool guarded(std::string_view nsp, std::string_view event, Call&& call) const {
        try {
            std::forward<Call>(call)();
            return true;
        } catch (...) {
            log_handler_failure(nsp, event);
            return false;
        }
    }

private:
    void send_out(const Delivery& delivery, std::span<SocketState* const> left_out);
    void arm_later();
    void on_later(base::TimePoint now);
    void log_handler_failure(std::string_view nsp, std::string_view event) const;

    const HubContext context_;
    const bool follows_rooms_;
    NamespaceTable namespaces_;
    std::unique_ptr<RecoveryDesk> recovery_desk_;
    Recovery* recovery_ = nullptr;
    AdapterRecovery* adapter_recovery_ = nullptr;
    std::vector<Client*> clients_;
    SnapshotStack snapshots_;
    /// By content, which the handle keeps alive.
    boost::unordered_flat_map<const engine::MessageContent*, engine::MessageRef> shared_;
    std::vector<std::unique_ptr<SocketState>> buried_;
    std::vector<std::function<void()>> deferred_;
    base::MemberDeadline<Hub, &Hub::on_later> later_{*this};
};

}  // namespace socketio::hub
