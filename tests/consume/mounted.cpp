// A server in the event loop of the program, which has one thread for all it does.
//
//   mounted PORT

#include <socketio/socketio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
    boost::asio::io_context context;
    socketio::Server io(context,
                        {.address = "127.0.0.1",
                         .port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000)});
    boost::asio::steady_timer kitchen(context);
    int orders = 0;  // No locks: nothing runs beside it.
    io.of("/").on("order", [&](socketio::Socket&, const socketio::Args& args, socketio::Ack ack) {
        ++orders;
        kitchen.expires_after(std::chrono::milliseconds(50));
        // An answer of the program's own handler.
        kitchen.async_wait([&, ack, what = args.at(0)](boost::system::error_code ec) {
            if (!ec) ack.reply(what, orders);
        });
    });
    io.start();

    boost::asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
    std::cout << "listening on port " << io.port() << std::endl;
    context.run();  // Until the server has stopped: nothing else waits.
}
