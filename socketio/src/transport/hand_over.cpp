#include "transport/hand_over.hpp"

#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace socketio::transport {

namespace {

[[nodiscard]] int socket_option(int fd, int option) noexcept {
    int value = -1;
    socklen_t length = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

[[nodiscard]] bool is_connection(int fd) noexcept {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    return socket_option(fd, SO_TYPE) == SOCK_STREAM && socket_option(fd, SO_ACCEPTCONN) == 0 &&
           ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
}

/// As a connection of the listener's is, whatever its owner made of it.
void make_ours(int fd) noexcept {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    // A turn's messages leave together already. A unix socket knows no such thing.
    const int on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Adoption HandOver::take(shard::UniqueFd fd, std::string bytes, Tenure tenure) {
    const auto verdict = check(fd, bytes);
    if (verdict == Adoption::too_many) {
        shards_.post(0, [this] { ++shards_[0].counters().connections_refused; });
    }
    if (verdict != Adoption::taken) return verdict;
    make_ours(fd.get());
    const auto shard = shards_.take_place();
    // By letter also on that shard: the caller may be in the middle of anything.
    shards_.post(shard,
                 [this, shard, fd = std::move(fd), bytes = std::move(bytes), tenure]() mutable {
                     // The server may have ended meanwhile.
                     if (!gate_.is_open()) return shards_.give_place_back(shard);
                     (*network_)[shard].adopt_handed_over(std::move(fd), std::move(bytes), tenure);
                 });
    return Adoption::taken;
}

Adoption HandOver::check(const shard::UniqueFd& fd, const std::string& bytes) {
    if (!is_connection(fd.get())) return Adoption::not_a_socket;
    if (!gate_.is_open()) return Adoption::draining;
    if (bytes.size() > options().http_header_bytes_max) return Adoption::bytes_too_long;
    const auto bound = options().connections_max;
    if (bound != 0 && shards_.connections() >= bound) return Adoption::too_many;
    return Adoption::taken;
}

}  // namespace socketio::transport
