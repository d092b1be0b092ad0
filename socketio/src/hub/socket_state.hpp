#pragma once
// One client in one namespace: what stands behind a Socket. Lives on the session's shard; owned by its
// Client until it leaves, and then by the hub until no handler of it can be on the stack.
//
//   pending  --middlewares pass-->  connected  --leave()-->  leaving  -->  left
//            --refused, client gone-------------------------------------->  left
//
//   leaving: `disconnecting` handlers run, rooms are still joined, nothing is sent any more.

#include "base/token_bucket.hpp"
#include "engine/message.hpp"
#include "hub/ack_reply.hpp"
#include "hub/ack_table.hpp"
#include "hub/admissions.hpp"
#include "hub/event_contents.hpp"
#include "hub/event_passage.hpp"
#include "hub/handler_list.hpp"
#include "hub/hub.hpp"
#include "hub/namespace_table.hpp"
#include "hub/room_index.hpp"
#include "hub/shared_handshake.hpp"
#include "socketio/socket.hpp"
#include "wire/packet_parser.hpp"

#include <boost/container/string.hpp>

#include <any>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::hub {

class Client;
struct RestoredSocket;

class SocketState final : public RoomMember {
public:
    SocketState(Client& client, NamespaceState& nsp, std::string_view id, HandshakeRef handshake);
    ~SocketState();

    [[nodiscard]] Socket& facade() noexcept { return facade_; }
    [[nodiscard]] std::string_view id() const noexcept { return {id_.data(), id_.size()}; }
    [[nodiscard]] Hub& hub() const noexcept { return nsp_.hub(); }
    [[nodiscard]] NamespaceState& nsp() const noexcept { return nsp_; }
    [[nodiscard]] const Handshake& handshake() const noexcept { return handshake_->handshake; }
    [[nodiscard]] std::any& data() noexcept { return data_; }
    [[nodiscard]] bool connected() const noexcept {
        return phase_ == Phase::connected || phase_ == Phase::leaving;
    }
    /// Takes part in broadcasts.
    [[nodiscard]] bool receives() const noexcept { return phase_ == Phase::connected; }
    [[nodiscard]] engine::TransportKind transport_kind() const noexcept;
    [[nodiscard]] wire::EngineProtocol protocol() const noexcept { return protocol_; }
    /// The client's.
    [[nodiscard]] wire::PacketFormat format() const noexcept {
        return reads_msgpack_ ? wire::PacketFormat::msgpack : wire::PacketFormat::json;
    }
    /// What it reads of that event.
    [[nodiscard]] ContentForm form_of(const EventContents& event) const noexcept {
        return event.form_for(format(), protocol_);
    }
    [[nodiscard]] std::string_view connection_id() const noexcept {
        return session_ != nullptr ? session_->sid() : std::string_view();
    }

    /// It goes on where another one was.
    [[nodiscard]] bool recovered() const noexcept { return recovered_; }
    /// The connection handlers have returned.
    [[nodiscard]] bool greeted() const noexcept { return greeted_; }

    // ---- From the client -----------------------------------------------------------------------
    /// Before anything else: its id is that of the socket which it takes the place of.
    void restore(RestoredSocket restored);
    /// Goes on with the middlewares, then connects or refuses.
    void proceed();
    void on_event(wire::Packet packet);
    void on_ack(wire::Packet packet);
    /// Tells the application, unless it was told in this backlog of the client.
    void on_backlog();
    void end_backlog() noexcept { backlog_told_ = false; }
    [[nodiscard]] bool awaits_drain() const noexcept {
        return (handlers_ != nullptr && !handlers_->drain.empty()) ||
               !nsp_.setup().drain_handlers.empty();
    }
    void on_drained();
    void on_upgraded();
    void leave(DisconnectReason reason);
    void forget_request() noexcept { handshake_->handshake.request.reset(); }

