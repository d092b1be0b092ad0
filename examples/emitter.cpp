// Redraws charts from a process that is no server: a cron job, a worker, a shell script.
//
//   REDIS_URL=redis://:PASSWORD@127.0.0.1:6379 [ADAPTER=classic|sharded|streams] emitter TITLE NUMBER...
//
//   REDIS_URL=redis://127.0.0.1:6379 emitter "Orders today" 112 248 171 90 74 61
//
// Every server that shares this Redis passes `new chart data` on to its browsers: chartcast, two_nodes.cpp,
// or Node with @socket.io/redis-adapter. Their page does chart.setOption(option). ADAPTER is what the servers have;
// rooms, joins and the rest are in docs/library.md.

#include <socketio/emitter.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

socketio::Object bar_chart(const char* title, socketio::Array bars) {
    using socketio::Array;
    using socketio::Object;
    return {
        {"title", Object{{"text", title}}},
        {"series", Array{Object{{"id", "new"}, {"type", "bar"}, {"data", std::move(bars)}}}},
    };
}

/// Throws std::invalid_argument.
socketio::EmitterOptions::Adapter adapter_called(std::string_view name) {
    using Adapter = socketio::EmitterOptions::Adapter;
    if (name == "classic") return Adapter::classic;
    if (name == "sharded") return Adapter::sharded;
    if (name == "streams") return Adapter::streams;
    throw std::invalid_argument("ADAPTER is classic, sharded or streams");
}

socketio::EmitterOptions options_from_environment() {
    socketio::EmitterOptions options;
    if (const char* url = std::getenv("REDIS_URL")) options.url = url;
    if (const char* name = std::getenv("ADAPTER")) options.adapter = adapter_called(name);
    // Why nothing is sent yet, as in a wrong password. The emitter goes on trying.
    options.on_state = [](bool connected, const std::string& text) {
        if (!connected) std::cerr << "emitter: " << text << std::endl;
    };
    // What Redis forbids, and what to do about it.
    options.on_refused = [](const std::string& text) {
        std::cerr << "emitter: " << text << std::endl;
    };
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: emitter TITLE NUMBER...\n";
        return 2;
    }
    socketio::Array bars;
    for (int i = 2; i < argc; ++i) bars.emplace_back(std::strtod(argv[i], nullptr));

    boost::asio::io_context io;
    int exit_code = 1;
    try {
        const auto options = options_from_environment();
        // Redis counts who hears a message, not who will read a stream.
        const bool counted = options.adapter != socketio::EmitterOptions::Adapter::streams;
        const socketio::Emitter emitter(io, options);
        emitter.send("new chart data", {bar_chart(argv[1], std::move(bars))},
                     [&exit_code, counted](boost::system::error_code ec, std::size_t servers) {
                         if (ec) {
                             std::cerr << "emitter: not sent: " << ec.message() << '\n';
                             return;
                         }
                         if (counted) std::cout << "reached " << servers << " servers\n";
                         exit_code = 0;
                     });
        emitter.finish();
        io.run();
    } catch (const std::invalid_argument& error) {
        std::cerr << "emitter: " << error.what() << '\n';
        return 2;
    }
    return exit_code;
}
