// See message_desk.hpp.
#include "cluster/message_desk.hpp"

#include "cluster/uid.hpp"
#include "socketio/error.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

constexpr std::chrono::milliseconds desk_tick{250};
constexpr std::chrono::seconds recount_interval{10};
/// A flood of initial heartbeats causes no more than one in this time.
constexpr std::chrono::milliseconds heartbeat_answer_gap{1'000};
/// No socket is in it: nobody has a room of this name by chance.
constexpr const char* nobodys_room = "\x7f socketio: who is there? \x7f";

}  // namespace

MessageDesk::MessageDesk(AdapterHost& host, ClusterStatus& status, MessagePort& port,
                         std::string uid, DeskOptions options)
    : host_(host),
      status_(status),
      port_(port),
      uid_(std::move(uid)),
      options_(options),
      timer_(host.context()) {}

void MessageDesk::open(const std::string& nsp) {
    namespaces_.emplace(nsp, Own{Clock::now()});
    arm();
}

void MessageDesk::close(const std::string& nsp) {
    // Node's adapters without heartbeats pass it over.
    send(nsp, message::AdapterClose{});
    namespaces_.erase(nsp);
    probes_.erase(nsp);
    peers_.forget(nsp);
}

void MessageDesk::leave() {
    for (const auto& [nsp, own] : std::map(namespaces_)) close(nsp);
}

void MessageDesk::on_ready() {
    if (std::exchange(outages_, status_.outages) != status_.outages) {
        for (auto& [nsp, own] : namespaces_) own.is_announced = false;
    }
    const Clock::time_point now = Clock::now();
    for (const auto& [nsp, own] : std::map(namespaces_)) {
        if (own.is_announced) continue;
        namespaces_[nsp].is_announced = true;
        if (options_.heartbeat_interval.count() > 0) send(nsp, message::InitialHeartbeat{});
        probe(nsp, now);
    }
    arm();
}

// ---- Questions ---------------------------------------------------------------------------------

void MessageDesk::ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
                      const std::shared_ptr<BroadcastQuestion>& question) {
    const std::string id = hex_uid();
    open_question(broadcast.nsp, id, question, message::Broadcast{broadcast, id, timeout});
}

void MessageDesk::fetch(const std::string& nsp, const Audience& audience,
                        const std::shared_ptr<FetchQuestion>& question) {
    const std::string id = hex_uid();
    open_question(nsp, id, question, message::FetchSockets{audience, id});
}

void MessageDesk::server_side_emit(const ServerSideEvent& event,
                                   const std::shared_ptr<ServerSideQuestion>& question) {
    if (question == nullptr) {
        send(event.nsp, message::ServerSideEmit{event.data, std::nullopt});
        return;
    }
    const std::string id = hex_uid();
    open_question(event.nsp, id, question, message::ServerSideEmit{event.data, id});
}

void MessageDesk::open_question(const std::string& nsp, const std::string& id,
                                OpenQuestions::Question question, MessageBody body) {
    questions_.add(id, nsp, std::move(question), Clock::now());
    if (!port_.is_connected()) {
        questions_.fail(id, make_error_code(errc::disconnected));
        return;
    }
    // At once, so that it keeps its place among what is sent: answers may come before the count.
    send(nsp, std::move(body));
    count_others(nsp, [this, id](error_code ec, std::size_t others) {
        if (ec) {
            questions_.fail(id, ec);
        } else {
            questions_.count(id, others, peers_);
        }
    });
    arm();
}

void MessageDesk::count_others(const std::string& nsp,
                               std::function<void(error_code, std::size_t)> done) {
    port_.count(nsp, [this, nsp, done = std::move(done), life = std::weak_ptr(life_)](
                         error_code ec, std::size_t servers) {
        if (life.expired()) return;
        const std::size_t others = servers > 0 ? servers - 1 : 0;
        // Those that were silent and are not there any more have left.
        if (!ec) peers_.shrink(nsp, others);
        done(ec, others);
    });
}

