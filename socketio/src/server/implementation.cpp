#include "server/implementation.hpp"

#include "hub/answer_count.hpp"
#include "hub/client.hpp"
#include "hub/delivery.hpp"
#include "hub/recovery.hpp"
#include "server/gather.hpp"
#include "server/options_check.hpp"
#include "shard/contents_once.hpp"
#include "transport/uring_writer.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace socketio {

Server::Implementation::Implementation(Options given, boost::asio::io_context* mounted)
    : options_(mounted != nullptr ? checked_for_mounting(std::move(given))
                                  : checked(std::move(given))),
      log_(options_.logger, options_.log_level),
      shards_(options_.shards, options_, log_, mounted),
      others_offsets_(options_.shards, hub::sources_of(options_.shards)),
      server_side_(shards_, options_.adapter.get(), options_.pending_acks_max),
      listener_(shards_[0]),
      hand_over_(shards_),
      signals_(shards_[0].context()) {
    root_ = &of("/", {});
}

Server::Implementation::~Implementation() = default;

// ---- Namespaces --------------------------------------------------------------------------------------

Namespace& Server::Implementation::of(std::string_view name,
                                      const NamespaceRegistry::SetUp& set_up) {
    auto full = NamespaceRegistry::full_name(name);
    if (running_ && !on_first_shard()) {
        if (auto* early = namespaces_.find_early(full)) return *early;
        throw std::logic_error("while the server runs, namespaces are made on shard 0");
    }
    auto* entry = namespaces_.find(full);
    if (entry != nullptr && entry->open) return *entry->nsp;
    const bool is_new = entry == nullptr;
    if (is_new) {
        entry = &namespaces_.add(std::move(full), [&](Namespace& nsp) {
            if (set_up) set_up(nsp);
            tell_of(nsp);
        });
    }
    open(*entry);
    return *entry->nsp;
}

void Server::Implementation::tell_of(Namespace& nsp) {
    for (const auto& handler : new_namespace_handlers_) handler(nsp);
}

void Server::Implementation::open(NamespaceRegistry::Entry& entry) {
    entry.open = true;
    if (running_) open_everywhere(*entry.nsp);
}

void Server::Implementation::on_new_namespace(NamespaceHandler handler) {
    require_not_running();
    new_namespace_handlers_.push_back(std::move(handler));
}

// ---- Namespaces that clients ask for -----------------------------------------------------------------

Namespace& Server::Implementation::of_matching(NamespaceMatcher matches) {
    require_not_running();
    // No client can ask for a name without a slash.
    auto name = "parent " + std::to_string(parents_.size());
    parents_.push_back({std::move(matches), std::make_unique<Namespace>(std::move(name), *this)});
    return *parents_.back().nsp;
}

void Server::Implementation::request_namespace(std::string name, Value auth,
                                               std::function<void(bool)> answer) {
    if (parents_.empty()) return answer(false);
    const auto home = shards_.current()->index();
    shards_.on_shard(0, [this, home, name = std::move(name), auth = std::move(auth),
                         answer = std::move(answer)] {
        const bool is_open = open_child(name, auth);
        // After the letter that opens it there.
        shards_.on_shard(home, [answer, is_open] { answer(is_open); });
    });
}

bool Server::Implementation::open_child(const std::string& name, const Value& auth) {
    auto* entry = namespaces_.find(name);
    if (entry != nullptr && entry->open) return true;
    // What the application made and closed is not a client's to open.
    if (entry != nullptr && entry->nsp->setup().parent == nullptr) return false;
    const auto* parent = find_parent(name, auth);
    if (parent == nullptr) return false;
    if (entry == nullptr) {
        if (children_made_ >= options_.child_namespaces_max) {
            log_.write(LogLevel::warn, "too many child namespaces",
                       [&] { return base::LogFields{{"nsp", name}}; });
            return false;
        }
        const bool made = shards_[0].hub().guarded(name, "new namespace", [&] {
            entry = &namespaces_.add(name, [&](Namespace& child) {
                child.set_up_as(*parent->nsp);
                child.set_parent(*parent->nsp);
                tell_of(child);
            });
        });
        if (!made) return false;
        ++children_made_;
    }
    open(*entry);
    return true;
}

