// See classic_adapter.hpp.
#include "cluster/classic_adapter.hpp"

#include "base/assert.hpp"
#include "cluster/codec/classic_broadcast.hpp"
#include "cluster/redis_options.hpp"
#include "cluster/uid.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace socketio {
namespace cluster {
namespace {

using boost::system::error_code;

/// A name with more '#' than this may be anybody's: it is decoded.
constexpr int namespace_guesses_max = 16;

ClassicType request_type_of(ClusterSurgery::Kind kind) {
    switch (kind) {
        case ClusterSurgery::Kind::join: return ClassicType::remote_join;
        case ClusterSurgery::Kind::leave: return ClassicType::remote_leave;
        case ClusterSurgery::Kind::disconnect:
        case ClusterSurgery::Kind::disconnect_and_close: break;
    }
    return ClassicType::remote_disconnect;
}

ClassicRequest request_of(const ClusterSurgery& surgery, const std::string& uid) {
    ClassicRequest request;
    request.type = request_type_of(surgery.kind);
    request.uid = uid;
    request.audience = surgery.audience;
    request.rooms = surgery.rooms;
    request.close = surgery.kind == ClusterSurgery::Kind::disconnect_and_close;
    return request;
}

}  // namespace

ClassicAdapter::Session::Session(ClassicAdapter& adapter, AdapterHost& host)
    : link(std::make_shared<RedisLink>(host, adapter.redis_, adapter.status_)),
      answers(link, adapter.rooms_,
              {.key = adapter.options_.key,
               .uid = adapter.status_.name,
               .to_asker_alone = adapter.options_.publish_on_specific_response_channel,
               .message_bytes_max = adapter.options_.message_bytes_max}),
      questions(*link, adapter.status_,
                {.key = adapter.options_.key,
                 .uid = adapter.status_.name,
                 .patience = adapter.options_.answer_patience,
                 .questions_max = adapter.options_.pending_questions_max,
                 .message_bytes_max = adapter.options_.message_bytes_max}) {}

ClassicAdapter::ClassicAdapter(RedisAdapterOptions options, std::string uid)
    : options_(std::move(options)),
      redis_(bounded_redis_options(options_.url,
                                   {options_.message_bytes_max, options_.pending_broadcasts_max,
                                    options_.pending_bytes_max})),
      operations_(options_.pending_broadcasts_max) {
    status_.adapter = "classic";
    status_.name = std::move(uid);
}

void ClassicAdapter::start(AdapterHost& host) {
    SOCKETIO_ASSERT(host_ == nullptr);
    host_ = &host;
    session_ = std::make_shared<Session>(*this, host);
    RedisLink& link = *session_->link;
    link.on_message = [this](const redis::Message& message) { on_message(message); };
    link.on_ready = [this] { on_ready(); };
    link.on_lost = [this] {
        for (ClusterSurgery& surgery : operations_.take_all()) execute(std::move(surgery));
    };
    hears_every_namespace_ = host.wants_every_namespace();
    if (hears_every_namespace_) hear(every_broadcast_pattern(options_.key), {});
    for (const std::string& nsp : host.namespaces()) on_namespace_opened(nsp);
    link.start();
}

void ClassicAdapter::stop() {
    session_.reset();
    status_.is_reached = false;
    routes_.clear();
    rooms_.clear();
    operations_.clear();
    host_ = nullptr;
}

void ClassicAdapter::on_namespace_opened(const std::string& nsp) {
    if (!session_) return;
    rooms_.open(nsp, host_->wants_every_room(nsp));
    if (!hears_every_namespace_) {
        hear(broadcast_pattern(options_.key, nsp), {Content::broadcasts, nsp});
    }
    hear(request_channel(options_.key, nsp), {Content::requests, nsp});
    hear(response_channel(options_.key, nsp), {Content::responses, nsp});
    hear(response_channel(options_.key, nsp, status_.name), {Content::responses, nsp});
}

void ClassicAdapter::on_namespace_closed(const std::string& nsp) {
    if (!session_) return;
    rooms_.close(nsp);
    session_->questions.forget(nsp);
    if (!hears_every_namespace_) unhear(broadcast_pattern(options_.key, nsp));
    unhear(request_channel(options_.key, nsp));
    unhear(response_channel(options_.key, nsp));
    unhear(response_channel(options_.key, nsp, status_.name));
}

void ClassicAdapter::hear(const std::string& name, Route route) {
    redis::Deployment& redis = session_->link->redis();
    const error_code ec =
        route.content == Content::broadcasts ? redis.psubscribe(name) : redis.subscribe(name);
    if (ec) return session_->link->note_refused(name, ec.message());
    routes_.insert_or_assign(name, std::move(route));
}

void ClassicAdapter::unhear(const std::string& name) {
    const auto route = routes_.find(name);
    if (route == routes_.end()) return;
    redis::Deployment& redis = session_->link->redis();
    if (route->second.content == Content::broadcasts) {
        redis.punsubscribe(name);
    } else {
        redis.unsubscribe(name);
    }
    routes_.erase(route);
}

void ClassicAdapter::publish(const ClusterBroadcast& broadcast) {
    if (!session_) return;
    const std::string message = encode_broadcast(status_.name, broadcast);
    if (message.size() > options_.message_bytes_max) {
        // The others would refuse it, and our own echo could break the subscription.
        return session_->link->sent(make_error_code(errc::too_large));
    }
    const std::string channel =
        broadcast_channel(options_.key, broadcast.nsp, broadcast.audience.rooms);
    RedisLink& link = *session_->link;
    link.redis().command("", {"PUBLISH", channel, message},
                         [this, &link](error_code ec, const redis::Reply& reply) {
                             link.sent(ec, reply.text());
                             // This server is one of those that heard it. A node of a Cluster counts its own
                             // clients alone.
                             if (ec || redis_.kind == redis::Kind::cluster) return;
                             const auto heard = std::max<std::int64_t>(reply.integer(), 1) - 1;
                             status_.servers = static_cast<std::size_t>(heard);
                         });
}

void ClassicAdapter::operate(const ClusterSurgery& surgery) {
    if (!session_) return;
    RedisLink& link = *session_->link;
    std::string channel = request_channel(options_.key, surgery.nsp);
    std::string message = encode_request(request_of(surgery, status_.name));
    if (message.size() > options_.message_bytes_max) {
        link.sent(make_error_code(errc::too_large));
        return execute(surgery);
    }
    const std::uint64_t number =
        status_.is_reached ? operations_.add(channel, message, surgery) : 0;
    if (number == 0) {
        if (link.redis().connected()) {
            link.publish(channel, message);
        } else {
            link.sent(make_error_code(errc::disconnected));
        }
        return execute(surgery);
    }
    link.redis().command("", {"PUBLISH", channel, message},
                         [this, &link, number, times_ready = times_ready_](
                             error_code ec, const redis::Reply& reply) {
                             link.sent(ec, reply.text());
                             // Without all subscriptions, now or in between, it may never come back.
                             if (ec || !link.is_ready() || times_ready != times_ready_) {
                                 execute(operations_.take(number));
                             } else {
                                 operations_.note_sent(number);
                             }
                         });
}

void ClassicAdapter::execute(std::optional<ClusterSurgery> surgery) {
    if (surgery && host_ != nullptr) host_->operate(std::move(*surgery));
}

void ClassicAdapter::ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
                         const std::shared_ptr<BroadcastQuestion>& question) {
    if (!session_) return question->fail(make_error_code(errc::disconnected));
    session_->questions.ask(broadcast, timeout, question);
}

