#include "support/loopback.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr int accept_backlog = 4096;
constexpr std::size_t source_addresses = 16;

sockaddr_in loopback_address(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl((127u << 24) + host);
    address.sin_port = htons(port);
    return address;
}

// The sockets API takes every kind of address by a pointer to their common head.
const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

void set_option(int socket, int level, int option) {
    const int on = 1;
    if (::setsockopt(socket, level, option, &on, sizeof on) != 0) fail("setsockopt");
}

}  // namespace

int listen_on_loopback(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0) fail("socket");
    set_option(listener, SOL_SOCKET, SO_REUSEADDR);
    const auto address = loopback_address(1, port);
    if (::bind(listener, generic(address), sizeof address) != 0) fail("bind");
    if (::listen(listener, accept_backlog) != 0) fail("listen");
    return listener;
}

std::uint16_t port_of(int listener) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        fail("getsockname");
    }
    return ntohs(address.sin_port);
}

int connect_to_loopback(std::uint16_t port, std::size_t number) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) fail("socket");
    const auto source =
        loopback_address(static_cast<std::uint32_t>(1 + number % source_addresses), 0);
    // Otherwise bind() takes a port that no other connection of that address may have, to whomever.
    set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    if (::bind(socket, generic(source), sizeof source) != 0) fail("bind");
    const auto server = loopback_address(1, port);
    if (::connect(socket, generic(server), sizeof server) != 0) fail("connect");
    if (::fcntl(socket, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
    return socket;
}

void send_without_delay(int socket) {
    set_option(socket, IPPROTO_TCP, TCP_NODELAY);
}

void raise_open_files_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
}

std::uint64_t nanoseconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

void fail(std::string_view what) {
    std::fprintf(stderr, "%s: %.*s: %s\n", program_invocation_short_name,
                 static_cast<int>(what.size()), what.data(), std::strerror(errno));
    std::exit(1);
}

}  // namespace bench
