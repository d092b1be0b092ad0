#include "hub/recovery.hpp"

#include "base/assert.hpp"
#include "hub/hub.hpp"
#include "hub/socket_state.hpp"
#include "wire/json.hpp"
#include "wire/session_id.hpp"

#include <algorithm>
#include <utility>

namespace socketio::hub {

namespace {

using engine::ContentRef;
using wire::EventOffset;

/// What is too old is forgotten by then.
constexpr base::Milliseconds tidy_interval{1'000};
/// Clocks of threads are read at different moments.
constexpr std::uint64_t clock_tolerance_ms = 1'000;
/// A ping waits for its pong as long as that, prolonged once; the one before it did, too: whatever was sent
/// ahead of a ping has arrived when its pong has.
constexpr int ping_timeouts_of_doubt = 4;

/// As far as it can be told.
std::size_t bytes_of(const std::any& data) {
    const auto* value = std::any_cast<Value>(&data);
    if (value == nullptr) return 0;
    std::string text;
    std::vector<Binary> attachments;
    wire::append_json(text, *value, &attachments);
    auto sum = text.size();
    for (const auto& attachment : attachments) sum += attachment.size();
    return sum;
}

}  // namespace

Recovery::Recovery(Hub& hub, const RecoveryOptions& options)
    : RecoveryDesk(options),
      hub_(hub),
      shard_(hub.context().shard),
      shards_(hub.context().options.shards),
      certain_after_(hub.context().options.ping_interval +
                     ping_timeouts_of_doubt * hub.context().options.ping_timeout),
      born_ms_(now_ms()),
      counters_(hub.context().counters != nullptr ? *hub.context().counters : own_counters_),
      offsets_(shard_, sources_of(shards_)),
      seen_(sources_of(shards_)),
      log_({options.max_disconnection_duration + certain_after_, options.packets_max,
            options.packet_bytes_max}),
      records_(options),
      home_(shard_) {
    SOCKETIO_ASSERT(shard_ < shards_);
}

base::TimePoint Recovery::now() const noexcept {
    return hub_.context().deadlines.now();
}

std::uint64_t Recovery::now_ms() const noexcept {
    const auto since_start =
        std::chrono::duration_cast<base::Milliseconds>(now().time_since_epoch());
    return static_cast<std::uint64_t>((since_start + hub_.context().wall_clock_ahead).count());
}

template <class Work>
void Recovery::on_hub(unsigned shard, Work work) {
    if (shard == shard_) return work(*this);
    hub_.post(shard, [work = std::move(work)](Hub& there) { work(*there.recovery()); });
}

unsigned Recovery::home_of(const Pid& pid) const noexcept {
    // Nobody asks for a pid that names no shard.
    return wire::shard_of(pid.view(), shards_).value_or(shard_);
}

// ---- Events ------------------------------------------------------------------------------------

EventOffset Recovery::next_offset() noexcept {
    return offsets_.next(now_ms());
}

RecoveryDesk::Noted Recovery::note(const Delivery& delivery) {
    const auto& contents = delivery.contents;
    if (contents.offset() == EventOffset::none) return {log_.end()};
    seen_.note(contents.offset());
    const auto* nsp = hub_.find_namespace(delivery.nsp);
    if (nsp == nullptr) return {log_.end()};
    log_.append(*nsp, delivery.audience, as_kept(contents), RecoveryLog::Reach::broadcast, now());
    count();
    arm();
    return {log_.end() - 1};
}

/// Who can come back reads one of several formats, or the one that all read: then its bytes say it all, and the
/// values need not be kept.
EventContents Recovery::as_kept(const EventContents& contents) const {
    const auto parser = hub_.context().options.parser;
    if (contents.only() || parser == Parser::by_client) return contents;
    return EventContents(contents.of({usual_format(parser), true}));
}

void Recovery::on_delivered(RecoveryLog::Position noted) {
    log_.recount(noted);
    count();
    admit_waiting();
}

void Recovery::note_direct(const SocketState& socket, ContentRef content) {
    log_.append(socket.nsp(), Audience{{std::string(socket.id())}, {}},
                EventContents(std::move(content)), RecoveryLog::Reach::direct, now());
    count();
    arm();
}

void Recovery::admit_waiting() {
    if (waiting_.empty()) return;
    // Who comes in may emit, which leads here again.
    for (auto& answer : std::exchange(waiting_, {})) {
        if (seen_.covers(answer->seen)) {
            adopt(*answer);
        } else {
            waiting_.push_back(std::move(answer));
        }
    }
}

// ---- Sockets -----------------------------------------------------------------------------------

void Recovery::admit(SocketState& socket) {
    const auto pid = Pid::of(hub_.make_socket_id());
    live_.emplace(pid, Live{&socket, log_.end(), nullptr, now(), std::nullopt});
    pids_.emplace(&socket, pid);
}

void Recovery::admit_restored(SocketState& socket, RestoredSocket& restored) {
    auto& session = *restored.session;
    live_.emplace(session.pid, Live{&socket, session.start, std::move(session.carried),
                                    restored.asked_at, session.left_at});
    pids_.emplace(&socket, session.pid);
}

bool Recovery::on_connected(SocketState& socket, RecoveryLog::Position since,
                            std::vector<ContentRef>& packets) {
    ++counters_.recoveries;
    live_.find(pids_.at(&socket))->second.left_at.reset();
    const auto rooms = rooms_of(socket);
    // Without a bound: more than a queue holds makes it a slow client, as it would have in the meantime.
    const RecoveryLog::Reader unbounded{.format = socket.format()};
    (void)log_.collect(socket.nsp(), stays_of(rooms), since, unbounded, packets);
    return true;
}

std::string_view Recovery::pid_of(const SocketState& socket) const {
    return pids_.at(&socket).view();
}

std::unique_ptr<RecoverySession> Recovery::detach(SocketState& socket, DisconnectReason reason) {
    const auto known = pids_.find(&socket);
    if (known == pids_.end()) return nullptr;
    if (!is_recoverable(reason)) {
        forget(socket);
        return nullptr;
    }
    const auto found = live_.find(known->second);
    auto& live = found->second;
    auto session = std::make_unique<RecoverySession>();
    session->pid = known->second;
    session->sid = socket.id();
    session->nsp = socket.nsp().name();
    session->format = socket.format();
    session->rooms = rooms_of(socket);
    session->start = live.start;
    session->carried = std::move(live.carried);
    session->left_at = live.left_at.value_or(now());
    live_.erase(found);
    pids_.erase(known);
    return session;
}

void Recovery::keep(std::unique_ptr<RecoverySession> session, std::any data) {
    session->bytes = bytes_of(data);
    for (const auto& room : session->rooms) session->bytes += room.name.size();
    session->data = std::move(data);
    put(std::move(session));
}

void Recovery::forget(SocketState& socket) {
    const auto known = pids_.find(&socket);
    if (known == pids_.end()) return;
    const auto pid = known->second;
    pids_.erase(known);
    live_.erase(pid);
    tell_homes({pid});
}

void Recovery::forget_namespace(std::string_view nsp) {
    tell_homes(records_.drop_of(nsp));
    count();
}

// ---- Clients that come back: where the client is ------------------------------------------------

std::optional<Inquiry> Recovery::read_inquiry(std::string_view nsp, const Value& payload,
                                              wire::PacketFormat format) {
    const auto* object = payload.if_object();
    const auto* pid = object != nullptr ? object->find("pid") : nullptr;
    if (pid == nullptr) return std::nullopt;
    Inquiry inquiry;
    const auto* text = pid->if_string();
    bool is_good = text != nullptr && wire::shard_of(*text, shards_).has_value();
    const auto* offset = object->find("offset");
    if (offset != nullptr && !offset->is_null()) {
        const auto* given = offset->if_string();
        if (given != nullptr) inquiry.offset = wire::parse_event_offset(*given);
        // The last argument of an event that had no offset, for instance.
        is_good = is_good && inquiry.offset.has_value();
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

void Recovery::restore(Inquiry inquiry, Taker taker) {
    inquiry.asked_at = now();
    inquiry.asker = {shard_, ++last_ticket_};
    takers_.emplace(inquiry.asker.number, std::move(taker));
    const auto home = home_of(inquiry.pid);
    on_hub(home, [inquiry = std::move(inquiry)](Recovery& there) { there.on_inquiry(inquiry); });
}

void Recovery::on_answer(std::unique_ptr<RecoveryAnswer> answer) {
    if (!answer->session || answer->from == shard_) return finish(*answer);
    if (seen_.covers(answer->seen)) return adopt(*answer);
    // What it has seen is under way to here.
    waiting_.push_back(std::move(answer));
}

void Recovery::adopt(RecoveryAnswer& answer) {
    auto& session = *answer.session;
    if (const auto* nsp = hub_.find_namespace(session.nsp)) {
        log_.collect_unseen(*nsp, stays_of(session.rooms), seen_, answer.seen, session.format,
                            answer.missed);
    }
    session.start = log_.end();
    for (auto& room : session.rooms) room.since = session.start;
    if (!answer.missed.empty()) {
        const bool fits =
            log_.packets() + carried_packets_ + answer.missed.size() <= options().packets_max;
        session.carried = std::make_unique<Carried>(
            fits ? answer.missed : std::vector<ContentRef>(), now(), carried_packets_);
        if (!fits) session.carried->mark_lost();
        carriers_.emplace_back(now(), session.pid);
        arm();
    }
    finish(answer);
}

void Recovery::finish(RecoveryAnswer& answer) {
    const auto found = takers_.find(answer.inquiry.asker.number);
    SOCKETIO_ASSERT(found != takers_.end());
    const auto taker = std::move(found->second);
    takers_.erase(found);
    const auto pid = answer.inquiry.pid;
    RestoredSocket restored{std::move(answer.session), std::move(answer.missed),
                            answer.inquiry.asked_at};
    if (!restored.session) {
        ++counters_.recoveries_refused;
        (void)taker(nullptr);
    } else if (!taker(&restored)) {
        put(std::move(restored.session));
    }
    std::optional<unsigned> place;
    if (has(pid)) {
        place = shard_;
    } else if (answer.stays) {
        place = answer.from;
    }
    on_hub(home_of(pid), [pid, ticket = answer.inquiry.asker, place](Recovery& home) {
        if (const auto next = home.home_.settle(pid, ticket, place)) home.on_inquiry(*next);
    });
}

// ---- At home -----------------------------------------------------------------------------------

bool Recovery::has(const Pid& pid) const {
    return live_.contains(pid) || records_.has(pid);
}

void Recovery::on_inquiry(const Inquiry& inquiry) {
    const auto [shard, too_late] = home_.direct(inquiry, has(inquiry.pid));
    if (too_late) answer(make_answer(*too_late));
    if (shard) on_hub(*shard, [inquiry](Recovery& there) { there.hand_over(inquiry); });
}

std::unique_ptr<RecoveryAnswer> Recovery::make_answer(const Inquiry& inquiry) const {
    return std::make_unique<RecoveryAnswer>(RecoveryAnswer{inquiry, shard_, nullptr, {}, seen_});
}

// ---- Where the socket was connected last --------------------------------------------------------

void Recovery::hand_over(const Inquiry& inquiry) {
    auto reply = make_answer(inquiry);
    reply->session = take_out(inquiry);
    if (reply->session) {
        auto missed = missed_by(*reply->session, inquiry);
        if (missed) {
            reply->missed = *std::move(missed);
        } else {
            reply->session.reset();
        }
    } else {
        reply->stays = has(inquiry.pid);
    }
    // Taking it out may have run handlers, and they may have emitted.
    reply->seen = seen_;
    // What it carried is in what it missed.
    if (reply->session && inquiry.asker.shard != shard_) reply->session->carried.reset();
    count();
    answer(std::move(reply));
}

std::unique_ptr<RecoverySession> Recovery::take_out(const Inquiry& inquiry) {
    const auto live = live_.find(inquiry.pid);
    if (live != live_.end()) {
        auto& socket = *live->second.socket;
        if (socket.nsp().name() != inquiry.nsp || socket.format() != inquiry.format) {
            return nullptr;
        }
        // The newest connection wins. Mostly that is who asks: the old one is dead, and nobody has noticed.
        if (inquiry.asked_at < live->second.asked_at) return nullptr;
        socket.close_connection();
    }
    auto session = records_.take(inquiry);
    if (session && records_.is_expired(*session, now())) return nullptr;
    return session;
}

std::optional<std::vector<ContentRef>> Recovery::missed_by(const RecoverySession& session,
                                                           const Inquiry& inquiry) {
    std::vector<ContentRef> missed;
    auto from = session.start;
    const auto last = inquiry.offset ? log_.find(*inquiry.offset) : std::nullopt;
    if (last && *last >= session.start) {
        from = *last + 1;
    } else if (!take_carried(session, inquiry, missed)) {
        return std::nullopt;
    }
    // What was dropped before its time may be missing, unless it has arrived for sure.
    if (from < log_.dropped_until() && log_.dropped_at() >= session.left_at - certain_after_) {
        return std::nullopt;
    }
    const auto* nsp = hub_.find_namespace(session.nsp);
    const auto stays = stays_of(session.rooms);
    if (nsp != nullptr && !log_.collect(*nsp, stays, from, reader(session.format), missed)) {
        return std::nullopt;
    }
    return missed;
}

bool Recovery::take_carried(const RecoverySession& session, const Inquiry& inquiry,
                            std::vector<ContentRef>& missed) const {
    const auto* carried = session.carried.get();
    if (carried != nullptr && inquiry.offset) {
        const auto& packets = carried->packets();
        const auto last = std::find_if(packets.begin(), packets.end(), [&](const auto& packet) {
            return packet->offset == *inquiry.offset;
        });
        if (last != packets.end()) {
            missed.assign(last + 1, packets.end());
            return true;
        }
    }
    // An offset of ours that is not there is older than all that is.
    if (inquiry.offset && !is_ours(*inquiry.offset)) return false;
    if (carried == nullptr || carried->at() < session.left_at - certain_after_) return true;
    if (carried->is_lost()) return false;
    missed = carried->packets();
    return true;
}

bool Recovery::is_ours(EventOffset offset) const noexcept {
    const auto milliseconds = wire::milliseconds_of(offset);
    return milliseconds + clock_tolerance_ms >= born_ms_ &&
           milliseconds <= now_ms() + clock_tolerance_ms;
}

RecoveryLog::Reader Recovery::reader(wire::PacketFormat format) const noexcept {
    const auto& options = hub_.context().options;
    // What comes next shall find room in the queue, too.
    return {options.send_queue_bytes_max / 2, options.send_queue_packets_max / 2, format};
}

void Recovery::answer(std::unique_ptr<RecoveryAnswer> reply) {
    const auto asker = reply->inquiry.asker.shard;
    if (asker == shard_) return on_answer(std::move(reply));
    // Work can be copied, which the reply cannot.
    const auto letter = std::make_shared<std::unique_ptr<RecoveryAnswer>>(std::move(reply));
    on_hub(asker, [letter](Recovery& there) { there.on_answer(std::move(*letter)); });
}

// ---- Records -----------------------------------------------------------------------------------

void Recovery::put(std::unique_ptr<RecoverySession> session) {
    const auto dropped = records_.put(std::move(session));
    counters_.recovery_sessions_dropped += dropped.size();
    tell_homes(dropped);
    count();
    arm();
}

void Recovery::tell_homes(const std::vector<Pid>& forgotten) {
    for (const auto& pid : forgotten) {
        const auto home = home_of(pid);
        if (home == shard_) continue;
        on_hub(home, [pid, shard = shard_](Recovery& there) { there.home_.forget(pid, shard); });
    }
}

void Recovery::count() {
    counters_.recoverable_sessions = records_.size();
    counters_.recovery_packets = log_.packets();
    counters_.recovery_packet_bytes = log_.bytes();
    counters_.recovery_packets_dropped = log_.dropped();
}

void Recovery::arm() {
    auto next = std::min(log_.next_trim(), records_.next_expiry());
    if (!carriers_.empty()) next = std::min(next, carriers_.front().first + certain_after_);
    if (next == base::TimePoint::max()) return;
    if (deadline_.armed() && armed_for_ <= next) return;
    armed_for_ = next;
    // Not for each packet on its own.
    hub_.context().deadlines.arm(deadline_, std::max(next, now() + tidy_interval));
}

void Recovery::on_time(base::TimePoint now) {
    tell_homes(records_.drop_expired(now));
    log_.trim(now);
    while (!carriers_.empty() && carriers_.front().first + certain_after_ <= now) {
        const auto& [at, pid] = carriers_.front();
        const auto live = live_.find(pid);
        if (live != live_.end() && live->second.carried && live->second.carried->at() == at) {
            live->second.carried.reset();
        }
        carriers_.pop_front();
    }
    count();
    arm();
}

}  // namespace socketio::hub
