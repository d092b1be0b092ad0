// See classic_answers.hpp.
#include "cluster/classic_answers.hpp"

#include "cluster/codec/message_parts.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

/// Of a broadcast that wants answers and does not say how long; Node's requestsTimeout.
constexpr std::chrono::milliseconds ask_timeout_default{5'000};
/// Others say how long a question is kept here.
constexpr std::chrono::milliseconds ask_timeout_max{600'000};
/// A longer name is no server's, and its channel nobody's.
constexpr std::size_t asker_bytes_max = 64;

ClusterSurgery::Kind kind_of(const ClassicRequest& request) {
    switch (request.type) {
        case ClassicType::remote_join: return ClusterSurgery::Kind::join;
        case ClassicType::remote_leave: return ClusterSurgery::Kind::leave;
        default: break;
    }
    return request.close ? ClusterSurgery::Kind::disconnect_and_close
                         : ClusterSurgery::Kind::disconnect;
}

ClassicResponse response_of(ClassicResponse::Kind kind, Value value = {}) {
    ClassicResponse response;
    response.kind = kind;
    response.value = std::move(value);
    return response;
}

}  // namespace

class ClassicAnswers::Reply {
public:
    Reply(std::weak_ptr<RedisLink> link, std::string channel, std::string request_id,
          const Settings& settings)
        : link_(std::move(link)),
          channel_(std::move(channel)),
          request_id_(std::move(request_id)),
          uid_(settings.uid),
          message_bytes_max_(settings.message_bytes_max) {}

    void operator()(ClassicResponse response) const {
        const auto link = link_.lock();
        if (!link) return;
        response.request_id = request_id_;
        response.uid = uid_;
        const std::string message = encode_response(response);
        if (message.size() > message_bytes_max_) {
            // It would break the subscriptions of others. Without an answer the asker knows that one is missing.
            link->sent(make_error_code(errc::too_large));
            return;
        }
        link->publish(channel_, message);
    }

private:
    std::weak_ptr<RedisLink> link_;
    std::string channel_;
    std::string request_id_;
    std::string uid_;
    std::size_t message_bytes_max_;
};

ClassicAnswers::ClassicAnswers(const std::shared_ptr<RedisLink>& link, const LocalRooms& rooms,
                               Settings settings)
    : weak_link_(link), host_(link->host()), rooms_(rooms), settings_(std::move(settings)) {}

bool ClassicAnswers::on_request(const std::string& nsp, ClassicRequest request) const {
    switch (request.type) {
        case ClassicType::remote_join:
        case ClassicType::remote_leave:
        case ClassicType::remote_disconnect: return operate(nsp, request);
        case ClassicType::server_side_emit: deliver(nsp, request); return true;
        case ClassicType::broadcast: return ask(nsp, request);
        default: break;
    }
    if (request.request_id.empty()) return false;
    switch (request.type) {
        case ClassicType::sockets: tell_sockets(nsp, request); return true;
        case ClassicType::remote_fetch: tell_details(nsp, request); return true;
        case ClassicType::all_rooms:
            host_.rooms(nsp, [reply = reply_to(nsp, request, false)](
                                 const std::vector<std::string>& names) {
                reply(response_of(ClassicResponse::Kind::rooms, names_value(names)));
            });
            return true;
        default: return false;
    }
}

ClassicAnswers::Reply ClassicAnswers::reply_to(const std::string& nsp,
                                               const ClassicRequest& request, bool to_all) const {
    const bool is_to_all =
        to_all || !settings_.to_asker_alone || request.uid.size() > asker_bytes_max;
    return {weak_link_,
            response_channel(settings_.key, nsp,
                             is_to_all ? std::string_view() : std::string_view(request.uid)),
            request.request_id, settings_};
}

bool ClassicAnswers::has_any(const std::string& nsp, const Audience& audience) const {
    return audience.rooms.empty() ||
           std::any_of(audience.rooms.begin(), audience.rooms.end(),
                       [&](const std::string& room) { return rooms_.has(nsp, room); });
}

void ClassicAnswers::tell_sockets(const std::string& nsp, ClassicRequest& request) const {
    const Reply reply = reply_to(nsp, request, false);
    if (!has_any(nsp, request.audience)) {
        // As somebody asks who wants to know only who is alive.
        reply(response_of(ClassicResponse::Kind::sockets, Array()));
        return;
    }
    host_.fetch(nsp, std::move(request.audience), [reply](std::vector<SocketDetails> sockets) {
        Array ids;
        for (SocketDetails& socket : sockets) ids.emplace_back(std::move(socket.id));
        reply(response_of(ClassicResponse::Kind::sockets, std::move(ids)));
    });
}

void ClassicAnswers::tell_details(const std::string& nsp, ClassicRequest& request) const {
    host_.fetch(nsp, std::move(request.audience),
                [reply = reply_to(nsp, request, false)](const std::vector<SocketDetails>& sockets) {
                    Array list;
                    for (const SocketDetails& socket : sockets) list.push_back(value_of(socket));
                    reply(response_of(ClassicResponse::Kind::sockets, std::move(list)));
                });
}

bool ClassicAnswers::operate(const std::string& nsp, ClassicRequest& request) const {
    const bool is_about_one = !request.sid.empty();
    if (is_about_one && !rooms_.has(nsp, request.sid)) return false;
    const Reply reply = reply_to(nsp, request, false);
    host_.operate(ClusterSurgery{kind_of(request), nsp, std::move(request.audience),
                                 std::move(request.rooms)});
    if (is_about_one && !request.request_id.empty()) {
        reply(response_of(ClassicResponse::Kind::done));
    }
    return true;
}

void ClassicAnswers::deliver(const std::string& nsp, ClassicRequest& request) const {
    ServerSideReply answer;
    if (!request.request_id.empty()) {
        // Node's listens for these on the channel of all alone, whatever its options say.
        answer = ServerSideReply([reply = reply_to(nsp, request, true)](Value value) {
            reply(response_of(ClassicResponse::Kind::server_side, std::move(value)));
        });
    }
    host_.deliver_server_side(ServerSideEvent{nsp, std::move(request.data)}, answer);
}

bool ClassicAnswers::ask(const std::string& nsp, ClassicRequest& request) const {
    if (!request.nsp.empty() && request.nsp != nsp) return false;
    const Reply reply = reply_to(nsp, request, false);
    const auto timeout = std::clamp(request.timeout.value_or(ask_timeout_default),
                                    std::chrono::milliseconds(1), ask_timeout_max);
    host_.ask(
        ClusterBroadcast{nsp, std::move(request.data), std::move(request.audience),
                         std::move(request.flags)},
        timeout,
        [reply](std::size_t clients) {
            ClassicResponse response = response_of(ClassicResponse::Kind::client_count);
            response.clients = clients;
            reply(std::move(response));
        },
        [reply](Value answer) {
            reply(response_of(ClassicResponse::Kind::broadcast_ack, std::move(answer)));
        });
    return true;
}

}  // namespace socketio::cluster
