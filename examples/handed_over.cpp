// A port that two protocols share: this program accepts, reads what comes first, answers what is its own and hands
// the rest over to a server that has threads of its own and no port.
//
//   handed_over [PORT]        3000 when no port is given
//
//   echo PING | nc localhost 3000             // PONG
//   const socket = io('http://localhost:3000');
//   socket.emit('where', (shard) => ...);     // 0 or 1: the one that has the fewest gets the connection

#include <socketio/socketio.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int listen_on(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    socklen_t length = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, plain, length) != 0 || ::listen(listener, SOMAXCONN) != 0) {
        std::cerr << "handed_over: cannot listen on port " << port << '\n';
        std::exit(1);
    }
    ::getsockname(listener, plain, &length);
    std::cout << "listening on port " << ntohs(address.sin_port) << std::endl;
    return listener;
}

/// Something has come on it.
void welcome(int connection, socketio::Server& io) {
    char bytes[1024];
    const auto got = ::recv(connection, bytes, sizeof bytes, 0);
    const std::string_view first(bytes, got > 0 ? static_cast<std::size_t>(got) : 0);
    if (first.empty() || first.starts_with("PING")) {
        if (!first.empty()) ::send(connection, "PONG\n", 5, MSG_NOSIGNAL);
        ::close(connection);
        return;
    }
    // It is the server's now, whatever becomes of it.
    const auto adoption = io.adopt(connection, std::string(first));
    if (adoption != socketio::Adoption::taken) std::cerr << to_string(adoption) << '\n';
}

/// Until the listener is shut down.
void accept_connections(int listener, socketio::Server& io) {
    std::vector<pollfd> waiting{{.fd = listener, .events = POLLIN, .revents = 0}};
    for (;;) {
        if (::poll(waiting.data(), waiting.size(), -1) < 0) {
            if (errno == EINTR) continue;
            break;
        }
        for (auto next = waiting.begin() + 1; next != waiting.end();) {
            const bool spoke = next->revents != 0;
            if (spoke) welcome(next->fd, io);
            next = spoke ? waiting.erase(next) : next + 1;
        }
        if (waiting.front().revents == 0) continue;
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) break;
        waiting.push_back({.fd = connection, .events = POLLIN, .revents = 0});
    }
    for (const auto& door : waiting) ::close(door.fd);
}

}  // namespace

int main(int argc, char** argv) {
    socketio::Server io({.address = "", .shards = 2});
    io.of("/").on("where", [&io](socketio::Socket&, const socketio::Args&, socketio::Ack ack) {
        ack.reply(io.current_shard());
    });
    const int listener =
        listen_on(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000));
    // Until SIGINT or SIGTERM; then there is nobody to accept for.
    std::thread server([&io, listener] {
        io.run();
        ::shutdown(listener, SHUT_RDWR);
    });
    accept_connections(listener, io);
    server.join();
}
