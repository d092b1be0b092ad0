#include "hub/adapter_recovery.hpp"

#include "base/assert.hpp"
#include "hub/hub.hpp"
#include "hub/socket_state.hpp"
#include "wire/session_id.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>

namespace socketio::hub {

namespace {

using engine::ContentRef;

/// Pids of other servers name shards of theirs, and those of Node none: any first byte will do.
constexpr unsigned any_shard = 256;
/// Ours and Node's have 20 characters. It is a room's name and goes to the client.
constexpr std::size_t stored_sid_bytes_max = 128;

[[nodiscard]] bool is_pid(const std::string* text) noexcept {
    return text != nullptr && wire::shard_of(*text, any_shard).has_value();
}

/// Who waits longer than the clock can tell waits as long as it can.
[[nodiscard]] base::TimePoint end_of_wait(base::TimePoint since, base::Milliseconds timeout) {
    const auto longest =
        std::chrono::duration_cast<base::Milliseconds>(base::TimePoint::max() - since);
    return since + std::min(timeout, longest);
}

/// Ready for the store.
[[nodiscard]] StoredSession to_stored(const RecoverySession& session, const std::any& data) {
    StoredSession stored{session.sid, std::string(session.pid.view()), session.nsp, {}, {}};
    stored.rooms.reserve(session.rooms.size());
    for (const auto& room : session.rooms) stored.rooms.push_back(room.name);
    // What else stands there belongs to this process.
    if (const auto* value = std::any_cast<Value>(&data)) stored.data = *value;
    return stored;
}

}  // namespace

AdapterRecovery::AdapterRecovery(Hub& hub, const RecoveryOptions& options)
    : RecoveryDesk(options),
      hub_(hub),
      shard_(hub.context().shard),
      shards_(hub.context().options.shards),
      counters_(hub.context().counters != nullptr ? *hub.context().counters : own_counters_),
      arrivals_(options.packets_max, options.packet_bytes_max) {
    SOCKETIO_ASSERT(shard_ < shards_);
}

base::TimePoint AdapterRecovery::now() const noexcept {
    return hub_.context().deadlines.now();
}

NamespacePort* AdapterRecovery::port() const {
    const auto* root = hub_.find_namespace("/");
    return root != nullptr ? &root->facade().port() : nullptr;
}

template <class Work>
void AdapterRecovery::on_hub(unsigned shard, Work work) {
    if (shard == shard_) return work(*this);
    hub_.post(shard, [work = std::move(work)](Hub& there) { work(*there.adapter_recovery()); });
}

// ---- Events ------------------------------------------------------------------------------------

RecoveryDesk::Noted AdapterRecovery::note(const Delivery& delivery) {
    if (!delivery.adapter_offset) return {};
    const auto* nsp = hub_.find_namespace(delivery.nsp);
    if (nsp == nullptr) return {};
    const auto& offset = *delivery.adapter_offset;
    newest_.insert_or_assign(nsp, offset);
    if (arrivals_.is_wanted()) arrivals_.append(*nsp, delivery);
    find_known_to(*nsp, offset);
    return {arrivals_.end(), known_to_};
}

void AdapterRecovery::find_known_to(const NamespaceState& nsp, const wire::ClusterOffset& offset) {
    known_to_.clear();
    for (auto entry = returning_.begin(); entry != returning_.end();) {
        const auto& [socket, returning] = *entry;
        const bool concerns = !returning.since && returning.has_until && &socket->nsp() == &nsp;
        if (concerns && offset <= *returning.has_until) known_to_.push_back(socket);
        // What comes behind it is news, and so is all that follows.
        const bool is_level = concerns && offset >= *returning.has_until;
        entry = is_level ? returning_.erase(entry) : std::next(entry);
    }
}

// ---- Sockets -----------------------------------------------------------------------------------

void AdapterRecovery::admit(SocketState& socket) {
    const auto pid = Pid::of(hub_.make_socket_id());
    live_.insert_or_assign(pid, Live{&socket, now()});
    pids_.emplace(&socket, pid);
}

void AdapterRecovery::admit_restored(SocketState& socket, RestoredSocket& restored) {
    const auto& pid = restored.session->pid;
    live_.insert_or_assign(pid, Live{&socket, restored.asked_at});
    pids_.emplace(&socket, pid);
    returning_.emplace(&socket, Returning{restored.has_until, arrivals_.open()});
}

bool AdapterRecovery::on_connected(SocketState& socket, RecoveryLog::Position since,
                                   std::vector<ContentRef>& packets) {
    const auto found = returning_.find(&socket);
    SOCKETIO_ASSERT(found != returning_.end() && found->second.since == since);
    auto& returning = found->second;
    const auto& nsp = socket.nsp();
    const auto rooms = rooms_of(socket);
    // Without a bound: more than a queue holds makes it a slow client, as it would have in the meantime.
    const RecoveryLog::Reader unbounded{.format = socket.format()};
    const bool is_whole =
        arrivals_.collect(nsp, stays_of(rooms), since, returning.has_until, unbounded, packets);
    if (!is_whole) return false;
    ++counters_.recoveries;
    arrivals_.close(since);
    returning.since.reset();
    const auto newest = newest_.find(&nsp);
    const bool is_level =
        !returning.has_until || (newest != newest_.end() && newest->second >= *returning.has_until);
    if (is_level) returning_.erase(found);
    return true;
}

std::string_view AdapterRecovery::pid_of(const SocketState& socket) const {
    return pids_.at(&socket).view();
}

std::unique_ptr<RecoverySession> AdapterRecovery::detach(SocketState& socket,
                                                         DisconnectReason reason) {
    const auto known = pids_.find(&socket);
    if (known == pids_.end()) return nullptr;
    std::unique_ptr<RecoverySession> session;
    if (is_recoverable(reason)) {
        session = std::make_unique<RecoverySession>();
        session->pid = known->second;
        session->sid = socket.id();
        session->nsp = socket.nsp().name();
        session->format = socket.format();
        session->rooms = rooms_of(socket);
    }
    forget(socket);
    return session;
}

void AdapterRecovery::keep(std::unique_ptr<RecoverySession> session, std::any data) {
    store(to_stored(*session, data));
}

void AdapterRecovery::store(StoredSession session) {
    // Work is copied on its way.
    const auto shared = std::make_shared<const StoredSession>(std::move(session));
    on_hub(0, [shared](AdapterRecovery& first) {
        auto* port = first.port();
        if (port == nullptr) return;
        port->keep_session(*shared, first.options().max_disconnection_duration);
    });
}

void AdapterRecovery::forget(SocketState& socket) {
    const auto known = pids_.find(&socket);
    if (known == pids_.end()) return;
    const auto live = live_.find(known->second);
    // Another connection may have the same pid: then the adapter gave it out twice.
    if (live != live_.end() && live->second.socket == &socket) live_.erase(live);
    pids_.erase(known);
    forget_returning(socket);
}

void AdapterRecovery::forget_returning(SocketState& socket) {
    const auto found = returning_.find(&socket);
    if (found == returning_.end()) return;
    if (found->second.since) arrivals_.close(*found->second.since);
    returning_.erase(found);
}

// ---- Clients that come back: where the client is ------------------------------------------------

std::optional<Inquiry> AdapterRecovery::read_inquiry(std::string_view nsp, const Value& payload,
                                                     wire::PacketFormat format) {
    const auto* object = payload.if_object();
    const auto* pid = object != nullptr ? object->find("pid") : nullptr;
    if (pid == nullptr) return std::nullopt;
    Inquiry inquiry;
    const auto* text = pid->if_string();
    bool is_good = is_pid(text);
    const auto* offset = object->find("offset");
    if (offset != nullptr && !offset->is_null()) {
        const auto* given = offset->if_string();
        // The last argument of an event that had no offset, for instance.
        is_good = is_good && given != nullptr && wire::parse_cluster_offset(*given);
        if (is_good) inquiry.adapter_offset = *given;
    }
    if (!is_good) {
        ++counters_.recoveries_refused;
        return std::nullopt;
    }
    inquiry.pid = Pid::of(*text);
    inquiry.nsp = nsp;
    inquiry.format = format;
    return inquiry;
}

void AdapterRecovery::restore(Inquiry inquiry, Taker taker) {
    inquiry.asked_at = now();
    inquiry.asker = {shard_, ++last_ticket_};
    requests_.emplace(inquiry.asker.number, Request{inquiry, std::move(taker), arrivals_.open()});
    arm();
    on_hub(0, [inquiry = std::move(inquiry)](AdapterRecovery& first) { first.find(inquiry); });
}

void AdapterRecovery::on_answer(const Inquiry& inquiry, std::unique_ptr<RestoredSession> answer) {
    const auto found = requests_.find(inquiry.asker.number);
    if (found == requests_.end()) {
        // Its client did not wait any longer, and may yet come back from where it is now.
        if (answer) store(std::move(answer->session));
        return;
    }
    const auto request = std::move(found->second);
    requests_.erase(found);
    if (requests_.empty()) deadline_.cancel();
    std::optional<RestoredSocket> restored;
    if (answer) restored = make_restored(request, *answer);
    if (!restored) {
        ++counters_.recoveries_refused;
        (void)request.taker(nullptr);
    } else if (!request.taker(&*restored)) {
        store(to_stored(*restored->session, restored->session->data));
    }
    arrivals_.close(request.since);
}

std::optional<RestoredSocket> AdapterRecovery::make_restored(const Request& request,
                                                             RestoredSession& answer) {
    const auto& inquiry = request.inquiry;
    auto& stored = answer.session;
    // What a store holds is others' to write.
    const bool is_asked_for = stored.pid == inquiry.pid.view() && stored.nsp == inquiry.nsp &&
                              !stored.sid.empty() && stored.sid.size() <= stored_sid_bytes_max;
    if (!is_asked_for) return std::nullopt;
    RestoredSocket restored;
    restored.asked_at = inquiry.asked_at;
    restored.session = std::make_unique<RecoverySession>();
    auto& session = *restored.session;
    session.pid = inquiry.pid;
    session.sid = std::move(stored.sid);
    session.nsp = std::move(stored.nsp);
    session.format = inquiry.format;
    for (auto& room : stored.rooms) session.rooms.push_back({std::move(room), request.since});
    if (!stored.data.is_null()) session.data = std::move(stored.data);
    if (!append_missed(request, answer.missed, restored)) return std::nullopt;
    return restored;
}

bool AdapterRecovery::append_missed(const Request& request,
                                    const std::vector<ClusterBroadcast>& missed,
                                    RestoredSocket& restored) const {
    const auto& inquiry = request.inquiry;
    auto left = reader(inquiry.format);
    if (missed.size() > left.packets_max) return false;
    restored.has_until = wire::parse_cluster_offset(inquiry.adapter_offset);
    for (const auto& broadcast : missed) {
        const auto offset = wire::parse_cluster_offset(broadcast.offset);
        const auto* event = broadcast.data.empty() ? nullptr : broadcast.data.front().if_string();
        if (!offset || event == nullptr) continue;
        const Args args(broadcast.data.begin() + 1, broadcast.data.end());
        auto content =
            encode_event({inquiry.format, true}, {inquiry.nsp, *event, args, broadcast.flags,
                                                  wire::EventOffset::of_adapter, broadcast.offset});
        if (content->bytes() > left.bytes_max || content->packets() > left.packets_max) {
            return false;
        }
        left.bytes_max -= content->bytes();
        left.packets_max -= content->packets();
        restored.missed.push_back(std::move(content));
        restored.has_until = restored.has_until ? std::max(*restored.has_until, *offset) : *offset;
    }
    const auto* nsp = hub_.find_namespace(inquiry.nsp);
    return nsp == nullptr ||
           arrivals_.collect(*nsp, stays_of(restored.session->rooms), request.since,
                             restored.has_until, left, restored.missed);
}

RecoveryLog::Reader AdapterRecovery::reader(wire::PacketFormat format) const noexcept {
    const auto& bounds = hub_.context().options;
    // What comes next shall find room in the queue, too.
    return {bounds.send_queue_bytes_max / 2, bounds.send_queue_packets_max / 2, format};
}

void AdapterRecovery::arm() {
    if (requests_.empty() || deadline_.armed()) return;
    const auto& oldest = requests_.begin()->second.inquiry;
    hub_.context().deadlines.arm(deadline_,
                                 end_of_wait(oldest.asked_at, options().restore_timeout));
}

void AdapterRecovery::on_time(base::TimePoint now) {
    while (!requests_.empty()) {
        const auto oldest = requests_.begin();
        const auto since = oldest->second.inquiry.asked_at;
        if (end_of_wait(since, options().restore_timeout) > now) break;
        const auto request = std::move(oldest->second);
        requests_.erase(oldest);
        arrivals_.close(request.since);
        ++counters_.recoveries_refused;
        (void)request.taker(nullptr);
    }
    arm();
}

// ---- On shard 0 --------------------------------------------------------------------------------

void AdapterRecovery::find(const Inquiry& inquiry) {
    // Each shard's word comes behind what its old connection, if it had one, left behind.
    const auto silent = std::make_shared<unsigned>(shards_);
    for (unsigned shard = 0; shard < shards_; ++shard) {
        on_hub(shard, [inquiry, silent](AdapterRecovery& there) {
            there.close_older(inquiry);
            there.on_hub(0, [inquiry, silent](AdapterRecovery& first) {
                if (--*silent == 0) first.ask_adapter(inquiry);
            });
        });
    }
}

void AdapterRecovery::ask_adapter(const Inquiry& inquiry) {
    auto done = [this, inquiry](std::unique_ptr<RestoredSession> answer) {
        // Work can be copied, which the answer cannot.
        const auto letter = std::make_shared<std::unique_ptr<RestoredSession>>(std::move(answer));
        on_hub(inquiry.asker.shard, [inquiry, letter](AdapterRecovery& there) {
            there.on_answer(inquiry, std::move(*letter));
        });
    };
    auto* adapter = port();
    if (adapter == nullptr) return done(nullptr);
    adapter->restore_session(inquiry.nsp, std::string(inquiry.pid.view()), inquiry.adapter_offset,
                             std::move(done));
}

// ---- Where the old connection may be ------------------------------------------------------------

void AdapterRecovery::close_older(const Inquiry& inquiry) {
    const auto live = live_.find(inquiry.pid);
    if (live == live_.end()) return;
    auto& socket = *live->second.socket;
    if (socket.nsp().name() != inquiry.nsp) return;
    // The newest connection wins. Mostly that is who asks: the old one is dead, and nobody has noticed.
    if (inquiry.asked_at < live->second.asked_at) return;
    socket.close_connection();
}

}  // namespace socketio::hub
