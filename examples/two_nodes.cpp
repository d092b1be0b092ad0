// Several processes that act as one server. Start it twice, with the same Redis:
//
//   two_nodes 3001 redis://127.0.0.1:6379
//   two_nodes 3002 redis://127.0.0.1:6379
//
// What a client of one node says reaches the clients of both:
//
//   const socket = io('http://localhost:3001');
//   socket.on('said', (node, text) => console.log(`by way of ${node}: ${text}`));
//   socket.emit('say', 'hello');
//
// Node servers with @socket.io/redis-adapter may be part of it, and emitters in any language (emitter.cpp).

#include <socketio/redis_adapter.hpp>
#include <socketio/socketio.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: two_nodes PORT REDIS_URL\n";
        return 2;
    }
    socketio::Options options;
    options.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    try {
        options.adapter = socketio::redis_adapter(argv[2]);
    } catch (const std::invalid_argument& error) {
        std::cerr << "two_nodes: " << error.what() << '\n';
        return 2;
    }
    // The adapter tells when Redis goes away and comes back.
    options.logger = [](const socketio::LogEvent& event) {
        std::cerr << event.event;
        for (const auto& [name, value] : event.fields) std::cerr << ' ' << name << '=' << value;
        std::cerr << std::endl;
    };

    socketio::Server io(std::move(options));
    const auto node = "node " + std::string(argv[1]);

    io.on_connection([&io, &node](socketio::Socket& socket) {
        socket.on("say", [&io, &node](socketio::Socket&, const socketio::Args& args) {
            io.emit("said", node, args.at(0));
        });
        // Only for the clients of this process.
        socket.on("whisper", [&io, &node](socketio::Socket&, const socketio::Args& args) {
            io.local().emit("said", node, args.at(0));
        });
    });

    io.listen();
    std::cout << "listening on port " << io.port() << std::endl;
    io.run();
}
