// Rooms, broadcasts and acknowledgements, one of each kind. The events are named after what they show.
//
//   rooms_and_acks [PORT]        3000 when no port is given
//
//   const socket = io('http://localhost:3000');
//   socket.emit('join', 'blue');
//   socket.emit('to others in', 'blue', 'hello');     // the others in the room: socket.to(room)
//   socket.emit('to all in', 'blue', 'hello');        // everyone in it, and us: io.to(room)
//   socket.emit('to all but', 'blue', 'hello');       // everyone who is not in it: io.except(room)
//   socket.emit('add', 2, 3, (sum) => ...);           // the server answers
//   socket.on('what time', (answer) => answer(...));  // the client answers

#include <socketio/socketio.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>

using namespace std::chrono_literals;
using socketio::Ack;
using socketio::Args;
using socketio::Socket;

namespace {

void add_room_events(const socketio::Server& io, Socket& socket) {
    socket.on("join", [](Socket& from, const Args& args, const Ack& ack) {
        from.join(args.at(0).as_string());
        const auto rooms = from.rooms();
        ack.reply(socketio::Array(rooms.begin(), rooms.end()));
    });
    socket.on("leave", [](Socket& from, const Args& args, const Ack& ack) {
        from.leave(args.at(0).as_string());
        ack.reply("left");
    });
    socket.on("to others in", [](Socket& from, const Args& args) {
        from.to(args.at(0).as_string()).emit("news", args.at(1));
    });
    socket.on("to all in", [&io](Socket&, const Args& args) {
        io.to(args.at(0).as_string()).emit("news", args.at(1));
    });
    socket.on("to all but", [&io](Socket&, const Args& args) {
        io.except(args.at(0).as_string()).emit("news", args.at(1));
    });
}

void add_ack_events(Socket& socket) {
    socket.on("add", [](Socket&, const Args& args, const Ack& ack) {
        ack.reply(args.at(0).as_double() + args.at(1).as_double());
    });
    // The server asks, and tells what it heard or why it heard nothing.
    socket.on("ask me", [](Socket& from, const Args&, const Ack& ack) {
        from.emit_with_ack(
            "what time", {}, 2s, [ack](boost::system::error_code ec, const Args& answer) {
                if (ec) return ack.reply("no answer", ec.message());
                ack.reply("you said", answer.empty() ? socketio::Value() : answer.front());
            });
    });
}

}  // namespace

int main(int argc, char** argv) {
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000);
    socketio::Server io({.port = port});

    io.on_connection([&io](Socket& socket) {
        add_room_events(io, socket);
        add_ack_events(socket);
    });

    io.listen();
    std::cout << "listening on port " << io.port() << std::endl;
    io.run();
}
