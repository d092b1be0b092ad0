// See link.hpp.
#include "client/link.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include <utility>

namespace redis {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t read_bytes = 16 * 1024;
/// One write; what comes behind it waits for the next.
constexpr std::size_t write_bytes = 256 * 1024;
/// A stopped link ends by then, whatever Redis has not taken.
constexpr std::chrono::seconds parting_max{1};

RespLimits limits_of(const Options& options) {
    RespLimits limits;
    limits.bulk_bytes_max = options.reply_bytes_max;
    limits.reply_bytes_max = options.reply_bytes_max;
    return limits;
}

}  // namespace

Link::Attempt::Attempt(asio::io_context& io, const Options& options)
    : stream(io, options), handshake(options), parser(limits_of(options)) {}

Link::Link(asio::io_context& io, Options options)
    : io_(io),
      options_(std::move(options)),
      backoff_(options_.reconnect_delay_min, options_.reconnect_delay_max),
      deadline_(io),
      keep_alive_(io),
      random_(std::random_device()()) {}

void Link::start(std::weak_ptr<LinkOwner> owner) {
    if (phase_ != Phase::idle) {
        return;
    }
    owner_ = std::move(owner);
    attempt();
}

void Link::stop() {
    if (up()) {
        part();
    } else if (!stopped()) {
        give_up_attempt();
    }
    phase_ = Phase::closed;
}

void Link::part() {
    const auto parting = std::exchange(attempt_, nullptr);
    parting->parting = true;
    if (const auto owner = owner_.lock()) {
        parting->last_output = owner->take_link_output(write_bytes);
    }
    keep_alive_.cancel();
    deadline_.expires_after(parting_max);
    deadline_.async_wait([self = shared_from_this(), parting](error_code ec) {
        if (!ec) {
            parting->stream.close();
        }
    });
    if (!parting->writing) {
        write_last(parting, {});
    }
}

void Link::write_last(const std::shared_ptr<Attempt>& parting, error_code ec) {
    parting->output = std::exchange(parting->last_output, {});
    if (ec || parting->output.empty()) {
        // Not closed yet: with replies unread the server would hear of an error before it has read all.
        parting->stream.shut_down_sending();
        return;
    }
    auto self = shared_from_this();
    parting->stream.write_all(parting->output, [self, parting](error_code write_ec, std::size_t) {
        self->write_last(parting, write_ec);
    });
}

void Link::read_last(const std::shared_ptr<Attempt>& parting, error_code ec) {
    if (ec) {
        parting->stream.close();
        deadline_.cancel();
        return;
    }
    parting->stream.read_some(
        parting->parser.prepare(read_bytes),
        [self = shared_from_this(), parting](error_code read_ec, std::size_t) {
            self->read_last(parting, read_ec);
        });
}

void Link::move_to(const Seed& server) {
    std::string text = describe_move(options_, server);
    options_.host = server.host;
    options_.port = server.port;
    if (phase_ == Phase::idle || phase_ == Phase::closed) {
        return;
    }
    const bool was_up = up();
    give_up_attempt();
    phase_ = Phase::waiting;
    backoff_.reset();
    attempt_after(std::chrono::milliseconds(0));
    if (!was_up) {
        return;
    }
    if (const auto owner = owner_.lock()) {
        owner->on_link_down();
    }
    report(State::disconnected, make_error_code(errc::connection_lost), std::move(text));
}

void Link::give_up_attempt() {
    deadline_.cancel();
    keep_alive_.cancel();
    if (attempt_) {
        attempt_->stream.close();
        attempt_.reset();
    }
}

void Link::attempt() {
    phase_ = Phase::connecting;
    attempt_ = std::make_shared<Attempt>(io_, options_);
    auto self = shared_from_this();
    deadline_.expires_after(options_.connect_timeout);
    deadline_.async_wait([self, attempt = attempt_](error_code ec) {
        if (!ec && attempt == self->attempt_ && !self->up()) {
            const bool tls_silent = self->options_.tls.enabled && attempt->stream.tcp_connected() &&
                                    self->phase_ == Phase::connecting;
            self->fail({make_error_code(errc::connect_timeout),
                        tls_silent ? "no answer to TLS; is it a redis:// port?" : ""});
        }
    });
    attempt_->stream.connect([self, attempt = attempt_](const Failure& failure) {
        if (attempt == self->attempt_) {
            self->on_connected(failure);
        }
    });
}

void Link::on_connected(const Failure& failure) {
    if (failure.error) {
        fail(failure);
        return;
    }
    phase_ = Phase::logging_in;
    write();
    read();
}

void Link::read() {
    auto self = shared_from_this();
    attempt_->stream.read_some(attempt_->parser.prepare(read_bytes),
                               [self, attempt = attempt_](error_code ec, std::size_t bytes) {
                                   if (attempt == self->attempt_) {
                                       self->on_read(ec, bytes);
                                   } else if (attempt->parting) {
                                       self->read_last(attempt, ec);
                                   }
                               });
}

void Link::on_read(error_code ec, std::size_t bytes) {
    if (ec) {
        fail(io_failure(ec));
        return;
    }
    heard_at_ = Clock::now();
    if (ping_due_) {
        ping_due_ = false;
        wait_keep_alive(heard_at_ + options_.keep_alive_interval);
    }
    attempt_->parser.commit(bytes);
    const auto attempt = attempt_;
    handle_replies();
    if (attempt == attempt_) {
        read();
    } else if (attempt->parting) {
        read_last(attempt, {});
    }
}

