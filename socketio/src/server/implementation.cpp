// Server::Implementation's set-up: options, routes, addresses and certificates. Its other parts stand in
// implementation_namespaces.cpp, implementation_life.cpp, implementation_emitting.cpp,
// implementation_cluster.cpp and implementation_recovery.cpp.
#include "server/implementation.hpp"

#include "hub/client.hpp"
#include "hub/recovery.hpp"
#include "server/options_check.hpp"
#include "transport/uring_writer.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace socketio {

namespace {

/// What a client that comes back in time needs until it is back.
constexpr base::Milliseconds return_time{5'000};
/// Longer ones are no time that a clock can tell.
constexpr base::Milliseconds stay_max = std::chrono::hours(24 * 365);

base::Milliseconds rooms_stay_of(const Options& options) {
    const auto& recovery = options.connection_state_recovery;
    if (!recovery || !options.adapter || options.adapter->keeps_sessions()) return {};
    return std::min(recovery->max_disconnection_duration, stay_max) + return_time;
}

}  // namespace

Server::Implementation::Implementation(Options given, boost::asio::io_context* mounted)
    : options_(mounted != nullptr ? checked_for_mounting(std::move(given))
                                  : checked(std::move(given))),
      log_(options_.logger, options_.log_level),
      shards_(options_.shards, options_, log_, mounted),
      others_offsets_(options_.shards, hub::sources_of(options_.shards)),
      desk_(shards_[0].deadlines(), {options_.pending_acks_max, options_.cluster_answer_bytes_max},
            log_),
      followed_rooms_(
          shards_[0].deadlines(), rooms_stay_of(options_),
          [this](const std::string& nsp, const std::string& room, bool is_there, bool is_own) {
              if (adapter_runs_) {
                  options_.adapter->on_room(nsp, room, is_there, is_own);
              }
          }),
      listener_(shards_[0]),
      hand_over_(shards_),
      signals_(shards_[0].context()) {
    root_ = &of("/", {});
}

Server::Implementation::~Implementation() = default;

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

}  // namespace socketio
