#include <socketio/socketio.hpp>
#include <iostream>

int main() {
    socketio::Server io({.port = 3000});

    io.on_connection([&io](socketio::Socket& socket) {
        socket.join("lobby");

        socket.on("say", [&io](socketio::Socket& from, const socketio::Args& args) {
            io.to("lobby").except(from).emit("said", from.id(), args.at(0));
        });

        socket.on("time", [](socketio::Socket&, const socketio::Args&, socketio::Ack ack) {
            ack.reply(std::time(nullptr));
        });

        socket.on_disconnect([](socketio::Socket& left, socketio::DisconnectReason reason) {
            std::cout << left.id() << " left: " << to_string(reason) << '\n';
        });
    });

    io.run();  // returns after SIGINT or SIGTERM
}
