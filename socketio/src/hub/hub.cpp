#include "hub/hub.hpp"

#include "base/assert.hpp"
#include "hub/adapter_recovery.hpp"
#include "hub/answer_count.hpp"
#include "hub/delivery.hpp"
#include "hub/message_forms.hpp"
#include "hub/recovery.hpp"
#include "hub/socket_state.hpp"
#include "socketio/adapter.hpp"
#include "wire/packet_parser.hpp"
#include "wire/session_id.hpp"

#include <array>
#include <exception>
#include <optional>

namespace socketio::hub {

Hub::Hub(const HubContext& context)
    : context_(context),
      follows_rooms_(context.options.adapter != nullptr &&
                     context.options.adapter->follows_rooms()) {
    const auto& recovery = context_.options.connection_state_recovery;
    if (!recovery) return;
    const auto& adapter = context_.options.adapter;
    if (adapter && adapter->keeps_sessions()) {
        auto own = std::make_unique<AdapterRecovery>(*this, *recovery);
        adapter_recovery_ = own.get();
        recovery_desk_ = std::move(own);
    } else {
        auto own = std::make_unique<Recovery>(*this, *recovery);
        recovery_ = own.get();
        recovery_desk_ = std::move(own);
    }
}

Hub::~Hub() = default;

void Hub::add_namespace(const Namespace& nsp) {
    namespaces_.open(nsp, *this);
}

void Hub::close_namespace(std::string_view name) {
    const auto* nsp = namespaces_.close(name);
    if (nsp == nullptr) return;
    if (recovery_desk_) recovery_desk_->forget_namespace(name);
    const Snapshot sockets(snapshots_, *nsp, {});
    for (std::size_t i = 0; i < sockets.size(); ++i) sockets[i].disconnect();
}

bool Hub::close_if_deserted(std::string_view name) {
    const auto* nsp = find_namespace(name);
    if (nsp == nullptr || !nsp->is_deserted()) return false;
    (void)namespaces_.close(name);
    return true;
}

void Hub::post(unsigned shard, std::function<void(Hub&)> work) {
    const auto* root = find_namespace("/");
    if (root != nullptr) root->facade().port().post_to_hub(shard, std::move(work));
}

void Hub::tell_of_room(const NamespaceState& nsp, std::string_view room, bool is_there,
                       bool is_own) const {
    nsp.facade().port().on_room(nsp.name(), room, is_there, is_own);
}

void Hub::request_namespace(std::string name, Value auth, std::function<void(bool)> answer) {
    const auto* root = find_namespace("/");
    if (root == nullptr) return answer(false);
    root->facade().port().request_namespace(std::move(name), std::move(auth), std::move(answer));
}

std::unique_ptr<Client> Hub::make_client(engine::Session& session, Handshake handshake) {
    return std::make_unique<Client>(*this, session, std::move(handshake));
}

void Hub::add(Client& client) {
    client.set_place(static_cast<std::uint32_t>(clients_.size()));
    clients_.push_back(&client);
}

void Hub::remove(Client& client) noexcept {
    const auto place = client.place();
    SOCKETIO_ASSERT(place < clients_.size() && clients_[place] == &client);
    clients_[place] = clients_.back();
    clients_[place]->set_place(place);
    clients_.pop_back();
}

std::string Hub::make_socket_id() {
    std::array<std::uint8_t, wire::session_id_random_bytes> bytes{};
    context_.random.fill(bytes);
    return wire::make_session_id(static_cast<std::uint8_t>(context_.shard), bytes);
}

// ---- To many sockets ---------------------------------------------------------------------------

namespace {

/// Recipients lie all over memory, and each leads to its session, that to its transport and that to its
/// connection: without a hint the processor waits for every step of every one. So each step of a later
/// recipient is asked for while earlier ones are served; the distances give a step the time that memory takes.
void prefetch_ahead(const Snapshot& recipients, std::size_t i) noexcept {
    constexpr std::size_t to_connection = 3;
    constexpr std::size_t to_transport = 6;
    constexpr std::size_t to_session = 9;
    constexpr std::size_t to_socket = 12;
    if (i + to_socket < recipients.size()) __builtin_prefetch(&recipients[i + to_socket]);
    if (i + to_session < recipients.size()) recipients[i + to_session].prefetch_session();
    if (i + to_transport < recipients.size()) recipients[i + to_transport].prefetch_transport();
    if (i + to_connection < recipients.size()) recipients[i + to_connection].prefetch_connection();
}

// More different events than an application sends one by one in a turn.
constexpr std::size_t shared_messages_max = 256;

/// Before anything is sent, since a handler may do anything to the sockets. `content_of` gives the event as a
/// socket reads it, which is what its handlers are shown.
template <class ContentOf>
void show_outgoing(const Snapshot& recipients, ContentOf content_of) {
    std::optional<IncomingEvent> event;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        auto& socket = recipients[i];
        if (!socket.receives() || !socket.has_outgoing_handlers()) continue;
        if (!event) event = decode_event(content_of(socket));
        if (event) socket.call_outgoing_handlers(event->name, event->args);
    }
}

/// `message_of` gives what a socket reads.
template <class MessageOf>
void send_each(const Snapshot& recipients, bool is_volatile, MessageOf message_of) {
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        prefetch_ahead(recipients, i);
        auto& socket = recipients[i];
        if (socket.receives()) socket.transmit(message_of(socket), is_volatile);
    }
}

}  // namespace