const Server::Implementation::Parent* Server::Implementation::find_parent(const std::string& name,
                                                                          const Value& auth) {
    for (const auto& parent : parents_) {
        bool matched = false;
        (void)shards_[0].hub().guarded(name, "namespace matcher",
                                       [&] { matched = parent.matches(name, auth); });
        if (matched) return &parent;
    }
    return nullptr;
}

void Server::Implementation::on_child_presence(const std::string& name, bool present) {
    if (!options_.cleanup_empty_child_namespaces) return;
    // Never inside the call: a socket is on its way out.
    shards_.post(0, [this, name, present] {
        auto* entry = namespaces_.find(name);
        if (entry == nullptr) return;
        entry->busy_shards += present ? 1U : -1U;
        if (entry->busy_shards == 0 && entry->open) close_deserted(name);
    });
}

void Server::Implementation::close_deserted(const std::string& name) {
    namespaces_.find(name)->open = false;
    if (adapter_runs_) options_.adapter->on_namespace_closed(name);
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, name] {
            if (shards_[index].hub().close_if_deserted(name)) return;
            // Somebody came meanwhile.
            shards_.post(0, [this, name] {
                auto& entry = *namespaces_.find(name);
                if (!entry.open) open(entry);
            });
        });
    }
}

bool Server::Implementation::is_parent(std::string_view name) const noexcept {
    return !name.starts_with('/');
}

template <class Visit>
void Server::Implementation::for_each_child(std::string_view parent, Visit visit) {
    namespaces_.for_each_open([&](const Namespace& nsp) {
        const auto* of = nsp.setup().parent;
        if (of != nullptr && of->name() == parent) visit(nsp);
    });
}

void Server::Implementation::open_everywhere(const Namespace& nsp) {
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, &nsp] { shards_[index].hub().add_namespace(nsp); });
    }
    if (adapter_runs_) options_.adapter->on_namespace_opened(nsp.name());
}

void Server::Implementation::close_namespace(std::string_view name) {
    if (!running_ || !on_first_shard()) {
        throw std::logic_error("namespaces are closed on shard 0 of a server that runs");
    }
    const auto full = NamespaceRegistry::full_name(name);
    auto* entry = namespaces_.find(full);
    if (entry == nullptr || !entry->open) return;
    if (entry->nsp.get() == root_) throw std::invalid_argument("the root namespace stays open");
    entry->open = false;
    if (adapter_runs_) options_.adapter->on_namespace_closed(full);
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index,
                         [this, index, full] { shards_[index].hub().close_namespace(full); });
    }
}

void Server::Implementation::on_remote_broadcast(RemoteBroadcastFilter filter) {
    require_not_running();
    remote_broadcast_filters_.push_back(std::move(filter));
}

bool Server::Implementation::on_first_shard() noexcept {
    return shards_[0].is_current();
}

void Server::Implementation::require_setup_phase(const Namespace& nsp) const {
    // A namespace that is being made is known to shard 0 alone.
    const bool in_making = shards_[0].is_current() && namespaces_.is_in_making(nsp);
    if (!in_making) require_not_running();
}

transport::Routes& Server::Implementation::routes() {
    require_not_running();
    return routes_;
}

void Server::Implementation::require_not_running() const {
    if (running_) {
        throw std::logic_error(
            "namespaces, handlers and routes are set up before Server::run(), since every shard reads "
            "them without a lock");
    }
}

void Server::Implementation::listen() {
    // run() calls this on its thread while others may ask for the port: nothing is written twice.
    if (listening_) return;
    choose_writer();
    listener_.bind();
    listening_ = true;
}

std::string Server::Implementation::reload_certificates() {
    try {
        const auto entrances = transport::make_entrances(options_);
        // By way of shard 0, so that of two reloads at a time the same one is the last on every shard.
        shards_.post(0, [this, entrances] {
            for (unsigned index = 0; index < shards_.size(); ++index) {
                shards_.on_shard(index, [this, index, entrances] {
                    (*network_)[index].set_entrances(entrances);
                });
            }
            log_.write(LogLevel::info, "certificates reloaded", [] { return base::LogFields{}; });
        });
        return {};
    } catch (const std::runtime_error& unusable) {
        return unusable.what();
    }
}

