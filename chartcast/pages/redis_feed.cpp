#include "pages/redis_feed.hpp"

#include "live/simple_bar_chart.hpp"
#include "live/state_json.hpp"
#include "ops/log.hpp"

#include <array>

namespace chartcast::pages {
namespace {

using socketio::LogLevel;

// The braces keep both keys in one slot of a Redis cluster.
constexpr std::array<std::string_view, 2> keys = {"chartcast:{seed}:counter",
                                                  "chartcast:{seed}:state"};
constexpr std::string_view channel = "chartcast:{seed}:pushed";

// ARGV: channel, our version, now, and the options in the order of their turns.
constexpr auto push_source = R"(
local version = tonumber(redis.call('GET', KEYS[1])) or 0
if version < tonumber(ARGV[2]) then redis.call('SET', KEYS[1], ARGV[2]) end
version = redis.call('INCR', KEYS[1])
local option = ARGV[4 + version % (#ARGV - 3)]
local state = '{"v":' .. string.format('%.0f', version) .. ',"ts":' .. ARGV[3] .. ',"option":' .. option .. '}'
redis.call('SET', KEYS[2], state)
redis.call('PUBLISH', ARGV[1], state)
return state)";

// ARGV: channel, our version, our state.
constexpr auto reconcile_source = R"(
local version = tonumber(redis.call('GET', KEYS[1])) or 0
if version >= tonumber(ARGV[2]) then return redis.call('GET', KEYS[2]) end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[3])
return ARGV[3])";

// The adapter connects to the same Redis and tells operators how that goes; here it is detail.
void log_state(const redis::StateChange& change) {
    ops::log(LogLevel::debug,
             change.state == redis::State::connected ? "seed feed connected"
                                                     : "seed feed waits for redis",
             {{"text", change.text}});
}

}  // namespace

RedisFeed::RedisFeed(boost::asio::io_context& io, const redis::Options& options, Clock now)
    : now_(std::move(now)),
      redis_(io, options),
      push_script_(push_source),
      reconcile_script_(reconcile_source),
      current_(std::make_shared<live::ChartState>(live::simple_bar_chart(0, now_()))) {}

void RedisFeed::start(OnState on_state) {
    on_state_ = std::move(on_state);
    redis_.on_state(log_state);
    redis_.on_message([this](const redis::Message& message) {
        const auto state = take(message.payload);
        if (state && state->version < current_->version) reconcile();
    });
    redis_.on_refused([](std::string_view name, const std::string& text) {
        ops::log(LogLevel::error, "redis refused a subscription",
                 {{"channel", std::string(name)}, {"cause", text}});
    });
    redis_.on_ready([this] {
        ops::log(LogLevel::debug, "seed feed ready");
        reconcile();
    });
    redis_.subscribe(channel);
    redis_.start();
}

void RedisFeed::reconcile() {
    const auto version = std::to_string(current_->version);
    const auto state = live::to_json(*current_);
    const std::array<std::string_view, 3> arguments = {channel, version, state};
    // A connection that is lost meanwhile comes back, and with it the next attempt.
    reconcile_script_.run(redis_, keys, arguments,
                          [this](boost::system::error_code ec, const redis::Reply& reply) {
                              if (ec == redis::errc::server_error) {
                                  ops::log(LogLevel::error, "redis refused the seed script",
                                           {{"cause", std::string(reply.text())}});
                              } else if (!ec && !reply.is_null()) {
                                  take(reply.text());
                              }
                          });
}

void RedisFeed::push(OnPushed on_pushed) {
    if (!redis_.connected()) {
        on_pushed(boost::system::error_code(redis::errc::expired));
        return;
    }
    const auto version = std::to_string(current_->version);
    const auto now = std::to_string(now_());
    std::vector<std::string> options;
    options.reserve(live::simple_bar_chart_sets());
    for (std::uint64_t set = 0; set < live::simple_bar_chart_sets(); ++set) {
        options.push_back(live::to_json(live::simple_bar_chart(set, 0).option));
    }
    std::vector<std::string_view> arguments = {channel, version, now};
    arguments.insert(arguments.end(), options.begin(), options.end());
    push_script_.run(redis_, keys, arguments,
                     [this, on_pushed = std::move(on_pushed)](boost::system::error_code ec,
                                                              const redis::Reply& reply) {
                         finish_push(ec, reply, on_pushed);
                     });
}

void RedisFeed::finish_push(boost::system::error_code ec, const redis::Reply& reply,
                            const OnPushed& on_pushed) {
    const auto state = ec ? nullptr : take(reply.text());
    if (state) return on_pushed(state);
    ops::log(
        LogLevel::warn, "push failed",
        {{"cause", ec == redis::errc::server_error ? std::string(reply.text()) : ec.message()}});
    on_pushed(ec ? ec : make_error_code(redis::errc::protocol_error));
}

live::ChartStatePtr RedisFeed::take(std::string_view text) {
    auto parsed = live::parse_state(text);
    if (!parsed) {
        ops::log(LogLevel::warn, "something in redis is no chart state",
                 {{"channel", std::string(channel)}, {"text", std::string(text.substr(0, 200))}});
        return nullptr;
    }
    auto state = std::make_shared<const live::ChartState>(std::move(*parsed));
    if (state->version > current_->version) {
        current_ = state;
        on_state_(current_);
    }
    return state;
}

}  // namespace chartcast::pages