void Link::handle_replies() {
    const auto attempt = attempt_;
    while (attempt == attempt_) {
        Result<std::optional<Reply>> reply = attempt->parser.next();
        if (reply.has_error()) {
            fail({reply.error(), {}});
            return;
        }
        if (!*reply) {
            return;
        }
        if (phase_ == Phase::up) {
            handle_reply(std::move(**reply));
        } else {
            handle_login_reply(**reply);
        }
    }
}

void Link::handle_login_reply(const Reply& reply) {
    switch (attempt_->handshake.on_reply(reply)) {
        case Handshake::Status::waiting: write(); return;
        case Handshake::Status::failed: fail(attempt_->handshake.failure()); return;
        case Handshake::Status::done: become_up(); return;
    }
}

void Link::handle_reply(Reply reply) {
    const auto owner = owner_.lock();
    if (!owner) {
        stop();
        return;
    }
    const auto attempt = attempt_;
    const error_code ec = owner->on_link_reply(std::move(reply));
    if (ec && attempt == attempt_) {
        fail({ec, {}});
    }
}

void Link::become_up() {
    phase_ = Phase::up;
    deadline_.cancel();
    up_since_ = heard_at_;
    wait_keep_alive(heard_at_ + options_.keep_alive_interval);
    const auto attempt = attempt_;
    report(State::connected, {}, describe_connected(options_));
    if (const auto owner = owner_.lock(); owner && attempt == attempt_) {
        owner->on_link_up();
    }
    if (attempt == attempt_) {
        write();
    }
}

void Link::wake_writer() {
    if (phase_ != Phase::up || attempt_->writing || writer_woken_) {
        return;
    }
    writer_woken_ = true;
    asio::post(io_, [self = shared_from_this()] {
        self->writer_woken_ = false;
        if (self->up()) {
            self->write();
        }
    });
}

void Link::write() {
    if (attempt_->writing) {
        return;
    }
    if (phase_ == Phase::logging_in) {
        attempt_->output = attempt_->handshake.take_output();
    } else if (const auto owner = owner_.lock()) {
        attempt_->output = owner->take_link_output(write_bytes);
    }
    if (attempt_->output.empty()) {
        return;
    }
    attempt_->writing = true;
    auto self = shared_from_this();
    attempt_->stream.write_all(attempt_->output,
                               [self, attempt = attempt_](error_code ec, std::size_t) {
                                   if (attempt == self->attempt_) {
                                       self->on_written(ec);
                                   } else if (attempt->parting) {
                                       self->write_last(attempt, ec);
                                   }
                               });
}

void Link::on_written(error_code ec) {
    attempt_->writing = false;
    attempt_->output.clear();
    if (ec) {
        // A server that refuses a client says why and closes: the reader still has to hear it. It
        // fails too, or the keep-alive and login deadlines end the wait.
        return;
    }
    write();
}

void Link::wait_keep_alive(Clock::time_point until) {
    keep_alive_.expires_at(until);
    keep_alive_.async_wait([self = shared_from_this(), attempt = attempt_](error_code ec) {
        if (!ec && attempt == self->attempt_) {
            self->on_keep_alive();
        }
    });
}

void Link::on_keep_alive() {
    if (ping_due_) {
        fail({make_error_code(errc::peer_silent), {}});
        return;
    }
    const Clock::time_point quiet_at = heard_at_ + options_.keep_alive_interval;
    if (Clock::now() < quiet_at) {
        wait_keep_alive(quiet_at);
        return;
    }
    ping_due_ = true;
    if (const auto owner = owner_.lock()) {
        owner->send_link_ping();
    }
    wake_writer();
    wait_keep_alive(Clock::now() + options_.keep_alive_timeout);
}

void Link::fail(const Failure& failure) {
    // Before the attempt goes, which may own the failure.
    const error_code error = failure.error;
    std::string text = describe(options_, failure);
    const bool was_up = up();
    if (was_up && Clock::now() - up_since_ > options_.reconnect_delay_max) {
        backoff_.reset();
    }
    give_up_attempt();
    phase_ = Phase::waiting;
    const auto owner = owner_.lock();
    if (!owner) {
        stop();
        return;
    }
    wait_and_retry(error);
    if (was_up) {
        owner->on_link_down();
    }
    report(is_authentication_error(error) ? State::auth_failed : State::disconnected, error,
           std::move(text));
}

void Link::wait_and_retry(const error_code& ec) {
    const bool needs_operator = is_authentication_error(ec) || ec == errc::database_refused ||
                                ec == errc::certificate_refused || ec == errc::tls_file;
    const double chance = std::uniform_real_distribution<double>()(random_);
    attempt_after(needs_operator ? backoff_.longest(chance) : backoff_.next(chance));
}

void Link::attempt_after(std::chrono::milliseconds wait) {
    deadline_.expires_after(wait);
    deadline_.async_wait([self = shared_from_this()](error_code wait_ec) {
        if (!wait_ec && self->phase_ == Phase::waiting) {
            self->attempt();
        }
    });
}

void Link::report(State state, const error_code& ec, std::string text) {
    if (stopped() || (reported_ && reported_->state == state && reported_->text == text)) {
        return;
    }
    reported_ = StateChange{state, ec, std::move(text)};
    if (const auto owner = owner_.lock()) {
        owner->on_link_state(StateChange(*reported_));
    }
}

Failure Link::io_failure(const error_code& ec) const {
    if (ec == asio::error::eof || ec == asio::error::connection_reset ||
        ec == asio::error::broken_pipe || ec == asio::ssl::error::stream_truncated) {
        return {make_error_code(errc::closed_by_server),
                phase_ == Phase::logging_in && !options_.tls.enabled
                    ? "during login; does it want rediss://?"
                    : ""};
    }
    return {ec, {}};
}

}  // namespace redis
