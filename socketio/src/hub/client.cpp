#include "hub/client.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "hub/event_contents.hpp"
#include "hub/hub.hpp"
#include "hub/namespace_table.hpp"
#include "hub/recovery_desk.hpp"
#include "hub/socket_state.hpp"
#include "wire/handshake_query.hpp"

#include <algorithm>
#include <utility>

namespace socketio::hub {

namespace {

using wire::PacketType;

// Of a namespace that may be made for a client: regular expressions recurse over it.
constexpr std::size_t requested_name_bytes_max = 256;

wire::PacketLimits limits_of(const Options& options) {
    wire::PacketLimits limits;
    limits.attachments_max = options.attachments_max;
    limits.json_depth_max = options.json_depth_max;
    // As many as JSON has room for.
    limits.msgpack_values_max = options.message_bytes_max / 2;
    return limits;
}

/// A client of an old protocol is sent a packet before it has sent any: it reads JSON.
bool may_choose_format(const Options& options, wire::EngineProtocol protocol) noexcept {
    return options.parser == Parser::by_client && protocol == wire::EngineProtocol::v4;
}

/// EIO3 clients append a query to the namespace: "/chat?token=1".
FieldList take_query(std::string& nsp) {
    const auto mark = nsp.find('?');
    if (mark == std::string::npos) return {};
    auto query = wire::parse_query_string(std::string_view(nsp).substr(mark + 1));
    nsp.resize(mark);
    return query;
}

Value to_object(const FieldList& fields) {
    Object object;
    for (const auto& [name, value] : fields) object[name] = value;
    return object;
}

}  // namespace

Client::Client(Hub& hub, engine::Session& session, Handshake handshake)
    : hub_(hub),
      session_(session),
      handshake_(SharedHandshake::make(std::move(handshake))),
      format_(usual_format(hub.context().options.parser)),
      knows_format_(!may_choose_format(hub.context().options, session.protocol())) {
    hub_.add(*this);
}

Client::~Client() {
    if (requests_) *requests_->client = nullptr;
    hub_.remove(*this);
}

void Client::start() {
    patience_ = std::make_unique<Patience>(*this, Patience::For::connect);
    const auto& context = hub_.context();
    context.deadlines.arm_after(patience_->over, context.options.connect_timeout);
    if (session_.protocol() == wire::EngineProtocol::v3)
        on_connect({PacketType::connect, "/", {}, {}}, {});
}

void Client::on_socket_connected() {
    if (!patience_ || patience_->cause != Patience::For::connect) return;
    patience_.reset();
    // They may have been announced before a middleware let the client in.
    if (begun_.pending()) wait_for_attachments();
}

void Client::wait_for_attachments() {
    // Who has joined nothing is waited for already, and so is who owes attachments.
    if (patience_) return;
    patience_ = std::make_unique<Patience>(*this, Patience::For::attachments);
    const auto& context = hub_.context();
    context.deadlines.arm_after(patience_->over, context.options.attachment_timeout);
}

void Client::on_patience_over(base::TimePoint) {
    const auto over = std::exchange(patience_, nullptr);
    if (over->cause == Patience::For::attachments) {
        return close_for_bad_packet("attachments did not come in time");
    }
    session_.close(DisconnectReason::forced_close);
}

// ---- Packets -----------------------------------------------------------------------------------

void Client::on_message(std::string_view data, bool binary) {
    if (!std::exchange(knows_format_, true) && binary) format_ = wire::PacketFormat::msgpack;
    auto decoded = parser().decode(data, binary, begun_, limits_of(hub_.context().options));
    if (!decoded) return close_for_bad_packet(decoded.error().message());
    if (!*decoded) return wait_for_attachments();
    if (patience_ && patience_->cause == Patience::For::attachments) patience_.reset();
    on_packet(**std::move(decoded));
}

void Client::on_packet(wire::Packet packet) {
    FieldList query;
    if (session_.protocol() == wire::EngineProtocol::v3) query = take_query(packet.nsp);
    auto* socket = find(packet.nsp);
    if (socket == nullptr) {
        if (awaits(packet.nsp)) return close_for_bad_packet("packet before the connection");
        if (packet.type == PacketType::connect) return on_connect(std::move(packet), query);
        return on_packet_without_socket(packet);
    }
    // Before the CONNECT reply a client has nothing to say.
    if (!socket->connected()) return close_for_bad_packet("packet before the connection");
    switch (packet.type) {
        case PacketType::event:
        case PacketType::binary_event: return socket->on_event(std::move(packet));
        case PacketType::ack:
        case PacketType::binary_ack: return socket->on_ack(std::move(packet));
        case PacketType::disconnect:
            return socket->leave(DisconnectReason::client_namespace_disconnect);
        case PacketType::connect: return close_for_bad_packet("second CONNECT");
        case PacketType::connect_error: return close_for_bad_packet("CONNECT_ERROR from a client");
    }
}

void Client::on_packet_without_socket(const wire::Packet& packet) {
    const auto* nsp = hub_.find_namespace(packet.nsp);
    const bool was_left =
        left_by_server_ && std::count(left_by_server_->begin(), left_by_server_->end(), nsp) != 0;
    if (!was_left || packet.type == PacketType::connect_error) {
        return close_for_bad_packet("packet for a namespace that is not joined");
    }
    // Nothing of the old socket can follow its DISCONNECT.
    if (packet.type == PacketType::disconnect) std::erase(*left_by_server_, nsp);
}

void Client::on_connect(wire::Packet packet, const FieldList& query) {
    auto* nsp = hub_.find_namespace(packet.nsp);
    if (namespaces_count() >= hub_.context().options.namespaces_per_session_max) {
        return refuse(packet.nsp, "Too many namespaces");
    }
    if (nsp == nullptr || !nsp->is_open()) return request_namespace(std::move(packet), query);
    connect_to(*nsp, std::move(packet), query);
}

void Client::connect_to(NamespaceState& nsp, wire::Packet packet, const FieldList& query) {
    if (left_by_server_) std::erase(*left_by_server_, &nsp);
    auto* recovery = hub_.recovery_desk();
    if (recovery != nullptr && session_.protocol() == wire::EngineProtocol::v4) {
        if (auto inquiry = recovery->read_inquiry(packet.nsp, packet.data, format_)) {
            return recover(*std::move(inquiry), std::move(packet), query);
        }
    }
    make_socket(nsp, make_socket_id(nsp), std::move(packet), query).proceed();
}

SocketState& Client::make_socket(NamespaceState& nsp, std::string_view id, wire::Packet packet,
                                 const FieldList& query) {
    return *sockets_.emplace_back(std::make_unique<SocketState>(
        *this, nsp, id, make_handshake(std::move(packet.data), query)));
}

void Client::recover(Inquiry inquiry, wire::Packet packet, const FieldList& query) {
    const auto& client = note_request(packet.nsp);
    hub_.recovery_desk()->restore(
        std::move(inquiry), [client, packet = std::move(packet), query](RestoredSocket* restored) {
            return *client != nullptr && (*client)->on_recovery_answer(packet, query, restored);
        });
}

bool Client::on_recovery_answer(wire::Packet packet, const FieldList& query,
                                RestoredSocket* restored) {
    std::erase(requests_->names, packet.nsp);
    if (!session_.is_open()) return false;
    auto* nsp = hub_.find_namespace(packet.nsp);
    if (nsp == nullptr || !nsp->is_open()) {
        refuse(packet.nsp, "Invalid namespace");
        return false;
    }
    if (restored == nullptr) {
        make_socket(*nsp, make_socket_id(*nsp), std::move(packet), query).proceed();
        return true;
    }
    auto& socket = make_socket(*nsp, restored->session->sid, std::move(packet), query);
    socket.restore(std::move(*restored));
    socket.proceed();
    return true;
}

const std::shared_ptr<Client*>& Client::note_request(const std::string& nsp) {
    if (!requests_) {
        requests_ = std::make_unique<Requests>(Requests{std::make_shared<Client*>(this), {}});
    }
    requests_->names.push_back(nsp);
    return requests_->client;
}

void Client::request_namespace(wire::Packet packet, const FieldList& query) {
    if (packet.nsp.size() > requested_name_bytes_max) {
        return refuse(packet.nsp, "Invalid namespace");
    }
    const auto& client = note_request(packet.nsp);
    auto name = packet.nsp;
    auto auth = packet.data;
    hub_.request_namespace(std::move(name), std::move(auth),
                           [client, packet = std::move(packet), query](bool is_there) {
                               if (*client == nullptr) return;
                               (*client)->on_namespace_answer(packet, query, is_there);
                           });
}

void Client::on_namespace_answer(wire::Packet packet, const FieldList& query, bool is_there) {
    std::erase(requests_->names, packet.nsp);
    if (!session_.is_open()) return;
    auto* nsp = hub_.find_namespace(packet.nsp);
    if (!is_there || nsp == nullptr || !nsp->is_open()) {
        return refuse(packet.nsp, "Invalid namespace");
    }
    connect_to(*nsp, std::move(packet), query);
}

bool Client::awaits(std::string_view nsp) const noexcept {
    return requests_ && std::count(requests_->names.begin(), requests_->names.end(), nsp) != 0;
}

void Client::refuse(const std::string& nsp, std::string message) {
    const wire::Packet reply{PacketType::connect_error, nsp, std::nullopt,
                             Object{{"message", std::move(message)}}};
    session_.send(engine::Message::make(engine::make_content(parser().encode(reply))));
}

void Client::close_for_bad_packet(std::string_view why) {
    hub_.context().log.write(LogLevel::debug, "packet refused", [&] {
        return base::LogFields{{"why", std::string(why)},
                               {"address", handshake_->handshake.address}};
    });
    session_.close(DisconnectReason::forced_close);
}

std::string Client::make_socket_id(const NamespaceState& nsp) {
    if (session_.protocol() == wire::EngineProtocol::v4) return hub_.make_socket_id();
    std::string sid(session_.sid());
    return nsp.name() == "/" ? sid : nsp.name() + '#' + sid;
}

HandshakeRef Client::make_handshake(Value auth, const FieldList& query) {
    if (query.empty() && handshake_->use_count() == 1) {
        handshake_->handshake.auth = std::move(auth);
        return handshake_;
    }
    auto own = handshake_->handshake;
    // Applications written for socket.io 2.x look for it in the query, those for 3.x and 4.x in auth.
    own.auth = query.empty() ? std::move(auth) : to_object(query);
    for (const auto& [name, value] : query) own.query.add(name, value);
    return SharedHandshake::make(std::move(own));
}

// ---- Sockets -----------------------------------------------------------------------------------

SocketState* Client::find(std::string_view nsp) const noexcept {
    for (const auto& socket : sockets_) {
        if (socket->nsp().name() == nsp) return socket.get();
    }
    return nullptr;
}

std::vector<SocketState*> Client::sockets() const {
    std::vector<SocketState*> all;
    all.reserve(sockets_.size());
    for (const auto& socket : sockets_) all.push_back(socket.get());
    return all;
}

void Client::on_socket_greeted() {
    // It does not know yet that the client is behind.
    if (session_.has_backlog()) session_.watch_backlog();
    // One connection handler may have let the client into another namespace: they all see the request.
    const auto is_greeted = [](const auto& socket) {
        return !socket->connected() || socket->greeted();
    };
    if (!std::all_of(sockets_.begin(), sockets_.end(), is_greeted)) return;
    const auto keep = hub_.context().options.keep_request;
    if (keep == KeepRequest::always) return;
    if (keep == KeepRequest::while_joinable && !has_joined_all()) return;
    handshake_->handshake.request.reset();
    for (const auto& socket : sockets_) socket->forget_request();
}

bool Client::has_joined_all() const noexcept {
    // A namespace that closes has sockets yet, which say nothing of those that may be joined.
    const auto is_connected = [](const auto& socket) { return socket->connected(); };
    const auto is_in_open = [](const auto& socket) { return socket->nsp().is_open(); };
    return std::all_of(sockets_.begin(), sockets_.end(), is_connected) &&
           static_cast<std::size_t>(std::count_if(sockets_.begin(), sockets_.end(), is_in_open)) ==
               hub_.namespaces_count();
}

void Client::note_left_by_server(const NamespaceState& nsp) {
    if (!left_by_server_) left_by_server_ = std::make_unique<Namespaces>();
    left_by_server_->push_back(&nsp);
}

void Client::release(SocketState& socket) {
    const auto found = std::find_if(sockets_.begin(), sockets_.end(),
                                    [&](const auto& own) { return own.get() == &socket; });
    SOCKETIO_ASSERT(found != sockets_.end());
    hub_.bury(std::move(*found));
    sockets_.erase(found);
}

void Client::disconnect_all() {
    for (auto* socket : sockets()) socket->disconnect();
    session_.close(DisconnectReason::forced_close);
}

void Client::on_backlog() {
    for (auto* socket : sockets()) socket->on_backlog();
}

void Client::on_drained() {
    // With long-polling after nearly every GET, and few applications ask.
    bool awaited = false;
    for (const auto& socket : sockets_) {
        socket->end_backlog();
        awaited = awaited || socket->awaits_drain();
    }
    if (!awaited) return;
    for (auto* socket : sockets()) socket->on_drained();
}

void Client::on_upgraded() {
    for (auto* socket : sockets()) socket->on_upgraded();
}

void Client::on_close(DisconnectReason reason) {
    patience_.reset();
    if (reason == DisconnectReason::slow_client) {
        hub_.context().log.write(LogLevel::warn, "slow client closed", [&] {
            return base::LogFields{{"address", handshake_->handshake.address}};
        });
    }
    // A socket that is leaving already, further up the stack, releases itself.
    for (auto* socket : sockets()) socket->leave(reason);
}

}  // namespace socketio::hub
