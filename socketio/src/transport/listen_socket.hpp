#pragma once
// A bound and listening socket, of TCP or of a unix path, which it takes away when it goes. Any thread, one at a
// time.

#include "shard/unique_fd.hpp"
#include "socketio/options.hpp"

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace socketio::transport {

class ListenSocket {
public:
    /// `only_v6`: `::` leaves IPv4 to others.
    [[nodiscard]] static boost::system::result<ListenSocket> open(const ListenAddress& address,
                                                                  bool only_v6);
    ListenSocket(ListenSocket&& other) noexcept = default;
    ListenSocket& operator=(ListenSocket&& other) = delete;
    /// Takes the unix path away, unless another socket has its place by now.
    ~ListenSocket();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// That is bound; 0 for a unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    ListenSocket(shard::UniqueFd fd, std::uint16_t port) noexcept
        : fd_(std::move(fd)), port_(port) {}
    [[nodiscard]] static boost::system::result<ListenSocket> open_tcp(const ListenAddress& address,
                                                                      bool only_v6);
    [[nodiscard]] static boost::system::result<ListenSocket> open_unix(
        const ListenAddress& address);

    shard::UniqueFd fd_;
    std::uint16_t port_ = 0;
    std::string unix_path_;
    /// Of the unix path: which file is ours.
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
};

}  // namespace socketio::transport
