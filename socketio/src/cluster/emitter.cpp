// See socketio/emitter.hpp. WIRE.md B11 to B14.
#include "socketio/emitter.hpp"

#include "cluster/codec/emitter_messages.hpp"
#include "cluster/emitter_refusal.hpp"
#include "cluster/redis_options.hpp"
#include "socketio/server_side.hpp"
#include "wire/socket_packet.hpp"
#include <redis/deployment.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace socketio {
namespace {

using boost::system::error_code;

EmitterOptions checked_emitter_options(EmitterOptions options) {
    if (options.stream_length_max == 0) {
        throw std::invalid_argument("stream_length_max is 0: no server would read anything");
    }
    return options;
}

redis::Options redis_options_of(const EmitterOptions& options) {
    redis::Options bounded = cluster::checked_redis_options(options.url);
    bounded.pending_commands_max = options.pending_max;
    bounded.pending_bytes_max = options.pending_bytes_max;
    bounded.pending_age_max = options.pending_age_max;
    return bounded;
}

void add_names(std::vector<std::string>& names, const std::vector<std::string>& more) {
    for (const std::string& name : more) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
}

void require_unreserved(std::string_view event, bool reserved) {
    if (!reserved) return;
    throw std::invalid_argument("\"" + std::string(event) + "\" is a reserved event name");
}

Args with_event(std::string_view event, Args args) {
    args.insert(args.begin(), Value(event));
    return args;
}

}  // namespace

struct Emitter::Link {
    Link(boost::asio::io_context& io, EmitterOptions emitter_options)
        : options(checked_emitter_options(std::move(emitter_options))),
          deployment(io, redis_options_of(options)) {}

    static void submit(const std::shared_ptr<Link>& link, const cluster::EmitterTarget& target,
                       const cluster::EmitterRequest& request, OnSent on_sent);

    /// What became of a message; a refusal by the ACL has an error of its own.
    [[nodiscard]] error_code outcome(error_code ec, const redis::Reply& reply) {
        if (!ec || !reply.is_error()) {
            last_refusal.clear();
            return ec;
        }
        std::string text = cluster::emitter_refusal(reply.text(), options);
        if (text != last_refusal) {
            last_refusal = std::move(text);
            if (options.on_refused) options.on_refused(last_refusal);
        }
        return reply.error_code() == "NOPERM" ? make_error_code(redis::errc::no_permission) : ec;
    }

    void stop_when_idle() {
        if (finishing && deployment.pending() == 0) deployment.stop();
    }

    EmitterOptions options;
    redis::Deployment deployment;
    std::string last_refusal;
    bool finishing = false;
};

void Emitter::Link::submit(const std::shared_ptr<Link>& link, const cluster::EmitterTarget& target,
                           const cluster::EmitterRequest& request, OnSent on_sent) {
    const std::vector<std::string> command =
        cluster::emitter_command(link->options, target, request);
    const std::vector<std::string_view> arguments(command.begin(), command.end());
    link->deployment.command(
        cluster::emitter_command_key(command), std::span<const std::string_view>(arguments),
        [weak = std::weak_ptr<Link>(link), on_sent = std::move(on_sent)](
            error_code ec, const redis::Reply& reply) {
            // Kept while on_sent runs, which may let go of the last Emitter.
            const std::shared_ptr<Link> alive = weak.lock();
            if (!alive) return;
            ec = alive->outcome(ec, reply);
            const std::int64_t servers = std::max<std::int64_t>(reply.integer(), 0);
            if (on_sent) on_sent(ec, static_cast<std::size_t>(servers));
            alive->stop_when_idle();
        });
}

Emitter::Emitter(boost::asio::io_context& io, EmitterOptions options)
    : link_(std::make_shared<Link>(io, std::move(options))) {
    if (link_->options.on_state) {
        link_->deployment.on_state(
            [report = link_->options.on_state](const redis::StateChange& change) {
                report(change.state == redis::State::connected, change.text);
            });
    }
    link_->deployment.start();
}

Emitter Emitter::of(std::string_view nsp) const {
    Emitter changed(*this);
    changed.nsp_ = nsp.starts_with('/') ? std::string(nsp) : "/" + std::string(nsp);
    changed.audience_ = {};
    changed.flags_ = {};
    return changed;
}

Emitter Emitter::to(std::string_view room) const {
    return to(std::vector<std::string>{std::string(room)});
}

Emitter Emitter::to(const std::vector<std::string>& rooms) const {
    Emitter changed(*this);
    add_names(changed.audience_.rooms, rooms);
    return changed;
}

Emitter Emitter::except(std::string_view room) const {
    return except(std::vector<std::string>{std::string(room)});
}

Emitter Emitter::except(const std::vector<std::string>& rooms) const {
    Emitter changed(*this);
    add_names(changed.audience_.except, rooms);
    return changed;
}

Emitter Emitter::as_volatile() const {
    Emitter changed(*this);
    changed.flags_["volatile"] = true;
    return changed;
}

Emitter Emitter::compress(bool on) const {
    Emitter changed(*this);
    changed.flags_["compress"] = on;
    return changed;
}

void Emitter::send(std::string_view event, Args args, OnSent on_sent) const {
    require_unreserved(event, wire::is_reserved_event(event));
    cluster::EmitterRequest request;
    request.data = with_event(event, std::move(args));
    Link::submit(link_, {nsp_, audience_, flags_}, request, std::move(on_sent));
}

void Emitter::sockets_join(const std::vector<std::string>& rooms, OnSent on_sent) const {
    cluster::EmitterRequest request;
    request.verb = cluster::EmitterVerb::join;
    request.rooms = rooms;
    Link::submit(link_, {nsp_, audience_, flags_}, request, std::move(on_sent));
}

void Emitter::sockets_leave(const std::vector<std::string>& rooms, OnSent on_sent) const {
    cluster::EmitterRequest request;
    request.verb = cluster::EmitterVerb::leave;
    request.rooms = rooms;
    Link::submit(link_, {nsp_, audience_, flags_}, request, std::move(on_sent));
}

void Emitter::disconnect_sockets(bool close_connection, OnSent on_sent) const {
    cluster::EmitterRequest request;
    request.verb = cluster::EmitterVerb::disconnect;
    request.close = close_connection;
    Link::submit(link_, {nsp_, audience_, flags_}, request, std::move(on_sent));
}

void Emitter::send_server_side(std::string_view event, Args args, OnSent on_sent) const {
    require_unreserved(event, is_reserved_server_side(event));
    cluster::EmitterRequest request;
    request.verb = cluster::EmitterVerb::server_side_emit;
    request.data = with_event(event, std::move(args));
    Link::submit(link_, {nsp_, audience_, flags_}, request, std::move(on_sent));
}

std::size_t Emitter::pending() const noexcept {
    return link_->deployment.pending();
}

void Emitter::finish() const {
    link_->finishing = true;
    link_->stop_when_idle();
}

}  // namespace socketio
