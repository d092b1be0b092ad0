#pragma once
// How messages that are not kept leave, for the desk (message_desk.hpp): the channels of Redis, or a test's. Lives
// on shard 0.

#include "cluster/codec/cluster_message.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace socketio::cluster {

class MessagePort {
public:
    virtual ~MessagePort() = default;

    /// What is sent leaves now. Of a Cluster that is not known: each master has channels of its own.
    [[nodiscard]] virtual bool is_connected() const = 0;
    /// To all other servers that have the message's namespace.
    virtual void send(const ClusterMessage& message) = 0;
    /// To the one of that name.
    virtual void answer(const std::string& uid, const ClusterMessage& message) = 0;
    /// How many listen to a namespace, this server among them. `done` is called once, or never after stop().
    virtual void count(const std::string& nsp,
                       std::function<void(boost::system::error_code, std::size_t)> done) = 0;
};

}  // namespace socketio::cluster