void MessageDesk::send(const std::string& nsp, MessageBody body) {
    if (const auto own = namespaces_.find(nsp); own != namespaces_.end()) {
        own->second.sent = Clock::now();
    }
    port_.send(ClusterMessage{uid_, nsp, std::move(body)});
}

// ---- What others say ---------------------------------------------------------------------------

void MessageDesk::on_message(ClusterMessage message, std::string offset) {
    // Of a namespace that is open: anybody may write names of others.
    if (namespaces_.contains(message.nsp)) peers_.hear(message.nsp, message.uid, Clock::now());
    // The body is used up; the rest says from whom it is.
    MessageBody body = std::exchange(message.body, message::Heartbeat{});
    if (auto* broadcast = std::get_if<message::Broadcast>(&body)) {
        // A volatile one is not sent again, so that nothing has to tell it from others.
        if (!broadcast->event.flags.is_volatile) broadcast->event.offset = std::move(offset);
    }
    std::visit([this, &message](auto& kind) { take(message, kind); }, body);
}

void MessageDesk::take(const ClusterMessage& from, const message::InitialHeartbeat&) {
    ++status_.received;
    const Clock::time_point now = Clock::now();
    const auto own = namespaces_.find(from.nsp);
    if (own == namespaces_.end()) return;
    peers_.hear(from.nsp, from.uid, now, PeerTable::Sign::heartbeat);
    own->second.is_asked = true;
    answer_new_servers(now);
}

void MessageDesk::take(const ClusterMessage& from, const message::Heartbeat&) {
    ++status_.received;
    if (!namespaces_.contains(from.nsp)) return;
    peers_.hear(from.nsp, from.uid, Clock::now(), PeerTable::Sign::heartbeat);
}

void MessageDesk::take(const ClusterMessage& from, const message::AdapterClose&) {
    ++status_.received;
    peers_.forget(from.nsp, from.uid);
    questions_.gone(from.nsp, from.uid);
}

void MessageDesk::take(const ClusterMessage& from, message::Broadcast& broadcast) {
    ++status_.received;
    if (!broadcast.request_id) {
        host_.deliver(std::move(broadcast.event));
        return;
    }
    const std::string id = *broadcast.request_id;
    const std::chrono::milliseconds timeout = broadcast.timeout.value_or(options_.client_timeout);
    const auto reply = answerer(from.uid, from.nsp);
    host_.ask(
        std::move(broadcast.event), timeout,
        [reply, id](std::size_t clients) { reply(message::ClientCount{id, clients}); },
        [reply, id](Value answer) { reply(message::ClientAnswer{id, std::move(answer)}); });
}

void MessageDesk::take(const ClusterMessage&, ClusterSurgery& surgery) {
    ++status_.received;
    host_.operate(std::move(surgery));
}

void MessageDesk::take(const ClusterMessage& from, message::FetchSockets& fetch) {
    ++status_.received;
    host_.fetch(from.nsp, std::move(fetch.audience),
                [reply = answerer(from.uid, from.nsp),
                 id = std::move(fetch.request_id)](std::vector<SocketDetails> sockets) {
                    reply(message::FetchedSockets{id, std::move(sockets)});
                });
}

void MessageDesk::take(const ClusterMessage& from, message::FetchedSockets& fetched) {
    note_answer(questions_.add_sockets(fetched.request_id, from.uid, std::move(fetched.sockets)));
}

void MessageDesk::take(const ClusterMessage& from, message::ServerSideEmit& emit) {
    ++status_.received;
    ServerSideReply reply;
    if (emit.request_id) {
        reply = ServerSideReply(
            [answer_with = answerer(from.uid, from.nsp), id = *emit.request_id](Value answer) {
                answer_with(message::ServerSideAnswer{id, std::move(answer)});
            });
    }
    host_.deliver_server_side(ServerSideEvent{from.nsp, std::move(emit.data)}, reply);
}

void MessageDesk::take(const ClusterMessage& from, message::ServerSideAnswer& answer) {
    note_answer(
        questions_.add_server_answer(answer.request_id, from.uid, std::move(answer.answer)));
}

