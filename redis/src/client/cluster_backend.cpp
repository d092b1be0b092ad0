// See cluster_backend.hpp: the nodes, and what is said about them. The commands are in cluster_commands.cpp.
#include "client/cluster_backend.hpp"

#include "protocol/failure.hpp"
#include "protocol/server_address.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace redis {
namespace {

using boost::system::error_code;

constexpr std::size_t reported_max = 4'096;

Options cluster_login(Options options) {
    options.unix_path.clear();
    options.database = 0;
    return options;
}

Options node_login(Options options) {
    options = cluster_login(std::move(options));
    options.seeds.clear();
    return options;
}

}  // namespace

ClusterBackend::ClusterBackend(boost::asio::io_context& io, const Options& options,
                               std::shared_ptr<Listeners> listeners)
    : io_(io),
      options_(options),
      node_options_(node_login(options)),
      listeners_(std::move(listeners)),
      scout_(std::make_shared<Scout>(
          io, cluster_login(options),
          std::vector<Scout::Question>{Scout::Question{"CLUSTER", "SLOTS"}})),
      subscriptions_(std::make_shared<ClusterSubscriptions>(io, node_options_)),
      parked_timer_(io),
      random_(std::random_device()()) {}

void ClusterBackend::start() {
    listen_to_subscriptions();
    scout_->start(
        [weak = weak_from_this()](const Seed& asked, const std::vector<Reply>& answers) {
            const auto self = weak.lock();
            return self && self->on_answers(asked, answers);
        },
        [weak = weak_from_this()](const StateChange& last) {
            if (const auto self = weak.lock()) self->on_silence(last);
        });
}

void ClusterBackend::listen_to_subscriptions() {
    const auto weak = weak_from_this();
    ClusterSubscriptions::Ears ears;
    ears.on_state = [weak](const Seed& server, const StateChange& change) {
        if (const auto self = weak.lock()) self->on_subscriber_state(server, change);
    };
    ears.on_message = [weak](const Message& message) {
        const auto self = weak.lock();
        if (self && !self->stopped_ && self->listeners_->on_message) {
            self->listeners_->on_message(message);
        }
    };
    ears.on_ready = [weak] {
        if (const auto self = weak.lock()) {
            self->announcement_due_ = true;
            self->announce();
        }
    };
    ears.on_refused = [weak](std::string_view name, const std::string& text) {
        const auto self = weak.lock();
        if (self && !self->stopped_ && self->listeners_->on_refused) {
            self->listeners_->on_refused(name, text);
        }
    };
    ears.on_redirected = [weak](const Redirection& redirection) {
        const auto self = weak.lock();
        if (!self || self->stopped_) return;
        self->announcement_due_ = true;
        const bool is_moved = redirection.kind == Redirection::Kind::moved;
        if (is_moved && self->redirected_.insert(redirection.slot).second) {
            self->learn(redirection.slot, redirection.server);
        } else {
            self->scout_->ask_soon();
        }
    };
    subscriptions_->start(std::move(ears));
}

void ClusterBackend::stop() {
    if (std::exchange(stopped_, true)) return;
    scout_->stop();
    subscriptions_->stop();
    parked_timer_.cancel();
    for (auto& [address, node] : nodes_) node.connection->stop();
    if (blocking_) blocking_->stop();
    parked_bytes_ = 0;
    for (const RequestPointer& request : std::exchange(parked_, {})) {
        fail_later(std::move(request->callback), errc::stopped);
    }
}

void ClusterBackend::discard() {
    // The connections go with this object, and with them the callbacks that wait.
    stopped_ = true;
    scout_->stop();
    subscriptions_->stop();
    parked_timer_.cancel();
}

bool ClusterBackend::connected() const noexcept {
    // Whom ASK named beside the masters is not waited for.
    return !nodes_.empty() && std::all_of(nodes_.begin(), nodes_.end(), [this](const auto& entry) {
        const Node& node = entry.second;
        return node.connection->connected() || !map_.has_master(node.address);
    });
}

bool ClusterBackend::ready() const noexcept {
    return connected() && subscriptions_->ready();
}

error_code ClusterBackend::subscribe(Kind kind, std::string_view name) {
    return subscriptions_->subscribe(kind, name);
}

void ClusterBackend::unsubscribe(Kind kind, std::string_view name) {
    subscriptions_->unsubscribe(kind, name);
}