void Server::Implementation::choose_writer() {
    if (options_.writer == Writer::send) return;
    const auto ec = transport::UringWriter::probe();
    if (ec && options_.writer == Writer::uring) {
        throw boost::system::system_error(
            ec, "io_uring, which Options::writer asks for, cannot be used here");
    }
    options_.writer = ec ? Writer::send : Writer::uring;
    if (ec) {
        log_.write(LogLevel::info, "io_uring cannot be used, writing with send()",
                   [&] { return base::LogFields{{"why", ec.message()}}; });
    }
}

std::uint16_t Server::Implementation::port() const noexcept {
    if (!listening_) return options_.port;
    // Without an address of its own it has only connections that are handed over.
    return listener_.addresses().empty() ? std::uint16_t{0} : listener_.port();
}

void Server::Implementation::add_socketio_route() {
    transport::EngineRoute route;
    route.path = options_.path;
    route.serve_client = options_.serve_client;
    route.make_owner = [](shard::Shard& shard, engine::Session& session, Handshake handshake) {
        auto client = shard.hub().make_client(session, std::move(handshake));
        auto* started = client.get();
        return transport::SessionOwner{std::move(client), [started] { started->start(); }};
    };
    routes_.engines.push_back(std::move(route));
}

void Server::Implementation::run(bool handle_signals) {
    if (is_mounted()) {
        throw std::logic_error("the io_context of this server is yours to run: start() it");
    }
    prepare();
    if (handle_signals) wait_for_signal();
    begin();
    shards_.run();
}

void Server::Implementation::start() {
    if (!is_mounted()) throw std::logic_error("a server with threads of its own is run()");
    prepare();
    begin();
    shards_[0].start([this] { on_end(); });
}

void Server::Implementation::prepare() {
    require_not_running();
    listen();
    add_socketio_route();
    running_ = true;
    namespaces_.start_running();
    for (unsigned index = 0; index < shards_.size(); ++index) {
        auto& hub = shards_[index].hub();
        namespaces_.for_each_early([&](const Namespace& nsp) { hub.add_namespace(nsp); });
    }
    network_ = std::make_unique<transport::Network>(shards_, routes_);
    for (unsigned index = 0; index < shards_.size(); ++index) {
        (*network_)[index].set_entrances(listener_.entrances());
    }
    drains_.reserve(shards_.size());
    for (unsigned index = 0; index < shards_.size(); ++index) {
        drains_.push_back(std::make_unique<Drain>(
            shards_[index], (*network_)[index], [this](Drain::Milestone milestone) {
                shards_.on_shard(0, [this, milestone] { on_milestone(milestone); });
            }));
    }
    hand_over_.start(*network_);
}

void Server::Implementation::begin() {
    shards_.post(0, [this] {
        if (options_.adapter) options_.adapter->start(*this);
        adapter_runs_ = options_.adapter != nullptr;
        listener_.start(*network_);
    });
}

void Server::Implementation::on_stopped(std::function<void()> handler) {
    if (!is_mounted()) throw std::logic_error("of a server with threads of its own run() returns");
    require_not_running();
    stopped_handlers_.push_back(std::move(handler));
}

void Server::Implementation::on_end() {
    ended_ = true;
    (*network_)[0].stop_waiting();
    if (stopped_handlers_.empty()) return;
    // Later, so that they may destroy the server.
    boost::asio::post(context(), shards_[0].handler([handlers = std::move(stopped_handlers_)] {
        for (const auto& handler : handlers) handler();
    }));
}

void Server::Implementation::abandon() {
    if (!is_mounted() || !running_ || ended_) return;
    auto& shard = shards_[0];
    shard.finish([&] {
        listener_.stop();
        hand_over_.stop();
        (*network_)[0].begin_drain();
        if (std::exchange(adapter_runs_, false)) options_.adapter->stop();
        shard.hub().close_all(DisconnectReason::server_shutting_down);
        (*network_)[0].shut_down();
    });
    shard.finish([&] {
        (*network_)[0].close_all();
        (*network_)[0].stop_waiting();
    });
}

