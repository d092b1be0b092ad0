#pragma once
// One server at a time: a Connection for commands, a Subscriber, and a Connection for commands that wait at
// the server, made with the first of them. Lives on the thread of its io_context.

#include "client/backend.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace redis {

class SingleBackend : public Backend, public std::enable_shared_from_this<SingleBackend> {
public:
    SingleBackend(boost::asio::io_context& io, Options options,
                  std::shared_ptr<Listeners> listeners);

    void start() override;
    void stop() override;
    void discard() override;

    [[nodiscard]] bool connected() const noexcept override { return connection_.connected(); }
    [[nodiscard]] bool ready() const noexcept override {
        return connection_.connected() && subscriber_.ready();
    }
    [[nodiscard]] std::size_t pending() const noexcept override;

    void command(std::string_view key, Arguments arguments, OnReply callback) override;
    void command_each(Arguments arguments, Deployment::OnReplies callback) override;
    void blocking_command(std::string_view key, Arguments arguments, OnReply callback) override;

    boost::system::error_code subscribe(Kind kind, std::string_view name) override;
    void unsubscribe(Kind kind, std::string_view name) override;

protected:
    /// One of the connections came up or went down.
    virtual void on_server_state() {}

    void listen();
    void start_connections();
    /// The server that the connections are of.
    [[nodiscard]] bool is_at(const Seed& server) const noexcept;
    void move_to(const Seed& server);
    /// Logs in anew, and so learns whether the server is still the master.
    void log_in_again();
    /// Unless it was the last that was reported.
    void report(const StateChange& change);

    [[nodiscard]] bool all_connected() const noexcept {
        return connection_.connected() && subscriber_.connected();
    }
    [[nodiscard]] bool is_stopped() const noexcept { return stopped_; }
    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }

private:
    void on_state(const StateChange& change);
    void announce();

    boost::asio::io_context& io_;
    std::shared_ptr<Listeners> listeners_;
    Connection connection_;
    Subscriber subscriber_;
    std::unique_ptr<Connection> blocking_;
    bool started_ = false;
    bool stopped_ = false;
    /// on_ready is due once everything is.
    bool announcement_due_ = true;
    StateChange reported_;
};

}  // namespace redis
