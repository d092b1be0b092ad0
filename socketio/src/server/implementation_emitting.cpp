// Server::Implementation's emitting: what the application sends, asks and does to many sockets goes to every shard
// of the process, and to the other servers of the cluster.
#include "hub/answer_count.hpp"
#include "hub/delivery.hpp"
#include "hub/recovery.hpp"
#include "server/cluster_questions.hpp"
#include "server/gather.hpp"
#include "server/implementation.hpp"
#include "shard/contents_once.hpp"
#include "socketio/error.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

namespace {

ClusterBroadcast make_broadcast(std::string nsp, Audience audience, EmitFlags flags,
                                std::string_view event, Args args) {
    args.insert(args.begin(), Value(event));
    return {std::move(nsp), std::move(args), std::move(audience), std::move(flags)};
}

}  // namespace

hub::EventContents Server::Implementation::encode(const hub::PlainEvent& event) const {
    if (const auto only = hub::only_form(options_, event.offset)) {
        return hub::EventContents(hub::encode_event(*only, event));
    }
    // Values are counted where they may be kept for long.
    const bool is_kept = event.offset != wire::EventOffset::none;
    const auto values_bytes = is_kept ? hub::bytes_of(event.args) : 0;
    auto encode_in = [nsp = std::string(event.nsp), name = std::string(event.name),
                      args = event.args, flags = event.flags, offset = event.offset,
                      text = std::string(event.adapter_offset)](hub::ContentForm form) {
        return hub::encode_event(form, {nsp, name, args, flags, offset, text});
    };
    return {std::make_shared<const shard::ContentsOnce>(std::move(encode_in), values_bytes),
            event.offset};
}

template <class Use>
void Server::Implementation::with_offset(const EmitFlags& flags, Use use) {
    // An adapter that keeps sessions gives out the offsets; what goes past it cannot be sent again.
    if (!options_.connection_state_recovery || flags.is_volatile || adapter_keeps_sessions()) {
        return use(wire::EventOffset::none);
    }
    if (auto* own = shards_.current()) return use(own->hub().recovery()->next_offset());
    others_turn_.run([&] {
        const auto now = std::chrono::duration_cast<base::Milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
        const auto since_1970 = now + shard::Shard::wall_clock_ahead();
        use(others_offsets_.next(static_cast<std::uint64_t>(since_1970.count())));
    });
}

void Server::Implementation::broadcast(const Namespace& nsp, Audience audience, EmitFlags flags,
                                       std::string_view event, Args args) {
    if (is_parent(nsp.name())) {
        shards_.on_shard(0, [this, &nsp, audience = std::move(audience), flags = std::move(flags),
                             event = std::string(event), args = std::move(args)] {
            for_each_child(nsp.name(), [&](const Namespace& child) {
                broadcast(child, audience, flags, event, args);
            });
        });
        return;
    }
    const bool goes_out = options_.adapter && !flags.local;
    if (goes_out && options_.adapter->delivers_own()) {
        // It comes back by deliver().
        return publish(make_broadcast(nsp.name(), std::move(audience), std::move(flags), event,
                                      std::move(args)));
    }
    with_offset(flags, [&](wire::EventOffset offset) {
        auto delivery = hub::make_delivery(*this, nsp.name(), std::move(audience), std::move(flags),
                                           event, args, offset);
        if (goes_out) {
            publish(make_broadcast(delivery.nsp, delivery.audience, delivery.flags, event,
                                   std::move(args)));
        }
        deliver_everywhere(std::move(delivery));
    });
}

void Server::Implementation::publish(ClusterBroadcast broadcast) {
    shards_.on_shard(0, [this, broadcast = std::move(broadcast)] {
        if (adapter_runs_) return options_.adapter->publish(broadcast);
        // Without it this process is alone.
        if (options_.adapter->delivers_own()) deliver_here(broadcast);
    });
}