    // ---- From the application ------------------------------------------------------------------
    EmitOutcome send(std::string_view event, const Args& args, const EmitFlags& flags);
    EmitOutcome send(const EncodedEvent& event);
    [[nodiscard]] bool writable() const noexcept;
    [[nodiscard]] std::size_t queued_bytes() const noexcept;
    void send_with_ack(std::string_view event, const Args& args, std::chrono::milliseconds timeout,
                       AckHandler handler);
    /// Of a packet with that ack id, which is sent to it now.
    void expect_answer(std::uint64_t id, std::chrono::milliseconds timeout, AckHandler handler);
    void answer(std::uint64_t id, Args args);
    [[nodiscard]] SocketDetails details() const;
    /// Tells the client and leaves. Does nothing before the socket is connected: refuse it instead.
    void disconnect();
    void disconnect_and_close();
    bool join(std::string_view room);
    void leave_room(std::string_view room);
    [[nodiscard]] bool in_own_room() const noexcept { return in_own_room_; }
    [[nodiscard]] std::vector<std::string> rooms() const;
    void set_handler(std::string_view event, EventHandler handler, bool once);
    void remove_handler(std::string_view event);
    void remove_handlers();
    HandlerId add_any_handler(AnyHandler handler, Place place);
    void remove_any_handler(HandlerId handler);
    void remove_any_handlers();
    HandlerId add_outgoing_handler(AnyHandler handler, Place place);
    void remove_outgoing_handler(HandlerId handler);
    void remove_outgoing_handlers();
    void add_middleware(EventMiddleware middleware);
    void add_error_handler(ErrorHandler handler);
    void add_upgrade_handler(UpgradeHandler handler);
    void add_disconnecting_handler(DisconnectHandler handler);
    void add_disconnect_handler(DisconnectHandler handler);
    void add_drain_handler(DrainHandler handler);

    // ---- From its events' middlewares ----------------------------------------------------------
    /// All have let it through.
    void dispatch(const IncomingEvent& event, const Ack& ack);
    void on_event_refused(const EventRefusal& refusal);

    // ---- From the hub --------------------------------------------------------------------------
    /// Its client has another connection, and comes back on that.
    void close_connection();
    [[nodiscard]] bool has_outgoing_handlers() const noexcept {
        return handlers_ != nullptr && !handlers_->outgoing.empty();
    }
    void call_outgoing_handlers(std::string_view event, const Args& args);
    EmitOutcome transmit(const engine::MessageRef& message, bool is_volatile) {
        if (phase_ == Phase::connected) return session_->send(message, is_volatile);
        return hold(message);
    }
    /// transmit() comes soon: what it will read is fetched from memory meanwhile, in two steps.
    void prefetch_session() const noexcept {
        if (session_ != nullptr) session_->prefetch();
    }
    void prefetch_transport() const noexcept {
        if (session_ != nullptr) session_->prefetch_transport();
    }
    void prefetch_connection() const noexcept {
        if (session_ != nullptr) session_->prefetch_connection();
    }
    /// False when the socket has that mark already.
    [[nodiscard]] bool mark(std::uint64_t epoch) noexcept {
        return std::exchange(mark_, epoch) != epoch;
    }
    [[nodiscard]] std::uint32_t place() const noexcept { return place_; }
    void set_place(std::uint32_t place) noexcept { place_ = place; }

private:
    enum class Phase : std::uint8_t { pending, connected, leaving, left };

    struct OwnHandler {
        std::shared_ptr<const EventHandler> call;
        bool once = false;
    };

    /// Only sockets with handlers of their own have it. Lists keep their elements' places, so that a
    /// handler may add others while it runs.
    struct Handlers {
        std::map<std::string, OwnHandler, std::less<>> events;
        HandlerList<AnyHandler> any;
        HandlerList<AnyHandler> outgoing;
        HandlerList<ErrorHandler> error;
        HandlerList<UpgradeHandler> upgrade;
        std::unique_ptr<EventMiddlewares> middlewares;
        std::uint32_t ids = 0;
        std::list<DisconnectHandler> disconnecting;
        std::list<DisconnectHandler> disconnect;
        std::list<DrainHandler> drain;
    };

    /// Only sockets that ask their clients for answers have it.
    class Acks final : public AckOwner {
    public:
        explicit Acks(SocketState& socket) noexcept
            : table(socket.hub().context().deadlines, *this), socket_(socket) {}

