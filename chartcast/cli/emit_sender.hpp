#pragma once
// Events to Redis over one connection, and what became of them. One thread, which waits.

#include "cli/progress.hpp"
#include "config/command.hpp"
#include <socketio/emitter.hpp>
#include <socketio/value.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace chartcast::cli {

class EmitSender {
public:
    /// Throws std::invalid_argument naming what is wrong with the URL.
    explicit EmitSender(const config::EmitCommand& command);
    EmitSender(const EmitSender&) = delete;
    EmitSender& operator=(const EmitSender&) = delete;

    /// Waits while much is on its way. `line` of the input, or 0, and its `bytes`. Throws
    /// std::invalid_argument when the name is reserved.
    void send(const std::string& event, socketio::Args arguments, std::size_t line,
              std::size_t bytes);
    /// Join, leave or disconnect, as the command says.
    void change_sockets();

    /// Redis has not answered everything yet.
    [[nodiscard]] bool busy() const noexcept { return emitter_.pending() > 0; }
    /// Goes on with what is on its way, for some milliseconds at most.
    void work();
    /// Until everything has an answer or has waited in vain.
    void finish();

    [[nodiscard]] bool all_sent() const noexcept { return failed_ == 0; }
    [[nodiscard]] const Progress& progress() const noexcept { return progress_; }
    /// "reached 2 servers", or what else is known of where it went.
    [[nodiscard]] std::string where() const;
    /// The last line of many.
    void summarise();
    void say(std::FILE* to, const std::string& text);

private:
    [[nodiscard]] socketio::EmitterOptions options();
    [[nodiscard]] socketio::Emitter::OnSent on_sent(std::size_t line, std::size_t bytes);
    void count(boost::system::error_code ec, std::size_t servers, std::size_t line,
               std::size_t bytes);
    void make_room();

    const config::EmitCommand& command_;
    boost::asio::io_context io_;
    Progress progress_;
    ProgressLine line_;
    socketio::Emitter emitter_;
    std::size_t bytes_on_their_way_ = 0;
    std::size_t servers_ = 0;
    std::uint64_t failed_ = 0;
};

}  // namespace chartcast::cli