void Server::Implementation::deliver_here(ClusterBroadcast broadcast) {
    const auto& event = broadcast.data.front().as_string();
    const Args args(std::make_move_iterator(broadcast.data.begin() + 1),
                    std::make_move_iterator(broadcast.data.end()));
    if (adapter_keeps_sessions()) {
        return deliver_everywhere(hub::make_adapter_delivery(
            *this, std::move(broadcast.nsp), std::move(broadcast.audience),
            std::move(broadcast.flags), event, args, broadcast.offset));
    }
    with_offset(broadcast.flags, [&](wire::EventOffset offset) {
        deliver_everywhere(hub::make_delivery(*this, std::move(broadcast.nsp),
                                              std::move(broadcast.audience),
                                              std::move(broadcast.flags), event, args, offset));
    });
}

void Server::Implementation::post_to_hub(unsigned shard, std::function<void(hub::Hub&)> work) {
    shards_.post(shard, [this, shard, work = std::move(work)] { work(shards_[shard].hub()); });
}

void Server::Implementation::deliver_everywhere(hub::Delivery delivery) {
    auto* own = shards_.current();
    if (shards_.size() == 1) {
        if (own != nullptr) return own->hub().deliver(delivery);
        shards_.post(
            0, [this, delivery = std::move(delivery)] { shards_[0].hub().deliver(delivery); });
        return;
    }
    const auto shared = std::make_shared<const hub::Delivery>(std::move(delivery));
    for (unsigned index = 0; index < shards_.size(); ++index) {
        if (own == &shards_[index]) continue;
        shards_.post(index, [this, index, shared] { shards_[index].hub().deliver(*shared); });
    }
    // The last: what handlers emit who see it go out comes behind it everywhere.
    if (own != nullptr) own->hub().deliver(*shared);
}

void Server::Implementation::surgery(hub::RoomSurgery surgery) {
    if (is_parent(surgery.nsp)) {
        shards_.on_shard(0, [this, surgery = std::move(surgery)] {
            for_each_child(surgery.nsp, [&](const Namespace& child) {
                auto own = surgery;
                own.nsp = child.name();
                this->surgery(std::move(own));
            });
        });
        return;
    }
    if (surgery.local || !has_requests()) return operate_here(std::move(surgery));
    const bool executes_own = options_.adapter->executes_own();
    shards_.on_shard(0, [this, executes_own, surgery] {
        if (adapter_runs_) return options_.adapter->operate(surgery);
        // Without it this process is alone.
        if (executes_own) operate_here(surgery);
    });
    if (!executes_own) operate_here(std::move(surgery));
}

void Server::Implementation::operate_here(hub::RoomSurgery surgery) {
    const auto shared = std::make_shared<const hub::RoomSurgery>(std::move(surgery));
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, shared] { shards_[index].hub().surgery(*shared); });
    }
}

// ---- Questions ---------------------------------------------------------------------------------------

bool Server::Implementation::asks_others(std::string_view nsp, bool local) const noexcept {
    return !local && has_requests() && !is_parent(nsp);
}

template <class Answers>
std::function<void(const Answers&)> Server::Implementation::at_home(
    std::function<void(const Answers&)> done) {
    const auto* current = shards_.current();
    const auto home = current != nullptr ? current->index() : 0;
    return [this, home, done = std::move(done)](const Answers& answers) {
        shards_.post(home, [done, answers] { done(answers); });
    };
}

void Server::Implementation::ask(hub::Question question, BroadcastAckHandler handler) {
    const auto shared = std::make_shared<const hub::Question>(std::move(question));
    BroadcastAckHandler told = [this, shared,
                                handler = std::move(handler)](const BroadcastAnswers& answers) {
        (void)shards_[0].hub().guarded(shared->nsp, "ack", [&] { handler(answers); });
    };
    if (!asks_others(shared->nsp, shared->flags.local)) return ask_here(shared, std::move(told));
    const auto asked = std::make_shared<BroadcastAsked>(at_home<BroadcastAnswers>(std::move(told)));
    shards_.on_shard(0, [this, shared, asked] {
        desk_.open(asked, shared->timeout);
        if (!adapter_runs_) return asked->fail(errc::disconnected);
        const auto broadcast = make_broadcast(shared->nsp, shared->audience, shared->flags,
                                              shared->event, shared->args);
        options_.adapter->ask(broadcast, shared->timeout, asked);
    });
    // From the calling thread, so that it comes behind what that has emitted, and before what it will.
    ask_here(shared, [this, asked](const BroadcastAnswers& own) {
        shards_.on_shard(0, [asked, own] { asked->add_own(own); });
    });
}

