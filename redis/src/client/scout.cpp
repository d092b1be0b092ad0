// See scout.hpp.
#include "client/scout.hpp"

#include "protocol/failure.hpp"
#include "protocol/server_address.hpp"

#include <algorithm>
#include <utility>

namespace redis {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;

/// A round over several servers is to be over soon: one that does not answer by then is passed over.
constexpr milliseconds patience_max{2'000};
constexpr milliseconds urgent_pause_max{1'000};
constexpr std::size_t servers_max = 1'024;
/// While something is wrong, every such round begins with another server: this one may not know of a change.
constexpr unsigned rounds_with_one = 4;
constexpr std::size_t quoted_bytes_max = 200;

Options scout_options(Options options) {
    options.connect_timeout = std::min(options.connect_timeout, patience_max);
    return options;
}

}  // namespace

Scout::Scout(boost::asio::io_context& io, Options options, std::vector<Question> questions)
    : io_(io),
      options_(scout_options(std::move(options))),
      questions_(std::move(questions)),
      servers_(options_.seeds),
      backoff_(options_.reconnect_delay_min,
               std::min(options_.reconnect_delay_max, urgent_pause_max)),
      pause_(io),
      deadline_(io),
      random_(std::random_device()()) {}

void Scout::start(OnAnswers on_answers, OnSilence on_silence) {
    on_answers_ = std::move(on_answers);
    on_silence_ = std::move(on_silence);
    ask_after(milliseconds(0));
}

void Scout::stop() {
    stopped_ = true;
    pause_.cancel();
    deadline_.cancel();
    drop_connection();
}

void Scout::set_learned(const std::vector<Seed>& servers) {
    std::vector<Seed> all = options_.seeds;
    add_addresses(all, servers, servers_max);
    servers_ = std::move(all);
}

void Scout::set_urgent(bool urgent) {
    if (std::exchange(urgent_, urgent) == urgent || !urgent) return;
    backoff_.reset();
    urgent_rounds_ = 0;
    ask_soon();
}

void Scout::ask_soon() {
    if (stopped_) return;
    if (asking_) {
        again_ = true;
    } else if (pause_.expiry() > Clock::now() + options_.reconnect_delay_min) {
        ask_after(options_.reconnect_delay_min);
    }
}

void Scout::ask_after(milliseconds wait) {
    pause_.expires_after(wait);
    pause_.async_wait([weak = weak_from_this()](error_code ec) {
        const auto self = weak.lock();
        if (self && !ec) self->ask();
    });
}

void Scout::ask() {
    if (stopped_ || asking_) return;
    asking_ = true;
    again_ = false;
    tried_ = 0;
    last_ = StateChange();
    if (urgent_ && ++urgent_rounds_ % rounds_with_one == 0) drop_connection();
    ask_next_server();
}

void Scout::ask_next_server() {
    if (tried_ >= servers_.size()) {
        end_round(false);
        return;
    }
    ++tried_;
    if (!connection_) connect();
    put_questions();
}

void Scout::connect() {
    next_ %= servers_.size();
    server_ = servers_[next_];
    Options options = options_;
    options.seeds.clear();
    options.host = server_.host;
    options.port = server_.port;
    connection_ = std::make_unique<Connection>(io_, std::move(options));
    connection_->on_state([weak = weak_from_this()](const StateChange& change) {
        if (const auto self = weak.lock()) self->on_state(change);
    });
    connection_->start();
}

void Scout::put_questions() {
    answers_.clear();
    const std::uint64_t inquiry = ++inquiry_;
    for (const Question& question : questions_) {
        const std::vector<std::string_view> words(question.begin(), question.end());
        connection_->command(words, [weak = weak_from_this(), inquiry](error_code ec, Reply reply) {
            const auto self = weak.lock();
            if (self && inquiry == self->inquiry_) self->on_reply(ec, std::move(reply));
        });
    }
    deadline_.expires_after(options_.connect_timeout);
    deadline_.async_wait([weak = weak_from_this(), inquiry](error_code ec) {
        const auto self = weak.lock();
        if (!self || ec || !self->asking_ || inquiry != self->inquiry_) return;
        const error_code cause = make_error_code(errc::connect_timeout);
        self->give_up_server(StateChange{State::disconnected, cause,
                                         describe(self->connection_->options(), {cause, {}})});
    });
}

void Scout::on_state(const StateChange& change) {
    if (change.state == State::connected || stopped_) return;
    if (asking_) {
        give_up_server(change);
        return;
    }
    // The next is asked at once: what this one said may be about to change.
    drop_connection();
    ask_soon();
}

void Scout::on_reply(const error_code& ec, Reply reply) {
    if (ec && !reply.is_error()) {
        give_up_server(
            StateChange{State::disconnected, ec, describe(connection_->options(), {ec, {}})});
        return;
    }
    answers_.push_back(std::move(reply));
    if (answers_.size() == questions_.size()) judge_answers();
}

void Scout::judge_answers() {
    deadline_.cancel();
    const std::vector<Reply> answers = std::exchange(answers_, {});
    const Seed server = server_;
    const bool useful = on_answers_ && on_answers_(server, answers);
    if (stopped_) return;
    if (useful) {
        end_round(true);
        return;
    }
    std::string text = address_of(server) + " answered ";
    const auto error = std::find_if(answers.begin(), answers.end(),
                                    [](const Reply& answer) { return answer.is_error(); });
    text += error != answers.end() ? std::string(error->text().substr(0, quoted_bytes_max))
                                   : "without naming one";
    give_up_server(
        StateChange{State::disconnected, make_error_code(errc::server_error), std::move(text)});
}

void Scout::give_up_server(const StateChange& change) {
    last_ = change;
    drop_connection();
    ask_next_server();
}

void Scout::drop_connection() {
    ++inquiry_;
    if (!connection_) return;
    ++next_;
    deadline_.cancel();
    connection_.reset();
}

void Scout::end_round(bool answered) {
    asking_ = false;
    if (!answered && on_silence_) {
        on_silence_(last_);
        if (stopped_) return;
    }
    const bool calm = answered && !urgent_;
    if (calm) backoff_.reset();
    const double chance = std::uniform_real_distribution<double>()(random_);
    const milliseconds wait = calm ? options_.keep_alive_interval : backoff_.next(chance);
    ask_after(again_ ? std::min(wait, options_.reconnect_delay_min) : wait);
}

}  // namespace redis
