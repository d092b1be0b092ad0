// A server that tells the time: a timer of the program's own runs in the server's event loop.
//
//   clock PORT [REDIS_URL]

#include <socketio/redis_adapter.hpp>
#include <socketio/socketio.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>

void tick(boost::asio::steady_timer& timer, const socketio::Server& io) {
    timer.expires_after(std::chrono::milliseconds(200));
    timer.async_wait([&](boost::system::error_code ec) {
        if (ec) return;
        io.emit("time", std::time(nullptr));
        tick(timer, io);
    });
}

int main(int argc, char** argv) {
    socketio::Options options;
    options.address = "127.0.0.1";
    options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000);
    if (argc > 2) options.adapter = socketio::redis_adapter(argv[2]);
    options.logger = [](const socketio::LogEvent& event) { std::cerr << event.event << std::endl; };

    socketio::Server io(std::move(options));
    io.of("/").on("echo", [](socketio::Socket&, const socketio::Args& args, socketio::Ack ack) {
        ack.send(args);
    });
    boost::asio::steady_timer timer(io.context());
    tick(timer, io);

    io.listen();
    std::cout << "listening on port " << io.port() << std::endl;
    io.run();
}
