// See sentinel_backend.hpp.
#include "client/sentinel_backend.hpp"

#include "protocol/failure.hpp"
#include "protocol/sentinel_replies.hpp"

#include <optional>
#include <utility>

namespace redis {
namespace {

using boost::system::error_code;

constexpr std::string_view switch_channel = "+switch-master";

Options master_options(Options options) {
    options.seeds.clear();
    options.unix_path.clear();
    return options;
}

Options sentinel_login(Options options) {
    options.kind = Kind::single;
    options.unix_path.clear();
    options.user = options.sentinel_user;
    options.password = options.sentinel_password;
    options.database = 0;
    return options;
}

}  // namespace

SentinelBackend::SentinelBackend(boost::asio::io_context& io, const Options& options,
                                 std::shared_ptr<Listeners> listeners)
    : SingleBackend(io, master_options(options), std::move(listeners)),
      options_(options),
      sentinel_options_(sentinel_login(options)),
      scout_(
          std::make_shared<Scout>(io, sentinel_options_,
                                  std::vector<Scout::Question>{
                                      {"SENTINEL", "get-master-addr-by-name", options.master_name},
                                      {"SENTINEL", "sentinels", options.master_name},
                                  })) {}

std::weak_ptr<SentinelBackend> SentinelBackend::weak_self() {
    return std::static_pointer_cast<SentinelBackend>(shared_from_this());
}

void SentinelBackend::start() {
    listen();
    scout_->start(
        [weak = weak_self()](const Seed& sentinel, const std::vector<Reply>& answers) {
            const auto self = weak.lock();
            return self && self->on_answers(sentinel, answers);
        },
        [weak = weak_self()](const StateChange& last) {
            if (const auto self = weak.lock()) self->on_silence(last);
        });
}

void SentinelBackend::stop() {
    SingleBackend::stop();
    scout_->stop();
    if (switches_) switches_->stop();
}

void SentinelBackend::discard() {
    SingleBackend::discard();
    scout_->stop();
    if (switches_) switches_->stop();
}

void SentinelBackend::command(std::string_view key, Arguments arguments, OnReply callback) {
    SingleBackend::command(
        key, arguments,
        [weak = weak_self(), callback = std::move(callback)](error_code ec, Reply reply) {
            if (callback) callback(ec, std::move(reply));
            if (ec != errc::read_only_replica) return;
            if (const auto self = weak.lock()) self->on_read_only();
        });
}

void SentinelBackend::on_read_only() {
    // ROLE says at login whether it is a replica now, and then the Sentinels are asked.
    if (!is_stopped()) log_in_again();
}

void SentinelBackend::on_server_state() {
    scout_->set_urgent(!all_connected());
}

bool SentinelBackend::on_answers(const Seed& sentinel, const std::vector<Reply>& answers) {
    if (is_stopped()) return false;
    const Result<Seed> master = read_master_address(answers[0]);
    if (master.has_error()) {
        name_unknown_ = name_unknown_ || master.error() == errc::unknown_master;
        return false;
    }
    name_unknown_ = false;
    scout_->set_learned(read_sentinels(answers[1]));
    hear_switches_of(sentinel, !is_at(*master));
    follow(*master);
    return true;
}

void SentinelBackend::on_silence(const StateChange& last) {
    const bool name_unknown = std::exchange(name_unknown_, false);
    // Who has the master needs no Sentinel at the moment.
    if (is_stopped() || connected()) return;
    const errc code = name_unknown ? errc::unknown_master : errc::no_sentinel;
    const Failure failure{make_error_code(code), name_unknown ? std::string() : last.text};
    report(StateChange{last.state == State::auth_failed ? State::auth_failed : State::disconnected,
                       failure.error, describe_search(options_, failure)});
}

void SentinelBackend::hear_switches_of(const Seed& sentinel, bool knows_better) {
    if (switches_) {
        const Options& current = switches_->options();
        const bool is_same = current.host == sentinel.host && current.port == sentinel.port;
        const bool is_deaf = knows_better || !switches_->connected();
        if (!is_same && is_deaf) switches_->move_to(sentinel);
        return;
    }
    Options options = sentinel_options_;
    options.seeds.clear();
    options.host = sentinel.host;
    options.port = sentinel.port;
    switches_ = std::make_unique<Subscriber>(io(), std::move(options));
    switches_->on_message([weak = weak_self()](const Message& message) {
        const auto self = weak.lock();
        if (!self || self->is_stopped()) return;
        const std::optional<Seed> master =
            read_master_switch(message.payload, self->options_.master_name);
        if (master) self->follow(*master);
    });
    switches_->on_state([weak = weak_self()](const StateChange& change) {
        // Another Sentinel then tells of switches: the one that answers next.
        const auto self = weak.lock();
        if (self && change.state != State::connected) self->scout_->ask_soon();
    });
    // One subscription is below any limit.
    (void)switches_->subscribe(switch_channel);
    switches_->start();
}

void SentinelBackend::follow(const Seed& master) {
    move_to(master);
    start_connections();
}

}  // namespace redis
