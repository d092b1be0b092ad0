// See cluster_backend.hpp: commands, to whom they go and what becomes of them.
#include "client/cluster_backend.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace redis {
namespace {

using boost::system::error_code;

/// More than the masters that a slot can wander through while one command is on its way.
constexpr unsigned redirections_max = 16;
/// What nobody takes at the moment is offered again after this.
constexpr std::chrono::milliseconds offer_interval{100};

}  // namespace

std::size_t ClusterBackend::pending() const noexcept {
    return in_flight_ + parked_.size();
}

void ClusterBackend::command(std::string_view key, Arguments arguments, OnReply callback) {
    issue(Lane::ordinary, key, arguments, std::move(callback));
}

void ClusterBackend::blocking_command(std::string_view key, Arguments arguments, OnReply callback) {
    issue(Lane::blocking, key, arguments, std::move(callback));
}

void ClusterBackend::issue(Lane lane, std::string_view key, Arguments arguments, OnReply callback) {
    if (stopped_) {
        fail_later(std::move(callback), errc::stopped);
        return;
    }
    if (pending() >= options_.pending_commands_max) {
        fail_later(std::move(callback), errc::queue_full);
        return;
    }
    const auto request = std::make_shared<Request>();
    request->lane = lane;
    request->arguments.reserve(arguments.size());
    for (const std::string_view argument : arguments) {
        request->arguments.emplace_back(argument);
        request->bytes += argument.size();
    }
    if (!key.empty()) request->slot = hash_slot(key);
    request->callback = std::move(callback);
    request->issued_at = Clock::now();
    route(request);
}

void ClusterBackend::route(const RequestPointer& request) {
    if (request->lane == Lane::blocking) {
        route_blocking(request);
        return;
    }
    Node* const node = node_of(*request);
    if (node == nullptr || !node->connection->connected()) {
        park(request);
        return;
    }
    send(request, *node->connection, node->address);
}

ClusterBackend::Node* ClusterBackend::node_of(const Request& request) {
    if (request.ask) return asked_node(*request.ask);
    if (!request.slot) return any_master();
    const Seed* const master = map_.master_of(*request.slot);
    if (master == nullptr) return nullptr;
    const auto found = nodes_.find(address_of(*master));
    return found == nodes_.end() ? nullptr : &found->second;
}

/// Whatever the nodes say, there are not more connections than a Cluster has nodes.
ClusterBackend::Node* ClusterBackend::asked_node(const Seed& server) {
    const bool is_known = nodes_.contains(address_of(server));
    return is_known || nodes_.size() < SlotMap::masters_max ? &ensure_node(server) : nullptr;
}

/// As long as it answers the same, so that what one process publishes keeps its order.
ClusterBackend::Node* ClusterBackend::any_master() {
    if (!home_) return nullptr;
    const auto home = nodes_.find(address_of(*home_));
    if (home != nodes_.end() && home->second.connection->connected()) return &home->second;
    const auto other = std::find_if(nodes_.begin(), nodes_.end(), [this](const auto& entry) {
        return entry.second.connection->connected() && map_.has_master(entry.second.address);
    });
    return other == nodes_.end() ? nullptr : &other->second;
}

void ClusterBackend::route_blocking(const RequestPointer& request) {
    const Seed* server = home_ ? &*home_ : nullptr;
    if (request->slot) server = map_.master_of(*request->slot);
    if (request->ask) server = &*request->ask;
    if (server == nullptr || stopped_) {
        park(request);
        return;
    }
    blocking_slot_ = request->slot;
    move_blocking_to(*server);
    send(request, *blocking_, *server);
}

void ClusterBackend::move_blocking_to(const Seed& server) {
    if (!blocking_) {
        Options options = node_options_;
        options.host = server.host;
        options.port = server.port;
        blocking_ = std::make_unique<Connection>(io_, std::move(options));
        blocking_->start();
        return;
    }
    const Options& options = blocking_->options();
    if (options.host != server.host || options.port != server.port) blocking_->move_to(server);
}

void ClusterBackend::follow_blocking() {
    if (!blocking_ || !blocking_slot_) return;
    if (const Seed* const master = map_.master_of(*blocking_slot_)) move_blocking_to(*master);
}

void ClusterBackend::send(const RequestPointer& request, Connection& connection, Seed server) {
    if (request->ask) {
        request->ask.reset();
        connection.command({"ASKING"});
    }
    ++in_flight_;
    const std::vector<std::string_view> words(request->arguments.begin(), request->arguments.end());
    connection.command(words, [weak = weak_from_this(), request, server = std::move(server)](
                                  error_code ec, Reply reply) {
        if (const auto self = weak.lock()) self->on_reply(request, server, ec, std::move(reply));
    });
}

/// Whether a node that left the Cluster has executed what was sent to it nobody knows.
error_code ClusterBackend::failure_of(const error_code& ec) const {
    return ec == errc::stopped && !stopped_ ? make_error_code(errc::connection_lost) : ec;
}

