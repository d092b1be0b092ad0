#pragma once
// A connection to Redis that mends itself: connect, log in, read replies, keep alive, and after a
// loss again. What the bytes mean is its owner's: Connection (commands) or Subscriber (messages).
// Lives on the thread of its io_context.
//
//            start()                      replies to login
//   idle ------------> connecting ------> logging_in ------> up
//                        ^   failure, loss, silence |          |
//                        +---- waiting (backoff) <--+----------+      stop(): closed, from anywhere

#include "client/socket_stream.hpp"
#include "protocol/backoff.hpp"
#include "protocol/handshake.hpp"
#include "protocol/resp_parser.hpp"
#include <redis/connection.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace redis {

/// What a link asks of its owner.
class LinkOwner {
public:
    virtual ~LinkOwner() = default;
    LinkOwner() = default;
    LinkOwner(const LinkOwner&) = delete;
    LinkOwner& operator=(const LinkOwner&) = delete;

    virtual void on_link_up() = 0;
    virtual void on_link_down() = 0;
    /// An error when the reply fits nothing that was asked: then the link is given up.
    [[nodiscard]] virtual boost::system::error_code on_link_reply(Reply reply) = 0;
    virtual void on_link_state(const StateChange& change) = 0;
    /// The next commands to send, some `bytes_max` of them; empty when there are none.
    [[nodiscard]] virtual std::string take_link_output(std::size_t bytes_max) = 0;
    /// Asks for a PING among the next output, unless an answer is due anyway.
    virtual void send_link_ping() = 0;
};

class Link : public std::enable_shared_from_this<Link> {
public:
    Link(boost::asio::io_context& io, Options options);

    /// The owner is held weakly: it owns the link.
    void start(std::weak_ptr<LinkOwner> owner);
    /// For good. What the owner still has to send leaves first, if Redis takes it within a second.
    void stop();
    /// Connects to another server, or anew to the same; whatever connection there is is given up.
    void move_to(const Seed& server);
    /// There is output to take. What one turn of the loop asks for leaves in one write.
    void wake_writer();

    [[nodiscard]] bool up() const noexcept { return phase_ == Phase::up; }
    [[nodiscard]] bool stopped() const noexcept { return phase_ == Phase::closed; }
    [[nodiscard]] const Options& options() const noexcept { return options_; }
    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }

private:
    enum class Phase : std::uint8_t { idle, connecting, logging_in, up, waiting, closed };
    using Clock = std::chrono::steady_clock;

    /// What one attempt to connect works with. Handlers keep it, so that an operation that
    /// completes after the attempt was given up still finds its buffers; attempt_ tells whether it
    /// still counts.
    struct Attempt {
        Attempt(boost::asio::io_context& io, const Options& options);
        SocketStream stream;
        Handshake handshake;
        RespParser parser;
        std::string output;
        /// What leaves behind `output` when the link was stopped.
        std::string last_output;
        bool writing = false;
        bool parting = false;
    };

    void attempt();
    void on_connected(const Failure& failure);
    void read();
    void on_read(boost::system::error_code ec, std::size_t bytes);
    void handle_replies();
    void handle_login_reply(const Reply& reply);
    void handle_reply(Reply reply);
    void become_up();
    void write();
    void on_written(boost::system::error_code ec);
    void part();
    void write_last(const std::shared_ptr<Attempt>& parting, boost::system::error_code ec);
    void read_last(const std::shared_ptr<Attempt>& parting, boost::system::error_code ec);
    void wait_keep_alive(Clock::time_point until);
    void on_keep_alive();
    void fail(const Failure& failure);
    void wait_and_retry(const boost::system::error_code& ec);
    void attempt_after(std::chrono::milliseconds wait);
    void give_up_attempt();
    void report(State state, const boost::system::error_code& ec, std::string text);
    [[nodiscard]] Failure io_failure(const boost::system::error_code& ec) const;

    boost::asio::io_context& io_;
    /// Its host and port change with move_to().
    Options options_;
    std::weak_ptr<LinkOwner> owner_;
    Phase phase_ = Phase::idle;
    std::shared_ptr<Attempt> attempt_;
    bool writer_woken_ = false;
    bool ping_due_ = false;
    Clock::time_point heard_at_;
    Clock::time_point up_since_;
    Backoff backoff_;
    /// Ends the attempt while connecting, and the pause while waiting.
    boost::asio::steady_timer deadline_;
    boost::asio::steady_timer keep_alive_;
    std::optional<StateChange> reported_;
    std::minstd_rand random_;
};

}  // namespace redis