void MessageDesk::take(const ClusterMessage& from, message::ClientCount& count) {
    note_answer(questions_.add_client_count(count.request_id, from.uid, count.clients));
}

void MessageDesk::take(const ClusterMessage& from, message::ClientAnswer& answer) {
    note_answer(
        questions_.add_client_answer(answer.request_id, from.uid, std::move(answer.answer)));
}

std::function<void(MessageBody)> MessageDesk::answerer(std::string uid, std::string nsp) {
    return [this, uid = std::move(uid), nsp = std::move(nsp),
            life = std::weak_ptr(life_)](MessageBody body) {
        if (life.expired()) return;
        port_.answer(uid, ClusterMessage{uid_, nsp, std::move(body)});
    };
}

void MessageDesk::note_answer(bool is_awaited) {
    // Those to a question for signs of life are awaited by nobody: they have said enough.
    ++(is_awaited ? status_.received : status_.passed_over);
}

// ---- Signs of life -----------------------------------------------------------------------------

void MessageDesk::probe(const std::string& nsp, Clock::time_point now) {
    if (!probes_.emplace(nsp, Probe{now, status_.outages}).second) return;
    send(nsp, message::FetchSockets{Audience{{nobodys_room}, {}}, hex_uid()});
    // While Redis itself is silent, the others are not to blame.
    count_others(nsp, [this, nsp](error_code ec, std::size_t) {
        const auto found = probes_.find(nsp);
        if (found == probes_.end()) return;
        if (ec) {
            probes_.erase(found);
        } else {
            found->second.sent = Clock::now();
        }
    });
}

void MessageDesk::judge_probes(Clock::time_point now) {
    std::vector<std::pair<std::string, Probe>> over;
    for (const auto& [nsp, waiting] : probes_) {
        if (!waiting.sent || now - *waiting.sent < options_.probe_wait) continue;
        over.emplace_back(nsp, waiting);
    }
    for (const auto& [nsp, ended] : over) {
        probes_.erase(nsp);
        // Nor when answers could not arrive.
        if (!status_.is_reached || ended.outages != status_.outages) continue;
        const Clock::time_point asked = ended.asked;
        peers_.mark_silent(nsp, asked);
        const std::optional<std::size_t> others = questions_.judge(nsp, asked, peers_);
        if (others) peers_.shrink(nsp, *others);
    }
}

void MessageDesk::answer_new_servers(Clock::time_point now) {
    for (const auto& [nsp, own] : std::map(namespaces_)) {
        if (!own.is_asked || now - own.sent < heartbeat_answer_gap) continue;
        send(nsp, message::Heartbeat{});
        namespaces_[nsp].is_asked = false;
    }
}

void MessageDesk::keep_heart_beating(Clock::time_point now) {
    if (options_.heartbeat_interval.count() == 0) return;
    for (const auto& [nsp, own] : std::map(namespaces_)) {
        if (now - own.sent >= options_.heartbeat_interval) send(nsp, message::Heartbeat{});
    }
    for (const PeerTable::Dropped& peer : peers_.drop_overdue(now, options_.heartbeat_timeout)) {
        questions_.gone(peer.nsp, peer.uid);
    }
}

void MessageDesk::recount(Clock::time_point now) {
    if (namespaces_.empty() || now < next_recount_) return;
    next_recount_ = now + recount_interval;
    // The one that all servers have: "/" comes first.
    count_others(namespaces_.begin()->first, [this](error_code ec, std::size_t others) {
        if (!ec) status_.servers = others;
    });
}

void MessageDesk::arm() {
    if (is_armed_) return;
    is_armed_ = true;
    timer_.expires_after(desk_tick);
    timer_.async_wait([this, life = std::weak_ptr(life_)](const error_code& ec) {
        if (ec || life.expired()) return;
        is_armed_ = false;
        on_tick();
        arm();
    });
}

void MessageDesk::on_tick() {
    const Clock::time_point now = Clock::now();
    answer_new_servers(now);
    keep_heart_beating(now);
    recount(now);
    judge_probes(now);
    for (const std::string& nsp : questions_.due(now)) probe(nsp, now);
}

}  // namespace socketio::cluster