void ClusterBackend::on_reply(const RequestPointer& request, const Seed& server, error_code ec,
                              Reply reply) {
    --in_flight_;
    ec = failure_of(ec);
    if (ec == errc::server_error && !stopped_) {
        const Redirection redirection = read_redirection(reply.text(), server);
        if (redirection.kind != Redirection::Kind::none) {
            if (redirect(request, redirection)) return;
            ec = errc::too_many_redirections;
        }
    }
    const OnReply callback = std::move(request->callback);
    if (callback) callback(ec, std::move(reply));
}

bool ClusterBackend::redirect(const RequestPointer& request, const Redirection& redirection) {
    switch (redirection.kind) {
        case Redirection::Kind::none: return false;
        case Redirection::Kind::cluster_down: scout_->ask_soon(); [[fallthrough]];
        case Redirection::Kind::try_again:
            request->refusal = errc::cluster_down;
            park(request);
            return true;
        case Redirection::Kind::ask:
            if (++request->redirections > redirections_max) return false;
            request->ask = redirection.server;
            break;
        case Redirection::Kind::moved:
            if (++request->redirections > redirections_max) return false;
            request->slot = redirection.slot;
            learn(redirection.slot, redirection.server);
            break;
    }
    route(request);
    return true;
}

void ClusterBackend::park(const RequestPointer& request) {
    if (stopped_) {
        fail_later(std::move(request->callback), errc::stopped);
        return;
    }
    if (request->bytes >
        options_.pending_bytes_max - std::min(parked_bytes_, options_.pending_bytes_max)) {
        fail_later(std::move(request->callback), errc::queue_full);
        return;
    }
    parked_bytes_ += request->bytes;
    parked_.push_back(request);
    wait_for_parked();
}

void ClusterBackend::flush_parked() {
    const bool anybody_answers = std::any_of(nodes_.begin(), nodes_.end(), [](const auto& entry) {
        return entry.second.connection->connected();
    });
    if (!anybody_answers || parked_.empty() || stopped_) return;
    parked_bytes_ = 0;
    // Those that nobody takes stand here again, in their order.
    for (const RequestPointer& request : std::exchange(parked_, {})) route(request);
}

void ClusterBackend::wait_for_parked() {
    if (parked_timer_armed_ || parked_.empty() || stopped_) return;
    parked_timer_armed_ = true;
    parked_timer_.expires_after(offer_interval);
    parked_timer_.async_wait([weak = weak_from_this()](error_code ec) {
        const auto self = weak.lock();
        if (!self) return;
        self->parked_timer_armed_ = false;
        if (ec) return;
        self->expire_parked();
        self->flush_parked();
        self->wait_for_parked();
    });
}

void ClusterBackend::expire_parked() {
    const Clock::time_point oldest = Clock::now() - options_.pending_age_max;
    std::deque<RequestPointer> kept;
    for (const RequestPointer& request : std::exchange(parked_, {})) {
        if (request->issued_at > oldest) {
            kept.push_back(request);
        } else {
            parked_bytes_ -= request->bytes;
            fail_later(std::move(request->callback), request->refusal);
        }
    }
    parked_ = std::move(kept);
}

void ClusterBackend::fail_later(OnReply callback, errc code) {
    if (!callback) return;
    boost::asio::post(io_, [weak = weak_from_this(), callback = std::move(callback), code] {
        if (weak.lock()) callback(make_error_code(code), Reply());
    });
}

void ClusterBackend::command_each(Arguments arguments, Deployment::OnReplies callback) {
    struct Poll {
        std::size_t missing = 0;
        error_code ec;
        std::vector<Reply> replies;
        Deployment::OnReplies callback;
    };
    const auto poll = std::make_shared<Poll>();
    poll->callback = std::move(callback);
    if (nodes_.empty()) poll->ec = errc::cluster_down;
    for (const auto& [address, node] : nodes_) {
        if (!map_.has_master(node.address)) continue;
        if (!node.connection->connected()) {
            poll->ec = errc::connection_lost;
            continue;
        }
        ++poll->missing;
        node.connection->command(arguments,
                                 [weak = weak_from_this(), poll](error_code ec, Reply reply) {
                                     const auto self = weak.lock();
                                     if (ec) {
                                         poll->ec = self ? self->failure_of(ec) : ec;
                                     } else {
                                         poll->replies.push_back(std::move(reply));
                                     }
                                     if (--poll->missing == 0 && poll->callback)
                                         poll->callback(poll->ec, poll->replies);
                                 });
    }
    if (poll->missing > 0) return;
    if (stopped_) poll->ec = errc::stopped;
    fail_later(
        [poll](error_code, const Reply&) {
            if (poll->callback) poll->callback(poll->ec, poll->replies);
        },
        errc::cluster_down);
}

}  // namespace redis
