#pragma once
// Asks one of several servers a few questions: the first that gives an answer of use. Sentinels are asked for
// the master, nodes of a Cluster for its slots. Asks again every now and then, more often while something is
// wrong, and then not always the same; else it keeps its connection to the server that answered. Lives on the
// thread of its io_context.

#include "protocol/backoff.hpp"
#include <redis/connection.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace redis {

class Scout : public std::enable_shared_from_this<Scout> {
public:
    using Question = std::vector<std::string>;
    /// Whether the answers are of use; errors of Redis are answers too.
    using OnAnswers = std::function<bool(const Seed& server, const std::vector<Reply>& answers)>;
    /// All servers were asked in vain; `last` is what became of the last.
    using OnSilence = std::function<void(const StateChange& last)>;

    /// `options` are for logging in; the servers, their seeds.
    Scout(boost::asio::io_context& io, Options options, std::vector<Question> questions);

    void start(OnAnswers on_answers, OnSilence on_silence);
    void stop();

    /// Besides the seeds; the last of them replace those before.
    void set_learned(const std::vector<Seed>& servers);
    /// While something is wrong it asks again and again, a second apart at most.
    void set_urgent(bool urgent);
    /// Within reconnect_delay_min.
    void ask_soon();

private:
    using Clock = std::chrono::steady_clock;

    void ask_after(std::chrono::milliseconds wait);
    void ask();
    void ask_next_server();
    void connect();
    void put_questions();
    void on_state(const StateChange& change);
    void on_reply(const boost::system::error_code& ec, Reply reply);
    void judge_answers();
    void give_up_server(const StateChange& change);
    void drop_connection();
    void end_round(bool answered);

    boost::asio::io_context& io_;
    const Options options_;
    const std::vector<Question> questions_;
    OnAnswers on_answers_;
    OnSilence on_silence_;
    std::vector<Seed> servers_;
    /// In servers_, the next to be asked when there is no connection.
    std::size_t next_ = 0;
    std::size_t tried_ = 0;
    std::unique_ptr<Connection> connection_;
    Seed server_;
    std::vector<Reply> answers_;
    /// Tells the answers to the current questions from those that came too late.
    std::uint64_t inquiry_ = 0;
    StateChange last_;
    bool asking_ = false;
    bool again_ = false;
    bool urgent_ = true;
    unsigned urgent_rounds_ = 0;
    bool stopped_ = false;
    Backoff backoff_;
    boost::asio::steady_timer pause_;
    boost::asio::steady_timer deadline_;
    std::minstd_rand random_;
};

}  // namespace redis
