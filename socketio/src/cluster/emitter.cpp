// See socketio/emitter.hpp. WIRE.md B11.
#include "socketio/emitter.hpp"

#include "cluster/codec/cluster_codec.hpp"
#include "cluster/redis_options.hpp"
#include "wire/socket_packet.hpp"
#include <redis/connection.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <stdexcept>

namespace socketio {

struct Emitter::Link {
    Link(boost::asio::io_context& io, EmitterOptions emitter_options)
        : options(std::move(emitter_options)),
          connection(io, cluster::checked_redis_options(options.url)) {}

    void stop_when_idle() {
        if (finishing && connection.pending() == 0) {
            connection.stop();
        }
    }

    EmitterOptions options;
    redis::Connection connection;
    bool finishing = false;
};

namespace {

void add_names(std::vector<std::string>& names, const std::vector<std::string>& more) {
    for (const std::string& name : more) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
}

}  // namespace

Emitter::Emitter(boost::asio::io_context& io, EmitterOptions options)
    : link_(std::make_shared<Link>(io, std::move(options))) {
    if (link_->options.on_state) {
        link_->connection.on_state(
            [report = link_->options.on_state](const redis::StateChange& change) {
                report(change.state == redis::State::connected, change.text);
            });
    }
    link_->connection.start();
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
    changed.flags_.is_volatile = true;
    return changed;
}

Emitter Emitter::compress(bool on) const {
    Emitter changed(*this);
    changed.flags_.compress = on;
    return changed;
}

void Emitter::send(std::string_view event, Args args, OnSent on_sent) const {
    if (wire::is_reserved_event(event)) {
        throw std::invalid_argument("\"" + std::string(event) + "\" is a reserved event name");
    }
    args.insert(args.begin(), Value(event));
    const ClusterBroadcast broadcast{nsp_, std::move(args), audience_, flags_};
    const std::string channel =
        cluster::broadcast_channel(link_->options.key, nsp_, audience_.rooms);
    link_->connection.command({"PUBLISH", channel, cluster::encode_emitter_broadcast(broadcast)},
                              [weak = std::weak_ptr<Link>(link_), on_sent = std::move(on_sent)](
                                  boost::system::error_code ec, const redis::Reply& reply) {
                                  // Kept while on_sent runs, which may let go of the last Emitter.
                                  const std::shared_ptr<Link> link = weak.lock();
                                  if (!link) {
                                      return;
                                  }
                                  if (on_sent) {
                                      on_sent(ec, static_cast<std::size_t>(reply.integer()));
                                  }
                                  link->stop_when_idle();
                              });
}

void Emitter::finish() const {
    link_->finishing = true;
    link_->stop_when_idle();
}

}  // namespace socketio
