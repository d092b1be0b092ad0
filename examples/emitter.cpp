// Redraws charts from a process that is no server: a cron job, a worker, a shell script.
//
//   REDIS_URL=redis://:PASSWORD@127.0.0.1:6379 emitter TITLE NUMBER...
//
//   REDIS_URL=redis://127.0.0.1:6379 emitter "Orders today" 112 248 171 90 74 61
//
// Every server that shares this Redis passes `new chart data` on to its browsers: chartcast, two_nodes.cpp,
// or Node with @socket.io/redis-adapter. Their page does chart.setOption(option).

#include <socketio/emitter.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace {

socketio::Object bar_chart(const char* title, socketio::Array bars) {
    using socketio::Array;
    using socketio::Object;
    return {
        {"title", Object{{"text", title}}},
        {"series", Array{Object{{"id", "new"}, {"type", "bar"}, {"data", std::move(bars)}}}},
    };
}

socketio::EmitterOptions options_from_environment() {
    socketio::EmitterOptions options;
    if (const char* url = std::getenv("REDIS_URL")) options.url = url;
    // Why nothing is sent yet, as in a wrong password. The emitter goes on trying.
    options.on_state = [](bool connected, const std::string& text) {
        if (!connected) std::cerr << "emitter: " << text << std::endl;
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
        const socketio::Emitter emitter(io, options_from_environment());
        emitter.send("new chart data", {bar_chart(argv[1], std::move(bars))},
                     [&exit_code](boost::system::error_code ec, std::size_t servers) {
                         if (ec) {
                             std::cerr << "emitter: not sent: " << ec.message() << '\n';
                             return;
                         }
                         std::cout << "reached " << servers << " servers\n";
                         exit_code = 0;
                     });
        emitter.finish();
        io.run();
    } catch (const std::invalid_argument& error) {
        std::cerr << "emitter: REDIS_URL: " << error.what() << '\n';
        return 2;
    }
    return exit_code;
}
