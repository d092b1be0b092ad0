#pragma once
// One byte stream to a Redis server: TCP, TLS over TCP, or a Unix domain socket. Lives on the
// thread of its io_context. Its handlers come as plain functions, so that the rest needs no
// templates.

#include "protocol/failure.hpp"
#include <redis/options.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace redis {

/// One attempt, one object: after a failure or close() it is thrown away. Whoever starts an
/// operation keeps the object alive until its handler has come.
class SocketStream {
public:
    using OnConnected = std::function<void(const Failure&)>;
    using OnBytes = std::function<void(boost::system::error_code, std::size_t)>;

    SocketStream(boost::asio::io_context& io, const Options& options);

    /// Resolves, connects, and does the TLS handshake. An unset error means success.
    void connect(OnConnected handler);
    void read_some(std::span<char> buffer, OnBytes handler);
    void write_all(std::string_view bytes, OnBytes handler);
    /// Whether TCP's part of connect() is done.
    [[nodiscard]] bool tcp_connected() const noexcept { return tcp_connected_; }
    /// The server gets no more: it closes when it has answered what it got.
    void shut_down_sending();
    /// Cancels everything; the handlers come with operation_aborted.
    void close();

private:
    using Tcp = boost::asio::ip::tcp;
    using Unix = boost::asio::local::stream_protocol;
    using TlsStream = boost::asio::ssl::stream<Tcp::socket>;

    void resolve(OnConnected handler);
    void connect_tcp(const Tcp::resolver::results_type& endpoints, OnConnected handler);
    void connect_unix(OnConnected handler);
    void start_tls(OnConnected handler);
    [[nodiscard]] std::optional<Failure> prepare_tls();
    [[nodiscard]] Failure tls_failure(const boost::system::error_code& ec);
    [[nodiscard]] Tcp::socket& tcp();

    const Options& options_;
    boost::asio::io_context& io_;
    Tcp::resolver resolver_;
    bool tcp_connected_ = false;
    /// Before the stream, which uses it to the end.
    std::shared_ptr<const LoadedTls> tls_;
    std::variant<Tcp::socket, std::unique_ptr<TlsStream>, Unix::socket> socket_;
};

}  // namespace redis