void ClassicAdapter::fetch(const std::string& nsp, const Audience& audience,
                           const std::shared_ptr<FetchQuestion>& question) {
    if (!session_) return question->fail(make_error_code(errc::disconnected));
    session_->questions.fetch(nsp, audience, question);
}

void ClassicAdapter::server_side_emit(const ServerSideEvent& event,
                                      const std::shared_ptr<ServerSideQuestion>& question) {
    if (session_) return session_->questions.server_side_emit(event, question);
    if (question) question->fail(make_error_code(errc::disconnected));
}

void ClassicAdapter::on_room(const std::string& nsp, const std::string& room, bool is_there, bool) {
    rooms_.set(nsp, room, is_there);
}

void ClassicAdapter::on_ready() {
    // Kept while handlers run, which may stop the server.
    const auto session = session_;
    if (!session) return;
    ++times_ready_;
    for (ClusterSurgery& surgery : operations_.take_sent()) execute(std::move(surgery));
    if (session_ == session) session->questions.on_ready();
    if (session_ != session) return;
    const std::vector<std::string> namespaces = host_->namespaces();
    if (!namespaces.empty()) session->questions.count_servers(namespaces.front());
}

void ClassicAdapter::on_message(const redis::Message& message) {
    // Kept while handlers run, which may stop the server.
    const auto session = session_;
    if (!session) return;
    const auto found = routes_.find(message.pattern.empty() ? message.channel : message.pattern);
    if (found == routes_.end()) {
        ++status_.passed_over;
        return;
    }
    // Handlers may close the namespace.
    const Route route = found->second;
    switch (route.content) {
        case Content::broadcasts: return on_broadcast(message, route.nsp);
        case Content::requests: return on_request(message, route.nsp);
        case Content::responses: return on_response(message);
    }
}

