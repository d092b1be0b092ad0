#include "cli/emit.hpp"

#include <socketio/emitter.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

namespace chartcast::cli {
namespace {

void say(std::FILE* where, const std::string& text) {
    std::fputs(("emit: " + text + "\n").c_str(), where);
}

socketio::EmitterOptions options_of(const config::EmitCommand& command) {
    socketio::EmitterOptions options;
    options.url = command.redis_url;
    options.key = command.key_prefix;
    // Why nothing is sent yet, as in a wrong password: the emitter goes on trying for a while.
    options.on_state = [](bool connected, const std::string& text) {
        if (!connected) say(stderr, text);
    };
    return options;
}

}  // namespace

int run(const config::EmitCommand& command) {
    boost::asio::io_context io;
    int exit_code = 1;
    try {
        auto emitter = socketio::Emitter(io, options_of(command)).of(command.nsp);
        if (!command.rooms.empty()) emitter = emitter.to(command.rooms);
        emitter.send(command.event, command.arguments,
                     [&](boost::system::error_code ec, std::size_t servers) {
                         if (ec) return say(stderr, "not sent: " + ec.message());
                         exit_code = 0;
                         say(stdout, "reached " + std::to_string(servers) +
                                         (servers == 1 ? " server" : " servers"));
                     });
        emitter.finish();
        io.run();
    } catch (const std::invalid_argument& error) {
        say(stderr, error.what());
        return 2;
    }
    return exit_code;
}

}  // namespace chartcast::cli
