#pragma once
// What the sockets of one client know of its beginning: one for all of them while they would say the
// same. Counted by its references, without atomics. Lives on one shard.

#include "socketio/handshake.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <utility>

namespace socketio::hub {

struct SharedHandshake;
using HandshakeRef = boost::intrusive_ptr<SharedHandshake>;

struct SharedHandshake
    : public boost::intrusive_ref_counter<SharedHandshake, boost::thread_unsafe_counter> {
    static HandshakeRef make(Handshake handshake) {
        return HandshakeRef(new SharedHandshake(std::move(handshake)));
    }

    Handshake handshake;

private:
    explicit SharedHandshake(Handshake said) noexcept : handshake(std::move(said)) {}
};

}  // namespace socketio::hub
