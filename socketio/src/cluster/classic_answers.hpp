#pragma once
// What the classic adapter does when other servers, or emitters, ask something of this one. WIRE.md B10. Lives on
// shard 0; calls its AdapterHost.

#include "cluster/codec/classic_request.hpp"
#include "cluster/codec/classic_response.hpp"
#include "cluster/local_rooms.hpp"
#include "cluster/redis_link.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace socketio::cluster {

class ClassicAnswers {
public:
    struct Settings {
        std::string key;
        /// This server's name.
        std::string uid;
        /// Answers go to the asker's own channel, and not to that of all.
        bool to_asker_alone = false;
        /// Others refuse what is larger.
        std::size_t message_bytes_max = 0;
    };
    /// `rooms` outlives it.
    ClassicAnswers(const std::shared_ptr<RedisLink>& link, const LocalRooms& rooms,
                   Settings settings);

    /// Of another server, on the channel of an open namespace. False when it is not for this one.
    [[nodiscard]] bool on_request(const std::string& nsp, ClassicRequest request) const;

private:
    /// Sends what is answered to one request; copies send to the same. Whoever holds it may outlive the adapter.
    class Reply;

    [[nodiscard]] Reply reply_to(const std::string& nsp, const ClassicRequest& request,
                                 bool to_all) const;
    [[nodiscard]] bool has_any(const std::string& nsp, const Audience& audience) const;
    void tell_sockets(const std::string& nsp, ClassicRequest& request) const;
    void tell_details(const std::string& nsp, ClassicRequest& request) const;
    [[nodiscard]] bool operate(const std::string& nsp, ClassicRequest& request) const;
    void deliver(const std::string& nsp, ClassicRequest& request) const;
    [[nodiscard]] bool ask(const std::string& nsp, ClassicRequest& request) const;

    const std::weak_ptr<RedisLink> weak_link_;
    AdapterHost& host_;
    const LocalRooms& rooms_;
    const Settings settings_;
};

}  // namespace socketio::cluster