bool ClusterBackend::on_answers(const Seed& asked, const std::vector<Reply>& answers) {
    if (stopped_) return false;
    Result<SlotMap> map = SlotMap::read(answers[0], asked);
    // A node that was forgotten, or a Cluster in the making, knows no slots.
    if (map.has_error() || map->masters().empty()) return false;
    map_ = std::move(*map);
    redirected_.clear();
    std::vector<Seed> servers = map_.masters();
    servers.insert(servers.end(), map_.replicas().begin(), map_.replicas().end());
    scout_->set_learned(servers);
    follow_map();
    return true;
}

void ClusterBackend::on_silence(const StateChange& last) {
    if (stopped_ || connected()) return;
    const Failure failure{make_error_code(errc::cluster_down), last.text};
    report({},
           StateChange{last.state == State::auth_failed ? State::auth_failed : State::disconnected,
                       failure.error, describe_search(options_, failure)});
}

void ClusterBackend::learn(std::uint16_t slot, const Seed& master) {
    const Seed* const known = map_.master_of(slot);
    // Of many commands on their way each says so.
    if (known != nullptr && *known == master) return;
    map_.assign(slot, master);
    scout_->ask_soon();
    follow_map();
}

void ClusterBackend::follow_map() {
    for (const Seed& master : map_.masters()) ensure_node(master);
    retire_nodes();
    choose_home();
    // A callback may have ended this.
    if (stopped_) return;
    subscriptions_->follow(map_);
    follow_blocking();
    flush_parked();
    scout_->set_urgent(!connected());
    announce();
}

ClusterBackend::Node& ClusterBackend::ensure_node(const Seed& address) {
    Node& node = nodes_[address_of(address)];
    if (!node.connection) {
        node.address = address;
        Options options = node_options_;
        options.host = address.host;
        options.port = address.port;
        node.connection = std::make_unique<Connection>(io_, std::move(options));
        node.connection->on_state([weak = weak_from_this(), address](const StateChange& change) {
            if (const auto self = weak.lock()) self->on_node_state(address, change);
        });
        if (!stopped_) node.connection->start();
    }
    return node;
}

void ClusterBackend::retire_nodes() {
    for (auto entry = nodes_.begin(); entry != nodes_.end();) {
        Node& node = entry->second;
        // Whom ASK named answers first.
        const bool busy = node.connection->connected() && node.connection->pending() > 0;
        if (busy || map_.has_master(node.address)) {
            ++entry;
            continue;
        }
        node.connection->stop();
        // After the callbacks of what it had sent; it may be one of its own that led here.
        boost::asio::post(io_, [retired = std::shared_ptr<Connection>(
                                    std::move(node.connection))]() mutable { retired.reset(); });
        reported_.erase(entry->first);
        entry = nodes_.erase(entry);
    }
}

void ClusterBackend::choose_home() {
    if (home_ && !home_failed_ && map_.has_master(*home_)) return;
    std::vector<Seed> candidates;
    for (const auto& [address, node] : nodes_) {
        if (node.connection->connected() && map_.has_master(node.address)) {
            candidates.push_back(node.address);
        }
    }
    const bool anybody_answers = !candidates.empty();
    if (!anybody_answers) candidates = map_.masters();
    if (candidates.empty()) return;
    // Many processes spread over the nodes.
    const std::size_t last = candidates.size() - 1;
    home_ = candidates[std::uniform_int_distribution<std::size_t>(0, last)(random_)];
    if (anybody_answers) home_failed_ = false;
    subscriptions_->set_home(*home_);
}

void ClusterBackend::on_node_state(const Seed& server, const StateChange& change) {
    if (stopped_) return;
    const bool is_up = change.state == State::connected;
    if (home_ && *home_ == server) home_failed_ = !is_up;
    if (!is_up) announcement_due_ = true;
    scout_->set_urgent(!connected());
    choose_home();
    if (is_up) flush_parked();
    report(address_of(server), change);
    announce();
}

void ClusterBackend::on_subscriber_state(const Seed& server, const StateChange& change) {
    if (stopped_) return;
    if (change.state != State::connected) announcement_due_ = true;
    report(address_of(server), change);
    announce();
}

void ClusterBackend::report(const std::string& server, const StateChange& change) {
    if (stopped_) return;
    if (reported_.size() >= reported_max) reported_.clear();
    std::string& last = reported_[server];
    if (last == change.text) return;
    last = change.text;
    if (listeners_->on_state) listeners_->on_state(change);
}

void ClusterBackend::announce() {
    if (stopped_ || !announcement_due_ || !ready()) return;
    announcement_due_ = false;
    if (listeners_->on_ready) listeners_->on_ready();
}

}  // namespace redis
