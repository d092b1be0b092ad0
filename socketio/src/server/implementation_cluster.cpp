// Server::Implementation as its adapter sees it: what other servers send, ask and do comes in here, and what is
// told of the cluster. All of it runs on shard 0.
#include "hub/answer_count.hpp"
#include "server/answer_relay.hpp"
#include "server/gather.hpp"
#include "server/implementation.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace socketio {

namespace {

/// The event's name; null where a peer sent something else.
const std::string* name_of_event(const ClusterBroadcast& broadcast) {
    return broadcast.data.empty() ? nullptr : broadcast.data.front().if_string();
}

}  // namespace

boost::asio::io_context& Server::Implementation::context() noexcept {
    return shards_[0].context();
}

std::vector<std::string> Server::Implementation::namespaces() const {
    return namespaces_.open_names();
}

bool Server::Implementation::wants_every_namespace() const {
    return !remote_broadcast_filters_.empty();
}

bool Server::Implementation::wants_every_room(const std::string& nsp) const {
    const auto* open = namespaces_.find_open(nsp);
    return open != nullptr && !open->setup().remote_broadcast_filters.empty();
}

void Server::Implementation::log(LogEvent event) {
    log_.write(event);
}

// ---- Broadcasts and surgery --------------------------------------------------------------------------

void Server::Implementation::deliver(ClusterBroadcast broadcast) {
    if (name_of_event(broadcast) == nullptr) return;
    const auto guard = shards_[0].begin_work("delivering a broadcast of another node");
    if (broadcast.is_own || lets_in(broadcast)) deliver_here(std::move(broadcast));
}

bool Server::Implementation::lets_in(const ClusterBroadcast& broadcast) {
    const auto* nsp = namespaces_.find_open(broadcast.nsp);
    if (nsp == nullptr) {
        if (!passes(remote_broadcast_filters_, broadcast)) return false;
        // The filter may have opened it.
        nsp = namespaces_.find_open(broadcast.nsp);
    }
    return nsp != nullptr && passes(nsp->setup().remote_broadcast_filters, broadcast);
}

bool Server::Implementation::passes(const std::vector<RemoteBroadcastFilter>& filters,
                                    const ClusterBroadcast& broadcast) {
    return std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
        bool passed = false;
        (void)shards_[0].hub().guarded(broadcast.nsp, "remote broadcast",
                                       [&] { passed = filter(broadcast); });
        return passed;
    });
}

void Server::Implementation::operate(ClusterSurgery surgery) {
    const auto guard = shards_[0].begin_work("joining and leaving that another node asked for");
    if (namespaces_.find_open(surgery.nsp) == nullptr) return;
    operate_here({std::move(surgery), true});
}

// ---- Questions of other servers ----------------------------------------------------------------------

void Server::Implementation::ask(ClusterBroadcast broadcast, std::chrono::milliseconds timeout,
                                 std::function<void(std::size_t)> on_count,
                                 std::function<void(Value)> on_answer) {
    const auto guard = shards_[0].begin_work("a question of another node");
    const auto* name = name_of_event(broadcast);
    if (name == nullptr || !lets_in(broadcast)) {
        shards_.post(0, [this, on_count = std::move(on_count)] {
            if (adapter_runs_) on_count(0);
        });
        return;
    }
    // A peer that names no time must not make clients' answers be waited for without end.
    if (timeout.count() <= 0) timeout = options_.cluster_request_timeout;
    const auto question = std::make_shared<const hub::Question>(hub::Question{
        std::move(broadcast.nsp), std::move(broadcast.audience), std::move(broadcast.flags), *name,
        Args(std::make_move_iterator(broadcast.data.begin() + 1),
             std::make_move_iterator(broadcast.data.end())),
        timeout});
    const auto relay =
        std::make_shared<AnswerRelay>(shards_.size(), std::move(on_count), std::move(on_answer));
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, question, relay] {
            shards_[index].hub().ask(*question, answers_for(relay));
        });
    }
}