void Hub::deliver(const Delivery& delivery) {
    if (!recovery_desk_) return send_out(delivery, {});
    const auto noted = recovery_desk_->note(delivery);
    send_out(delivery, noted.known_to);
    recovery_desk_->on_delivered(noted.position);
}

void Hub::send_out(const Delivery& delivery, std::span<SocketState* const> left_out) {
    const auto* nsp = find_namespace(delivery.nsp);
    if (nsp == nullptr) return;
    const Snapshot recipients(snapshots_, *nsp, delivery.audience, left_out);
    // Nobody receives: no handle and no frames are made.
    if (recipients.empty()) return;
    const auto& contents = delivery.contents;
    if (nsp->has_outgoing_handlers()) {
        show_outgoing(recipients, [&](const auto& socket) -> const engine::MessageContent& {
            return *contents.of(socket.form_of(contents));
        });
    }
    const auto make_message = [&](const engine::ContentRef& content) {
        return delivery.is_sent_again ? share(content) : engine::Message::make(content);
    };
    const bool is_volatile = delivery.flags.is_volatile;
    if (const auto& only = contents.only()) {
        const auto message = make_message(only);
        return send_each(recipients, is_volatile,
                         [&](const auto&) -> const engine::MessageRef& { return message; });
    }
    MessageForms messages([&](ContentForm form) { return make_message(contents.of(form)); });
    send_each(recipients, is_volatile, [&](const auto& socket) -> const engine::MessageRef& {
        return messages.of(socket.form_of(contents));
    });
}

engine::MessageRef Hub::share(const engine::ContentRef& content) {
    const auto found = shared_.find(content.get());
    if (found != shared_.end()) return found->second;
    // Whoever encodes for each socket anew gains nothing by this, and must not keep it all for a tick.
    if (shared_.size() >= shared_messages_max) shared_.clear();
    arm_later();
    return shared_.emplace(content.get(), engine::Message::make(content)).first->second;
}

namespace {

void operate_on(SocketState& socket, const RoomSurgery& surgery) {
    switch (surgery.kind) {
        case RoomSurgery::Kind::join:
            for (const auto& room : surgery.rooms) (void)socket.join(room);
            return;
        case RoomSurgery::Kind::leave:
            for (const auto& room : surgery.rooms) socket.leave_room(room);
            return;
        case RoomSurgery::Kind::disconnect: return socket.disconnect();
        case RoomSurgery::Kind::disconnect_and_close: return socket.disconnect_and_close();
    }
}

}  // namespace

void Hub::surgery(const RoomSurgery& surgery) {
    const auto* nsp = find_namespace(surgery.nsp);
    if (nsp == nullptr) return;
    const Snapshot sockets(snapshots_, *nsp, surgery.audience);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (sockets[i].receives()) operate_on(sockets[i], surgery);
    }
}

void Hub::ask(const Question& question, std::function<void(BroadcastAnswers)> done) {
    ask(question, collect_answers(std::move(done)));
}