        AckTable table;

    private:
        void on_ack_timeout(AckHandler handler) override {
            socket_.call_ack_handler(handler, errc::ack_timeout, {});
        }

        SocketState& socket_;
    };

    [[nodiscard]] const wire::PacketParser& parser() const noexcept {
        return wire::packet_parser(format());
    }
    [[nodiscard]] engine::MessageRef make_message(const wire::Packet& packet) const;
    void connect();
    void send_connect_reply();
    /// False when that ends the connection.
    [[nodiscard]] bool send_missed(const ConnectAttempt::Missed& missed);
    void refuse(Refusal refusal);
    /// False when it comes too fast; what becomes of it has happened then.
    [[nodiscard]] bool is_in_time(const IncomingEvent& event);
    void call_connection_handlers();
    [[nodiscard]] bool can_recover(const EmitFlags& flags) const noexcept;
    EmitOutcome send_recoverable(std::string_view event, const Args& args, const EmitFlags& flags);
    EmitOutcome send_by_adapter(std::string_view event, const Args& args, const EmitFlags& flags);
    bool enter(std::string_view room, std::uint32_t moment);
    void call_own_drain_handlers();
    void call_any_handlers(const HandlerList<AnyHandler>& list, std::string_view event,
                           const Args& args);
    [[nodiscard]] bool call_own_handler(const IncomingEvent& event, const Ack& ack);
    void notify_outgoing(std::string_view event, const Args& args) {
        if (nsp_.has_outgoing_handlers()) call_outgoing_handlers(event, args);
    }
    [[nodiscard]] HandlerId next_handler_id() { return HandlerId{++own_handlers().ids}; }
    void forget_listening();
    [[nodiscard]] bool watches_rooms() const noexcept;
    void tell_joined(std::string_view room, bool is_new);
    void tell_left(std::string_view room, bool was_last);
    void tell_of_room(const RoomEvent& event);
    void call_disconnect_handlers(std::list<DisconnectHandler> Handlers::* list,
                                  std::string_view what, DisconnectReason reason);
    /// Until its middlewares have let it in.
    EmitOutcome hold(const engine::MessageRef& message);
    void call_ack_handler(const AckHandler& handler, boost::system::error_code ec,
                          const Args& args);
    void fail_ack_later(AckHandler handler, errc why);
    void leave_all_rooms();
    void fail_all_acks();
    void release();
    [[nodiscard]] Handlers& own_handlers();
    template <class Call>
    void guarded(std::string_view what, Call&& call) const {
        (void)hub().guarded(nsp_.name(), what, std::forward<Call>(call));
    }

    // What a broadcast reads of each socket comes first, side by side.
    std::uint64_t mark_ = 0;
    std::uint32_t place_ = 0;  ///< Among the namespace's sockets.
    Phase phase_ = Phase::pending;
    bool in_own_room_ : 1 = true;
    bool was_connected_ : 1 = false;
    bool greeted_ : 1 = false;
    bool backlog_told_ : 1 = false;
    bool reads_msgpack_ : 1;
    bool recovered_ : 1 = false;
    wire::EngineProtocol protocol_;
    /// The last one that was seen, for when the client is gone.
    engine::TransportKind last_transport_kind_ = engine::TransportKind::polling;
    engine::Session* session_;  ///< The client's. Null when left.

    Client* client_;  ///< Null when left.
    NamespaceState& nsp_;
    Socket facade_{*this};
    /// Ids fit into it, but for those of EIO3 clients outside the root: no allocation.
    boost::container::string id_;
    HandshakeRef handshake_;
    std::unique_ptr<ConnectAttempt> attempt_;  ///< Only while pending.
    /// Of a socket that has sent an event, where Options::events_per_second_max is set.
    std::unique_ptr<base::TokenBucket> event_rate_;
    std::unique_ptr<Handlers> handlers_;
    std::unique_ptr<Acks> acks_;
    OpenReplies open_replies_;
    std::any data_;
};

}  // namespace socketio::hub
