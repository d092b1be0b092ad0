#pragma once
// One Socket.IO client: a session's messages taken apart into packets, and its sockets, one for each
// namespace. Lives on the session's shard. Socket.IO protocol v5; with an EIO3 session that of
// socket.io 1.x and 2.x.

#include "base/deadline_queue.hpp"
#include "engine/session.hpp"
#include "engine/session_port.hpp"
#include "hub/shared_handshake.hpp"
#include "wire/packet_parser.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::hub {

class Hub;
class NamespaceState;
class SocketState;
struct Inquiry;
struct RestoredSocket;

class Client final : public engine::SessionPort {
public:
    /// `handshake` is of the request that opened the session; its auth is not looked at.
    Client(Hub& hub, engine::Session& session, Handshake handshake);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() override;

    /// After Session::open(): arms the connect timeout; an EIO3 client is connected to "/".
    void start();

    void on_message(std::string_view data, bool binary) override;
    void on_backlog() override;
    void on_drained() override;
    void on_upgraded() override;
    void on_close(DisconnectReason reason) override;

    [[nodiscard]] Hub& hub() const noexcept { return hub_; }
    [[nodiscard]] engine::Session& session() const noexcept { return session_; }
    /// That its packets are written in; known once it has sent one.
    [[nodiscard]] wire::PacketFormat format() const noexcept { return format_; }

    // ---- From its sockets ----------------------------------------------------------------------
    void on_socket_connected();
    /// A namespace's connection handlers have returned: the opening request may have served its time.
    void on_socket_greeted();
    /// The server disconnects a socket: packets for it may be under way, which is no fault of the client.
    void note_left_by_server(const NamespaceState& nsp);
    /// A socket has left or was refused. The hub destroys it when its handlers have returned.
    void release(SocketState& socket);
    /// Every socket is disconnected, then the connection is closed.
    void disconnect_all();

    [[nodiscard]] std::uint32_t place() const noexcept { return place_; }
    void set_place(std::uint32_t place) noexcept { place_ = place; }

private:
    void on_patience_over(base::TimePoint now);
    void wait_for_attachments();
    [[nodiscard]] const wire::PacketParser& parser() const noexcept {
        return wire::packet_parser(format_);
    }
    void on_packet(wire::Packet packet);
    void on_connect(wire::Packet packet, const FieldList& query);
    /// The namespace is not there, but may be made.
    void request_namespace(wire::Packet packet, const FieldList& query);
    void on_namespace_answer(wire::Packet packet, const FieldList& query, bool is_there);
    void connect_to(NamespaceState& nsp, wire::Packet packet, const FieldList& query);
    /// The client was here before, it says; its state may be on another shard.
    void recover(Inquiry inquiry, wire::Packet packet, const FieldList& query);
    /// As RecoveryDesk::Taker.
    [[nodiscard]] bool on_recovery_answer(wire::Packet packet, const FieldList& query,
                                          RestoredSocket* restored);
    SocketState& make_socket(NamespaceState& nsp, std::string_view id, wire::Packet packet,
                             const FieldList& query);
    [[nodiscard]] bool awaits(std::string_view nsp) const noexcept;
    [[nodiscard]] std::size_t namespaces_count() const noexcept {
        return sockets_.size() + (requests_ ? requests_->names.size() : 0);
    }
    void on_packet_without_socket(const wire::Packet& packet);
    void refuse(const std::string& nsp, std::string message);
    void close_for_bad_packet(std::string_view why);
    [[nodiscard]] SocketState* find(std::string_view nsp) const noexcept;
    [[nodiscard]] std::string make_socket_id(const NamespaceState& nsp);
    [[nodiscard]] HandshakeRef make_handshake(Value auth, const FieldList& query);
    [[nodiscard]] bool has_joined_all() const noexcept;
    /// For walks during which handlers run.
    [[nodiscard]] std::vector<SocketState*> sockets() const;

    /// What the client has yet to do in time: join a namespace, else send the attachments that it announced.
    struct Patience {
        enum class For : std::uint8_t { connect, attachments };

        Patience(Client& client, For its_cause) noexcept : cause(its_cause), over(client) {}

        const For cause;
        base::MemberDeadline<Client, &Client::on_patience_over> over;
    };

    Hub& hub_;
    engine::Session& session_;
    wire::PacketDecoder begun_;  ///< A packet whose attachments have not all come.
    /// Of the request. The first socket shares it, for which reason auth is put into it; a further socket
    /// gets a copy.
    HandshakeRef handshake_;
    boost::container::small_vector<std::unique_ptr<SocketState>, 1> sockets_;
    using Namespaces = std::vector<const NamespaceState*>;
    /// That the server has left, for packets that were under way. Null when it never has.
    std::unique_ptr<Namespaces> left_by_server_;
    /// Namespaces that have been asked for, or a socket's state in one, and the link by which the answers find
    /// out that the client is gone. Null when none ever was.
    struct Requests {
        std::shared_ptr<Client*> client;
        std::vector<std::string> names;
    };
    /// Notes that packets for a namespace have to wait.
    [[nodiscard]] const std::shared_ptr<Client*>& note_request(const std::string& nsp);
    std::unique_ptr<Requests> requests_;
    std::unique_ptr<Patience> patience_;
    std::uint32_t place_ = 0;  ///< Among the hub's clients.
    wire::PacketFormat format_;
    /// False until the first message of a client that may choose.
    bool knows_format_;
};

}  // namespace socketio::hub