bool ClassicAdapter::is_for_this_server(std::string_view channel, std::string_view nsp) const {
    const auto is_for = [&](std::string_view name) {
        const auto room = room_of_channel(channel, options_.key, name);
        return room && (room->empty() || rooms_.is_wanted(name, *room));
    };
    if (!nsp.empty()) return is_for(nsp);
    // A '#' ends a namespace in a channel, but may stand in one.
    bool has_open = false;
    const std::string_view rest = channel.substr(std::min(channel.size(), options_.key.size() + 1));
    std::size_t end = rest.find('#');
    for (int guess = 0; end != std::string_view::npos; end = rest.find('#', end + 1), ++guess) {
        if (guess == namespace_guesses_max) return true;
        const std::string_view name = rest.substr(0, end);
        if (!rooms_.is_open(name)) continue;
        has_open = true;
        if (is_for(name)) return true;
    }
    return !has_open;
}

void ClassicAdapter::on_broadcast(const redis::Message& message, const std::string& nsp) {
    if (has_uid(message.payload, status_.name)) {
        ++status_.own;
        return;
    }
    if (!is_for_this_server(message.channel, nsp)) {
        ++status_.passed_over;
        return;
    }
    RedisLink& link = *session_->link;
    if (message.payload.size() > options_.message_bytes_max) {
        return link.reject(message.channel, make_error_code(errc::too_large).message());
    }
    Result<BroadcastMessage> decoded = decode_broadcast(message.payload);
    if (decoded.has_error()) return link.reject(message.channel, decoded.error().message());
    // "/a" hears "/a#b" too.
    const std::string& said = decoded->broadcast.nsp;
    const bool is_of_channel =
        nsp.empty() ? room_of_channel(message.channel, options_.key, said).has_value()
                    : said == nsp;
    note_acted_on(is_of_channel);
    if (is_of_channel) host_->deliver(std::move(decoded->broadcast));
}

void ClassicAdapter::on_request(const redis::Message& message, const std::string& nsp) {
    if (is_own_request(message.payload, status_.name)) return on_own_request(message, nsp);
    RedisLink& link = *session_->link;
    if (message.payload.size() > options_.message_bytes_max) {
        return link.reject(message.channel, make_error_code(errc::too_large).message());
    }
    Result<std::optional<ClassicRequest>> decoded = decode_request(message.payload);
    if (decoded.has_error()) return link.reject(message.channel, decoded.error().message());
    note_acted_on(*decoded && session_->answers.on_request(nsp, std::move(**decoded)));
}

void ClassicAdapter::on_own_request(const redis::Message& message, const std::string& nsp) {
    ++status_.own;
    session_->questions.on_echo(nsp, message.payload);
    execute(operations_.take_echo(message.channel, message.payload));
}

void ClassicAdapter::on_response(const redis::Message& message) {
    if (is_own_response(message.payload, status_.name)) {
        ++status_.own;
        return;
    }
    RedisLink& link = *session_->link;
    if (message.payload.size() > options_.message_bytes_max) {
        return link.reject(message.channel, make_error_code(errc::too_large).message());
    }
    Result<std::optional<ClassicResponse>> decoded = decode_response(message.payload);
    if (decoded.has_error()) return link.reject(message.channel, decoded.error().message());
    note_acted_on(*decoded && session_->questions.on_response(std::move(**decoded)));
}

void ClassicAdapter::note_acted_on(bool is_acted_on) {
    ++(is_acted_on ? status_.received : status_.passed_over);
}

}  // namespace cluster

std::shared_ptr<Adapter> redis_adapter(RedisAdapterOptions options) {
    return std::make_shared<cluster::ClassicAdapter>(std::move(options), cluster::short_uid());
}

std::shared_ptr<Adapter> redis_adapter(std::string url) {
    RedisAdapterOptions options;
    options.url = std::move(url);
    return redis_adapter(std::move(options));
}

}  // namespace socketio
