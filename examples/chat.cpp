// A chat in rooms: one file for the server, any Socket.IO client for the people.
//
//   chat [PORT]                  3000 when no port is given
//
// In a browser's console on a page that has loaded http://localhost:3000/socket.io/socket.io.js:
//
//   const socket = io('http://localhost:3000', { auth: { name: 'Ada' } });
//   socket.on('message', (from, text) => console.log(`${from}: ${text}`));
//   socket.emit('enter', 'kitchen', (people) => console.log('here:', people));
//   socket.emit('say', 'hello');

#include <socketio/socketio.hpp>

#include <any>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <string>

namespace {

struct Person {
    std::string name;
    std::string room;
};

// One shard, so one thread: plain variables are safe. With more shards this would be a PerShard<Rooms>,
// or belong to one of them.
using Rooms = std::map<std::string, std::multiset<std::string>>;

Person& person_of(socketio::Socket& socket) {
    return std::any_cast<Person&>(socket.data());
}

void leave_room(Rooms& rooms, socketio::Socket& socket) {
    auto& person = person_of(socket);
    if (person.room.empty()) return;
    socket.to(person.room).emit("message", "chat", person.name + " left");
    socket.leave(person.room);
    auto& people = rooms[person.room];
    people.erase(people.find(person.name));
    if (people.empty()) rooms.erase(person.room);
    person.room.clear();
}

socketio::Array enter_room(Rooms& rooms, socketio::Socket& socket, const std::string& room) {
    auto& person = person_of(socket);
    leave_room(rooms, socket);
    socket.join(room);
    socket.to(room).emit("message", "chat", person.name + " came in");
    person.room = room;
    rooms[room].insert(person.name);
    return {rooms[room].begin(), rooms[room].end()};
}

}  // namespace

int main(int argc, char** argv) {
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000);
    socketio::Server io({.port = port, .cors = socketio::CorsOptions{.origins = {"*"}}});
    Rooms rooms;

    // Who has no name does not come in: the client gets a connect_error with this text.
    io.use([](socketio::Socket& socket, const socketio::Next& next) {
        const auto* auth = socket.handshake().auth.if_object();
        const auto* name = auth ? auth->find("name") : nullptr;
        if (!name || !name->if_string() || name->as_string().empty()) {
            return next.refuse("tell us your name in auth.name");
        }
        socket.data() = Person{name->as_string(), ""};
        next();
    });

    io.on_connection([&rooms](socketio::Socket& socket) {
        // An argument of the wrong type throws; the library ends the handler, and the session goes on.
        socket.on("enter", [&rooms](socketio::Socket& from, const socketio::Args& args,
                                    const socketio::Ack& ack) {
            ack.reply(enter_room(rooms, from, args.at(0).as_string()));
        });

        socket.on("say", [](socketio::Socket& from, const socketio::Args& args) {
            const auto& person = person_of(from);
            if (person.room.empty()) return;
            from.nsp().to(person.room).emit("message", person.name, args.at(0).as_string());
        });

        socket.on_disconnecting([&rooms](socketio::Socket& left, socketio::DisconnectReason) {
            leave_room(rooms, left);
        });
    });

    io.listen();
    std::cout << "listening on port " << io.port() << std::endl;
    io.run();
}
