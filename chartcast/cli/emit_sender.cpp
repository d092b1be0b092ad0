#include "cli/emit_sender.hpp"

#include <chrono>
#include <utility>

#include <unistd.h>

namespace chartcast::cli {
namespace {

using config::EmitCommand;
using socketio::Emitter;

/// On their way together: enough that none waits for the way of another, within the emitter's own bounds.
constexpr std::size_t on_their_way_max = 1000;
constexpr std::size_t bytes_on_their_way_max = 8 * 1024 * 1024;
/// Losses that are named; those beyond are counted.
constexpr std::uint64_t named_losses_max = 3;

Emitter aimed(const Emitter& emitter, const EmitCommand& command) {
    auto to = emitter.of(command.nsp).to(command.rooms).except(command.except);
    return command.is_volatile ? to.as_volatile() : to;
}

}  // namespace

EmitSender::EmitSender(const EmitCommand& command)
    : command_(command),
      line_(command.lines && isatty(STDERR_FILENO) == 1),
      emitter_(aimed(Emitter(io_, options()), command)) {
    progress_.noun = "event";
}

socketio::EmitterOptions EmitSender::options() {
    socketio::EmitterOptions wanted;
    wanted.url = command_.redis_url;
    wanted.key = command_.key_prefix;
    wanted.adapter = command_.adapter;
    if (command_.stream_length != 0) wanted.stream_length_max = command_.stream_length;
    // Why nothing is sent yet, as in a wrong password: the emitter goes on trying for a while.
    wanted.on_state = [this](bool connected, const std::string& text) {
        if (!connected) say(stderr, text);
    };
    wanted.on_refused = [this](const std::string& text) { say(stderr, text); };
    return wanted;
}

void EmitSender::send(const std::string& event, socketio::Args arguments, std::size_t line,
                      std::size_t bytes) {
    make_room();
    auto done = on_sent(line, bytes);
    if (command_.server_side) {
        emitter_.send_server_side(event, std::move(arguments), std::move(done));
    } else {
        emitter_.send(event, std::move(arguments), std::move(done));
    }
    bytes_on_their_way_ += bytes;
}

void EmitSender::change_sockets() {
    using Action = EmitCommand::Action;
    switch (command_.action) {
        case Action::emit: break;
        case Action::join: emitter_.sockets_join(command_.targets, on_sent(0, 0)); break;
        case Action::leave: emitter_.sockets_leave(command_.targets, on_sent(0, 0)); break;
        case Action::disconnect: emitter_.disconnect_sockets(command_.close, on_sent(0, 0)); break;
    }
}

Emitter::OnSent EmitSender::on_sent(std::size_t line, std::size_t bytes) {
    return [this, line, bytes](boost::system::error_code ec, std::size_t servers) {
        count(ec, servers, line, bytes);
    };
}

void EmitSender::count(boost::system::error_code ec, std::size_t servers, std::size_t line,
                       std::size_t bytes) {
    bytes_on_their_way_ -= bytes;
    if (ec) {
        if (++failed_ > named_losses_max) return;
        const auto place = line == 0 ? "" : "line " + std::to_string(line) + ": ";
        return say(stderr, place + "not sent: " + ec.message());
    }
    ++progress_.items;
    progress_.bytes += bytes;
    servers_ = servers;
    line_.update(progress_);
}

void EmitSender::make_room() {
    while (emitter_.pending() >= on_their_way_max ||
           bytes_on_their_way_ >= bytes_on_their_way_max) {
        if (io_.run_one() == 0) return;
    }
}

void EmitSender::work() {
    using namespace std::chrono_literals;
    if (busy()) (void)io_.run_one_for(5ms);
    (void)io_.poll();
}

void EmitSender::finish() {
    emitter_.finish();
    io_.run();
}

std::string EmitSender::where() const {
    if (command_.adapter == socketio::EmitterOptions::Adapter::streams) {
        return "in the stream " + command_.key_prefix;
    }
    if (!command_.counts_servers) return "sent; a Cluster does not say how many servers heard it";
    auto text = "reached " + std::to_string(servers_) + (servers_ == 1 ? " server" : " servers");
    if (servers_ == 0) {
        text += "; are --redis, --adapter, --key-prefix and --nsp those of the nodes?";
    }
    return text;
}

void EmitSender::summarise() {
    say(stderr, progress_text(progress_, line_.elapsed()) +
                    (progress_.items > 0 ? "; " + where() : std::string()));
    if (failed_ > named_losses_max) say(stderr, std::to_string(failed_) + " were not sent");
}

void EmitSender::say(std::FILE* to, const std::string& text) {
    line_.clear();
    std::fputs(("emit: " + text + "\n").c_str(), to);
}

}  // namespace chartcast::cli