hub::AnswerStream Server::Implementation::answers_for(const std::shared_ptr<AnswerRelay>& relay) {
    return {[this, relay](std::size_t sockets) {
                shards_.post(0, [this, relay, sockets] {
                    if (adapter_runs_) relay->count(sockets);
                });
            },
            [this, relay](boost::system::error_code ec, Value answer) {
                // Who left without an answer is waited for by the server that asks, as in Node.
                if (ec) return;
                shards_.post(0, [this, relay, answer = std::move(answer)] {
                    if (adapter_runs_) relay->answer(answer);
                });
            }};
}

void Server::Implementation::fetch(std::string nsp, Audience audience,
                                   std::function<void(std::vector<SocketDetails>)> done) {
    const auto guard = shards_[0].begin_work("telling another node of sockets");
    const auto query = std::make_shared<const hub::SocketQuery>(
        hub::SocketQuery{std::move(nsp), std::move(audience), true});
    fetch_here(query, [this, done = std::move(done)](std::vector<SocketDetails> sockets) {
        if (adapter_runs_) done(std::move(sockets));
    });
}

void Server::Implementation::rooms(std::string nsp,
                                   std::function<void(std::vector<std::string>)> done) {
    const auto guard = shards_[0].begin_work("telling another node of rooms");
    const auto ask_shard = [this, nsp = std::move(nsp)](unsigned index, const auto& reply) {
        reply(shards_[index].hub().room_names(nsp));
    };
    gather<std::vector<std::string>>(
        shards_, ask_shard,
        [this, done = std::move(done)](std::vector<std::vector<std::string>> parts) {
            std::set<std::string> all;
            for (auto& part : parts) {
                all.insert(std::make_move_iterator(part.begin()),
                           std::make_move_iterator(part.end()));
            }
            if (adapter_runs_) done({all.begin(), all.end()});
        });
}

void Server::Implementation::deliver_server_side(const ServerSideEvent& event,
                                                 const ServerSideReply& reply) {
    const auto guard = shards_[0].begin_work("an event of another server");
    const auto* name = event.data.empty() ? nullptr : event.data.front().if_string();
    const auto* nsp = namespaces_.find_open(event.nsp);
    if (nsp == nullptr || name == nullptr || is_reserved_server_side(*name)) return;
    const auto& all = nsp->setup().server_side_handlers;
    const auto found = all.find(*name);
    if (found == all.end()) return;
    const Args args(event.data.begin() + 1, event.data.end());
    for (const auto& handler : found->second) {
        (void)shards_[0].hub().guarded(nsp->name(), *name, [&] { handler(args, reply); });
    }
}

// ---- Rooms that the adapter follows ------------------------------------------------------------------

void Server::Implementation::on_room(const std::string& nsp, std::string_view room, bool is_there,
                                     bool is_own) {
    // By letter from shard 0 too: a socket is on its way in or out.
    shards_.post(0, [this, nsp, room = std::string(room), is_there, is_own] {
        followed_rooms_.note(nsp, room, is_there, is_own);
    });
}

// ---- The cluster's state -----------------------------------------------------------------------------

void Server::Implementation::add_cluster_state_handler(ClusterStateHandler handler) {
    require_not_running();
    cluster_state_handlers_.push_back(std::move(handler));
}

void Server::Implementation::on_cluster_state(bool is_reached, const std::string& text) {
    if (cluster_is_reached_ == is_reached) return;
    cluster_is_reached_ = is_reached;
    const auto guard = shards_[0].begin_work("telling of the cluster's state");
    for (const auto& handler : cluster_state_handlers_) {
        (void)shards_[0].hub().guarded("/", "cluster state", [&] { handler(is_reached, text); });
    }
}

void Server::Implementation::take_cluster_status(std::function<void(const ClusterStatus&)> done) {
    shards_.post(0, [this, done = std::move(done)] {
        done(adapter_runs_ ? options_.adapter->status() : ClusterStatus());
    });
}

}  // namespace socketio
