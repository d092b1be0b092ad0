// A program with an io_context of its own, and a server beside it that has a thread of its own.
//
//   beside PORT

#include <socketio/socketio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

int main(int argc, char** argv) {
    boost::asio::io_context own;
    int orders = 0;  // Lives on the program's own thread.

    socketio::Server io({.address = "127.0.0.1",
                         .port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000)});
    io.of("/").on("order", [&](socketio::Socket& socket, const socketio::Args& args) {
        // From the server's thread to our own, without the socket, which stays there ...
        boost::asio::post(own, [&, id = std::string(socket.id()), what = args.at(0)] {
            ++orders;
            // ... and back to it by its room: any thread may emit.
            io.to(id).emit("ordered", what, orders);
        });
    });
    io.listen();
    std::thread server([&io] { io.run(false); });  // false: the signals are ours

    boost::asio::signal_set signals(own, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) {
        io.post(0, [&io] { io.stop(); });  // Behind the beginning of run(), however early it is.
    });
    std::cout << "listening on port " << io.port() << std::endl;
    own.run();  // Until a signal: nothing else waits.
    server.join();
}