// ---- The end -----------------------------------------------------------------------------------------

void Server::Implementation::wait_for_signal() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](boost::system::error_code ec, int) {
        if (ec) return;
        drain(options_.drain_window);
        // Whoever asks twice does not want to wait.
        signals_.async_wait([this](boost::system::error_code again, int) {
            if (!again) drain({});
        });
    });
}

void Server::Implementation::drain(base::Milliseconds window) {
    shards_.post(0, [this, window] { begin_drain(window); });
}

void Server::Implementation::begin_drain(base::Milliseconds window) {
    if (std::exchange(draining_, true)) {
        if (window.count() > 0) return;
        for (unsigned index = 0; index < shards_.size(); ++index) {
            shards_.post(index, [this, index] { drains_[index]->hurry(); });
        }
        return;
    }
    log_.write(LogLevel::info, "draining", [&] {
        return base::LogFields{{"window_ms", std::to_string(window.count())},
                               {"sessions", std::to_string(shards_.sessions())}};
    });
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.post(index, [this, index, window] { drains_[index]->begin(window); });
    }
}

void Server::Implementation::on_milestone(Drain::Milestone milestone) {
    if (++milestones_[static_cast<std::size_t>(milestone)] < shards_.size()) return;
    if (milestone == Drain::Milestone::no_clients) return end_when_sessions_are_stored();
    // Those who are still here need no new connections. Behind the last that was accepted, in every mailbox.
    listener_.stop();
    hand_over_.stop();
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index] { (*network_)[index].close_openings(); });
    }
}

void Server::Implementation::end_connections() {
    signals_.cancel();
    if (std::exchange(adapter_runs_, false)) options_.adapter->stop();
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.post(index, [this, index] { drains_[index]->end(); });
    }
}

// ---- Emitting ----------------------------------------------------------------------------------------

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
    with_offset(flags, [&](wire::EventOffset offset) {
        auto delivery = hub::make_delivery(*this, nsp.name(), std::move(audience), std::move(flags),
                                           event, args, offset);
        send_everywhere(std::move(delivery), event, std::move(args));
    });
}

void Server::Implementation::send_everywhere(hub::Delivery delivery, std::string_view event,
                                             Args args) {
    if (options_.adapter && !delivery.flags.local) {
        ClusterBroadcast elsewhere{delivery.nsp, {}, delivery.audience, delivery.flags};
        elsewhere.data.reserve(args.size() + 1);
        elsewhere.data.emplace_back(event);
        for (auto& arg : args) elsewhere.data.push_back(std::move(arg));
        shards_.on_shard(
            0, [this, elsewhere = std::move(elsewhere)] { options_.adapter->publish(elsewhere); });
    }
    deliver_everywhere(std::move(delivery));
}

template <class Publish>
void Server::Implementation::with_offset(const EmitFlags& flags, Publish publish) {
    if (!options_.connection_state_recovery || flags.is_volatile || adapter_keeps_sessions()) {
        return publish(wire::EventOffset::none);
    }
    if (auto* own = shards_.current()) return publish(own->hub().recovery()->next_offset());
    others_turn_.run([&] {
        const auto now = std::chrono::duration_cast<base::Milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
        const auto since_1970 = now + shard::Shard::wall_clock_ahead();
        publish(others_offsets_.next(static_cast<std::uint64_t>(since_1970.count())));
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
    const auto shared = std::make_shared<const hub::RoomSurgery>(std::move(surgery));
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, shared] { shards_[index].hub().surgery(*shared); });
    }
}

void Server::Implementation::ask(hub::Question question, BroadcastAckHandler handler) {
    const auto shared = std::make_shared<const hub::Question>(std::move(question));
    const auto ask_shard = [this, shared](unsigned index, auto reply) {
        shards_[index].hub().ask(*shared, std::move(reply));
    };
    gather<BroadcastAnswers>(
        shards_, ask_shard,
        [this, shared, handler = std::move(handler)](std::vector<BroadcastAnswers> parts) {
            BroadcastAnswers all;
            for (auto& part : parts) {
                all.ec = hub::worse_of(all.ec, part.ec);
                std::move(part.values.begin(), part.values.end(), std::back_inserter(all.values));
            }
            (void)shards_[0].hub().guarded(shared->nsp, "ack", [&] { handler(all); });
        });
}