void Server::Implementation::ask_here(std::shared_ptr<const hub::Question> question,
                                      BroadcastAckHandler done) {
    const auto ask_shard = [this, question = std::move(question)](unsigned index, auto reply) {
        shards_[index].hub().ask(*question, std::move(reply));
    };
    gather<BroadcastAnswers>(
        shards_, ask_shard, [done = std::move(done)](std::vector<BroadcastAnswers> parts) {
            BroadcastAnswers all;
            for (auto& part : parts) {
                all.ec = hub::worse_of(all.ec, part.ec);
                std::move(part.values.begin(), part.values.end(), std::back_inserter(all.values));
            }
            done(all);
        });
}

void Server::Implementation::fetch(hub::SocketQuery query, FetchHandler handler) {
    const auto shared = std::make_shared<const hub::SocketQuery>(std::move(query));
    FetchHandler told = [this, shared,
                         handler = std::move(handler)](const FetchedSockets& fetched) {
        (void)shards_[0].hub().guarded(shared->nsp, "fetch_sockets", [&] { handler(fetched); });
    };
    if (!asks_others(shared->nsp, shared->local)) {
        return fetch_here(shared, [told = std::move(told)](std::vector<SocketDetails> sockets) {
            told({{}, std::move(sockets), {}});
        });
    }
    const auto asked = std::make_shared<FetchAsked>(at_home<FetchedSockets>(std::move(told)));
    shards_.on_shard(0, [this, shared, asked] {
        desk_.open(asked, options_.cluster_request_timeout);
        if (!adapter_runs_) return asked->fail(errc::disconnected);
        options_.adapter->fetch(shared->nsp, shared->audience, asked);
    });
    fetch_here(shared, [this, asked](const std::vector<SocketDetails>& own) {
        shards_.on_shard(0, [asked, own] { asked->add_own(own); });
    });
}

void Server::Implementation::fetch_here(std::shared_ptr<const hub::SocketQuery> query,
                                        std::function<void(std::vector<SocketDetails>)> done) {
    const auto ask_shard = [this, query = std::move(query)](unsigned index, const auto& reply) {
        reply(shards_[index].hub().fetch(query->nsp, query->audience));
    };
    gather<std::vector<SocketDetails>>(
        shards_, ask_shard,
        [done = std::move(done)](std::vector<std::vector<SocketDetails>> parts) {
            std::vector<SocketDetails> all;
            for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
            done(std::move(all));
        });
}

// ---- Between servers ---------------------------------------------------------------------------------

void Server::Implementation::server_side_emit(ServerSideEvent event) {
    require_others(event.nsp);
    shards_.on_shard(0, [this, event = std::move(event)] {
        if (adapter_runs_) options_.adapter->server_side_emit(event, nullptr);
    });
}

void Server::Implementation::server_side_ask(ServerSideEvent event,
                                             std::chrono::milliseconds timeout,
                                             ServerSideAnswersHandler handler) {
    require_others(event.nsp);
    ServerSideAnswersHandler told =
        [this, nsp = event.nsp, handler = std::move(handler)](const ServerSideAnswers& answers) {
            (void)shards_[0].hub().guarded(nsp, "server_side_emit", [&] { handler(answers); });
        };
    const auto asked =
        std::make_shared<ServerSideAsked>(at_home<ServerSideAnswers>(std::move(told)));
    shards_.on_shard(0, [this, timeout, asked, event = std::move(event)] {
        desk_.open(asked, timeout);
        if (!adapter_runs_) return asked->fail(errc::disconnected);
        options_.adapter->server_side_emit(event, asked);
    });
}

void Server::Implementation::require_others(std::string_view nsp) const {
    if (is_parent(nsp)) {
        throw std::logic_error(
            "server_side_emit() is for a namespace, not for a parent of namespaces");
    }
    if (!has_requests()) {
        throw std::logic_error(
            "this adapter does not support server_side_emit(): Options::adapter");
    }
}

}  // namespace socketio
