// See redis_link.hpp.
#include "cluster/redis_link.hpp"

#include <bit>
#include <utility>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

LogLevel level_of(redis::State state) {
    switch (state) {
        case redis::State::connected: return LogLevel::info;
        case redis::State::disconnected: return LogLevel::warn;
        case redis::State::auth_failed: break;
    }
    return LogLevel::error;
}

std::string_view event_of(redis::State state) {
    switch (state) {
        case redis::State::connected: return "redis connected";
        case redis::State::disconnected: return "redis disconnected";
        case redis::State::auth_failed: break;
    }
    return "redis login refused";
}

}  // namespace

RedisLink::RedisLink(AdapterHost& host, const redis::Options& options, ClusterStatus& status)
    : host_(host), status_(status), redis_(host.context(), options) {
    redis_.on_state([this](const redis::StateChange& change) { on_state(change); });
    redis_.on_message([this](const redis::Message& message) {
        if (on_message) on_message(message);
    });
    redis_.on_ready([this] {
        // With a channel for each room it is ready again after each join.
        log(status_.is_reached ? LogLevel::debug : LogLevel::info, "redis adapter ready",
            status_.name);
        const std::weak_ptr<const bool> alive = alive_;
        tell_state();
        if (!alive.expired() && on_ready) on_ready();
    });
    redis_.on_refused([this](std::string_view name, const std::string& text) {
        note_refused(name, text);
        tell_state();
    });
}

void RedisLink::start() {
    redis_.start();
}

void RedisLink::publish(std::string_view channel, std::string_view message, bool sharded) {
    const std::string_view verb = sharded ? "SPUBLISH" : "PUBLISH";
    redis_.command(sharded ? channel : std::string_view(), {verb, channel, message},
                   [this](error_code ec, const redis::Reply& reply) { sent(ec, reply.text()); });
}

void RedisLink::sent(error_code ec, std::string_view server_text) {
    if (!ec) {
        ++status_.published;
        if (lost_in_a_row_ > 0) {
            log(LogLevel::warn, "broadcasts reach other processes again",
                std::to_string(std::exchange(lost_in_a_row_, 0)) + " were lost");
        }
        return;
    }
    ++status_.lost;
    if (lost_in_a_row_++ == 0) {
        log(LogLevel::warn, "broadcasts do not reach other processes",
            ec == redis::errc::server_error ? std::string(server_text) : ec.message());
    }
}

void RedisLink::reject(std::string_view where, std::string reason) {
    ++status_.rejected;
    // A foreign program may publish thousands.
    if (!std::has_single_bit(status_.rejected)) return;
    host_.log(LogEvent{LogLevel::warn,
                       "foreign message ignored",
                       {{"channel", std::string(where)},
                        {"reason", std::move(reason)},
                        {"ignored", std::to_string(status_.rejected)}}});
}

void RedisLink::log(LogLevel level, std::string_view event, std::string text) {
    host_.log(LogEvent{level, event, {{"text", std::move(text)}}});
}

void RedisLink::note_refused(std::string_view name, const std::string& text) {
    host_.log(LogEvent{LogLevel::error,
                       "redis subscription refused",
                       {{"channel", std::string(name)}, {"text", text}}});
    last_text_ = text;
}

void RedisLink::on_state(const redis::StateChange& change) {
    last_text_ = change.text;
    was_missed_ = change.state != redis::State::connected;
    host_.log(LogEvent{level_of(change.state), event_of(change.state), {{"text", change.text}}});
    tell_state();
}

void RedisLink::tell_state() {
    const bool is_reached = redis_.ready();
    if (std::exchange(status_.is_reached, is_reached) == is_reached) return;
    if (!is_reached) ++status_.outages;
    const std::weak_ptr<const bool> alive = alive_;
    host_.on_cluster_state(is_reached, last_text_);
    if (!is_reached && !alive.expired() && on_lost) on_lost();
}

}  // namespace socketio::cluster