void Hub::ask(const Question& question, AnswerStream answers) {
    auto* nsp = find_namespace(question.nsp);
    if (nsp == nullptr) return answers.on_count(0);
    const Snapshot recipients(snapshots_, *nsp, question.audience);
    if (recipients.empty()) return answers.on_count(0);
    const auto id = nsp->take_ack_id();
    MessageForms message([&](ContentForm form) {
        auto packet = wire::packet_parser(form.format)
                          .encode_event({question.nsp, id, question.event, question.args});
        return engine::Message::make(
            engine::make_content(std::move(packet), {.compress = question.flags.compress}));
    });
    // With an ack id nothing can be sent again.
    const auto form_of = [](const SocketState& socket) { return ContentForm{socket.format()}; };
    if (nsp->has_outgoing_handlers()) {
        show_outgoing(recipients, [&](const SocketState& socket) -> const engine::MessageContent& {
            return message.of(form_of(socket))->content();
        });
    }
    const auto stream = std::make_shared<const AnswerStream>(std::move(answers));
    std::size_t asked = 0;
    for (std::size_t i = 0; i < recipients.size(); ++i) {
        auto& socket = recipients[i];
        if (!socket.receives()) continue;
        ++asked;
        socket.expect_answer(id, question.timeout,
                             [stream](boost::system::error_code ec, const Args& args) {
                                 stream->on_answer(ec, args.empty() ? Value() : args.front());
                             });
        (void)socket.transmit(message.of(form_of(socket)), false);
    }
    stream->on_count(asked);
}

std::vector<SocketDetails> Hub::fetch(std::string_view nsp, const Audience& audience) {
    std::vector<SocketDetails> all;
    const auto* known = find_namespace(nsp);
    if (known == nullptr) return all;
    const Snapshot sockets(snapshots_, *known, audience);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (sockets[i].receives()) all.push_back(sockets[i].details());
    }
    return all;
}

std::vector<std::string> Hub::room_names(std::string_view nsp) const {
    std::vector<std::string> names;
    const auto* known = find_namespace(nsp);
    if (known == nullptr) return names;
    known->rooms().for_each([&](const Room& room) { names.emplace_back(room.name); });
    for (const auto* socket : known->sockets()) {
        if (socket->in_own_room()) names.emplace_back(socket->id());
    }
    return names;
}

void Hub::spawn(const std::string& nsp, Task task) {
    task.start([this, nsp](const std::exception_ptr& failure) {
        (void)guarded(nsp, "task", [&] { std::rethrow_exception(failure); });
    });
}

void Hub::close_all(DisconnectReason reason) {
    // Clients stay until the turn's end; their list changes only then.
    const auto clients = clients_;
    for (auto* client : clients) client->session().close(reason);
}

Census Hub::count() const {
    Census census;
    namespaces_.for_each([&](const NamespaceState& nsp) {
        if (nsp.is_open()) census.sockets.emplace(nsp.name(), nsp.sockets().size());
    });
    for (const auto* client : clients_) census.queued_bytes += client->session().queue().bytes();
    return census;
}

// ---- Later -------------------------------------------------------------------------------------

void Hub::bury(std::unique_ptr<SocketState> socket) {
    buried_.push_back(std::move(socket));
    arm_later();
}

void Hub::later(std::function<void()> work) {
    deferred_.push_back(std::move(work));
    arm_later();
}

void Hub::arm_later() {
    if (!later_.armed()) context_.deadlines.arm(later_, context_.deadlines.now());
}

void Hub::on_later(base::TimePoint) {
    // What these bury or defer waits for the next tick.
    const auto buried = std::exchange(buried_, {});
    const auto deferred = std::exchange(deferred_, {});
    shared_.clear();
    for (const auto& work : deferred) work();
}

void Hub::log_handler_failure(std::string_view nsp, std::string_view event) const {
    std::string what;
    try {
        throw;
    } catch (const std::exception& exception) {
        what = exception.what();
    } catch (...) {
        what = "not a std::exception";
    }
    context_.log.write(LogLevel::error, "handler failed", [&] {
        return base::LogFields{
            {"nsp", std::string(nsp)}, {"event", std::string(event)}, {"what", what}};
    });
}

}  // namespace socketio::hub