void Server::Implementation::fetch(std::string nsp, Audience audience, FetchHandler handler) {
    struct Wanted {
        std::string nsp;
        Audience audience;
    };
    const auto wanted = std::make_shared<const Wanted>(Wanted{std::move(nsp), std::move(audience)});
    const auto ask_shard = [this, wanted](unsigned index, const auto& reply) {
        reply(shards_[index].hub().fetch(wanted->nsp, wanted->audience));
    };
    gather<std::vector<SocketDetails>>(
        shards_, ask_shard,
        [this, wanted,
         handler = std::move(handler)](std::vector<std::vector<SocketDetails>> parts) {
            FetchedSockets all;
            for (auto& part : parts) {
                std::move(part.begin(), part.end(), std::back_inserter(all.sockets));
            }
            (void)shards_[0].hub().guarded(wanted->nsp, "fetch_sockets", [&] { handler(all); });
        });
}

// ---- Between servers ---------------------------------------------------------------------------------

void Server::Implementation::server_side_emit(ServerSideEvent event) {
    require_no_parent(event.nsp);
    server_side_.emit(std::move(event));
}

void Server::Implementation::server_side_ask(ServerSideEvent event,
                                             std::chrono::milliseconds timeout,
                                             ServerSideAnswersHandler handler) {
    require_no_parent(event.nsp);
    server_side_.ask(std::move(event), timeout, std::move(handler));
}

void Server::Implementation::require_no_parent(std::string_view nsp) const {
    if (!is_parent(nsp)) return;
    throw std::logic_error("server_side_emit() is for a namespace, not for a parent of namespaces");
}

void Server::Implementation::deliver_server_side(const ServerSideEvent& event,
                                                 const ServerSideReply& reply) {
    const auto guard = shards_[0].begin_work("an event of another server");
    const auto* nsp = namespaces_.find_open(event.nsp);
    if (nsp != nullptr) server_side_.deliver(*nsp, event, reply);
}

// ---- AdapterHost -------------------------------------------------------------------------------------

boost::asio::io_context& Server::Implementation::context() noexcept {
    return shards_[0].context();
}

void Server::Implementation::deliver(ClusterBroadcast broadcast) {
    const auto* event = broadcast.data.empty() ? nullptr : broadcast.data.front().if_string();
    if (event == nullptr) return;
    const auto guard = shards_[0].begin_work("delivering a broadcast of another node");
    const auto* nsp = namespaces_.find_open(broadcast.nsp);
    if (nsp == nullptr) {
        if (!passes(remote_broadcast_filters_, broadcast)) return;
        // The filter may have opened it.
        nsp = namespaces_.find_open(broadcast.nsp);
    }
    if (nsp == nullptr || !passes(nsp->setup().remote_broadcast_filters, broadcast)) return;
    const Args args(std::make_move_iterator(broadcast.data.begin() + 1),
                    std::make_move_iterator(broadcast.data.end()));
    if (adapter_keeps_sessions()) {
        return deliver_everywhere(hub::make_adapter_delivery(
            *this, std::move(broadcast.nsp), std::move(broadcast.audience),
            std::move(broadcast.flags), *event, args, broadcast.offset));
    }
    with_offset(broadcast.flags, [&](wire::EventOffset offset) {
        deliver_everywhere(hub::make_delivery(*this, std::move(broadcast.nsp),
                                              std::move(broadcast.audience),
                                              std::move(broadcast.flags), *event, args, offset));
    });
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

bool Server::Implementation::wants_every_namespace() const {
    return !remote_broadcast_filters_.empty();
}

std::vector<std::string> Server::Implementation::namespaces() const {
    return namespaces_.open_names();
}

void Server::Implementation::log(LogEvent event) {
    log_.write(event);
}

}  // namespace socketio
