#include "transport/listen_socket.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace socketio::transport {

namespace {

using boost::system::error_code;

constexpr int socket_kind = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

bool turn_on(const shard::UniqueFd& fd, int level, int option) noexcept {
    const int on = 1;
    return ::setsockopt(fd.get(), level, option, &on, sizeof on) == 0;
}

bool bind_to(const shard::UniqueFd& fd, const sockaddr_un& path) noexcept {
    return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&path), sizeof path) == 0;
}

std::optional<struct stat> file_at(const std::string& path) noexcept {
    struct stat file{};
    if (::lstat(path.c_str(), &file) != 0) return std::nullopt;
    return file;
}

/// A socket that nobody listens on: its server has gone without a word.
bool is_deserted(const sockaddr_un& path) noexcept {
    const shard::UniqueFd probe(::socket(AF_UNIX, socket_kind, 0));
    if (!probe) return false;
    const int status =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&path), sizeof path);
    return status != 0 && errno == ECONNREFUSED;
}

/// False when the path is somebody's, or no socket at all.
bool remove_deserted(const std::string& text, const sockaddr_un& path) noexcept {
    const auto before = file_at(text);
    if (!before || !S_ISSOCK(before->st_mode) || !is_deserted(path)) return false;
    // Another server may have begun meanwhile.
    const auto now = file_at(text);
    return now && now->st_ino == before->st_ino && ::unlink(text.c_str()) == 0;
}

}  // namespace

boost::system::result<ListenSocket> ListenSocket::open(const ListenAddress& address, bool only_v6) {
    return address.unix_path.empty() ? open_tcp(address, only_v6) : open_unix(address);
}

boost::system::result<ListenSocket> ListenSocket::open_tcp(const ListenAddress& address,
                                                           bool only_v6) {
    error_code ec;
    const auto numeric = boost::asio::ip::make_address(address.address, ec);
    if (ec) return ec;
    boost::asio::ip::tcp::endpoint endpoint(numeric, address.port);
    shard::UniqueFd fd(::socket(endpoint.protocol().family(), socket_kind, 0));
    if (!fd || !turn_on(fd, SOL_SOCKET, SO_REUSEADDR)) return last_error();
    if (numeric.is_v6() && only_v6 && !turn_on(fd, IPPROTO_IPV6, IPV6_V6ONLY)) return last_error();
    // Connections inherit it. A turn's messages leave together already.
    if (!turn_on(fd, IPPROTO_TCP, TCP_NODELAY)) return last_error();
    auto size = static_cast<socklen_t>(endpoint.size());
    if (::bind(fd.get(), endpoint.data(), size) != 0) return last_error();
    if (::listen(fd.get(), SOMAXCONN) != 0) return last_error();
    size = static_cast<socklen_t>(endpoint.capacity());
    if (::getsockname(fd.get(), endpoint.data(), &size) != 0) return last_error();
    return ListenSocket(std::move(fd), endpoint.port());
}

boost::system::result<ListenSocket> ListenSocket::open_unix(const ListenAddress& address) {
    const auto& text = address.unix_path;
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    // With a zero behind it.
    if (text.size() >= sizeof path.sun_path) {
        return error_code(ENAMETOOLONG, boost::system::system_category());
    }
    std::memcpy(path.sun_path, text.data(), text.size());
    shard::UniqueFd fd(::socket(AF_UNIX, socket_kind, 0));
    if (!fd) return last_error();
    if (!bind_to(fd, path)) {
        const auto ec = last_error();
        if (ec.value() != EADDRINUSE || !remove_deserted(text, path)) return ec;
        if (!bind_to(fd, path)) return last_error();
    }
    ListenSocket socket(std::move(fd), 0);
    if (const auto file = file_at(text)) {
        socket.unix_path_ = text;
        socket.device_ = file->st_dev;
        socket.inode_ = file->st_ino;
    }
    // Nobody can connect before it listens, so nobody slips in before its mode is right.
    if (::chmod(text.c_str(), address.unix_mode) != 0) return last_error();
    if (::listen(socket.fd(), SOMAXCONN) != 0) return last_error();
    return socket;
}

ListenSocket::~ListenSocket() {
    if (!fd_ || unix_path_.empty()) return;
    const auto file = file_at(unix_path_);
    if (file && file->st_dev == device_ && file->st_ino == inode_) ::unlink(unix_path_.c_str());
}

}  // namespace socketio::transport
