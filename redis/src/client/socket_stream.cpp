// See socket_stream.hpp.
#include "client/socket_stream.hpp"

#include "client/loaded_tls.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <utility>

namespace redis {

namespace asio = boost::asio;
using boost::system::error_code;

SocketStream::SocketStream(asio::io_context& io, const Options& options)
    : options_(options), io_(io), resolver_(io), socket_(Tcp::socket(io)) {}

SocketStream::Tcp::socket& SocketStream::tcp() {
    if (auto* tls = std::get_if<std::unique_ptr<TlsStream>>(&socket_)) {
        return (*tls)->next_layer();
    }
    return std::get<Tcp::socket>(socket_);
}

void SocketStream::connect(OnConnected handler) {
    if (!options_.unix_path.empty()) {
        connect_unix(std::move(handler));
        return;
    }
    if (options_.tls.enabled) {
        if (std::optional<Failure> failure = prepare_tls()) {
            asio::post(io_, [handler = std::move(handler), failure = *std::move(failure)] {
                handler(failure);
            });
            return;
        }
    }
    resolve(std::move(handler));
}

void SocketStream::resolve(OnConnected handler) {
    resolver_.async_resolve(
        options_.host, std::to_string(options_.port), Tcp::resolver::numeric_service,
        [this, handler = std::move(handler)](error_code ec,
                                             const Tcp::resolver::results_type& endpoints) mutable {
            if (ec == asio::error::operation_aborted) {
                handler({ec, {}});
            } else if (ec) {
                handler({make_error_code(errc::host_not_found), ec.message()});
            } else {
                connect_tcp(endpoints, std::move(handler));
            }
        });
}

void SocketStream::connect_tcp(const Tcp::resolver::results_type& endpoints, OnConnected handler) {
    asio::async_connect(
        tcp(), endpoints,
        [this, handler = std::move(handler)](error_code ec, const Tcp::endpoint&) mutable {
            if (ec) {
                handler({ec, {}});
                return;
            }
            tcp_connected_ = true;
            // Pipelined commands already leave together; waiting for more would only add latency.
            error_code ignored;
            tcp().set_option(Tcp::no_delay(true), ignored);
            if (options_.tls.enabled) {
                start_tls(std::move(handler));
            } else {
                handler({});
            }
        });
}

void SocketStream::connect_unix(OnConnected handler) {
    auto& socket = socket_.emplace<Unix::socket>(io_);
    // sun_path holds 108 bytes; Asio throws on longer paths.
    if (options_.unix_path.size() >= 108) {
        asio::post(io_, [handler = std::move(handler)] {
            handler({make_error_code(boost::system::errc::filename_too_long), {}});
        });
        return;
    }
    socket.async_connect(Unix::endpoint(options_.unix_path),
                         [handler = std::move(handler)](error_code ec) { handler({ec, {}}); });
}

std::optional<Failure> SocketStream::prepare_tls() {
    tls_ =
        options_.tls.loaded ? options_.tls.loaded : std::make_shared<const LoadedTls>(options_.tls);
    if (tls_->failure()) return tls_->failure();
    socket_.emplace<std::unique_ptr<TlsStream>>(std::make_unique<TlsStream>(io_, tls_->context()));
    return std::nullopt;
}

void SocketStream::start_tls(OnConnected handler) {
    TlsStream& stream = *std::get<std::unique_ptr<TlsStream>>(socket_);
    const std::string& name =
        options_.tls.server_name.empty() ? options_.host : options_.tls.server_name;
    error_code ec;
    asio::ip::make_address(name, ec);
    const bool is_address = !ec;
    if (!is_address) {
        SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(name.c_str()));
    }
    if (options_.tls.insecure) {
        stream.set_verify_mode(asio::ssl::verify_none);
    } else {
        stream.set_verify_mode(asio::ssl::verify_peer);
        stream.set_verify_callback(asio::ssl::host_name_verification(name));
    }
    stream.async_handshake(asio::ssl::stream_base::client,
                           [this, handler = std::move(handler)](error_code result) {
                               handler(result ? tls_failure(result) : Failure());
                           });
}

Failure SocketStream::tls_failure(const error_code& ec) {
    TlsStream& stream = *std::get<std::unique_ptr<TlsStream>>(socket_);
    if (ec == asio::error::operation_aborted) {
        return {ec, {}};
    }
    if (ec.category() == asio::error::get_ssl_category() &&
        ERR_GET_REASON(static_cast<unsigned long>(ec.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        const long result = SSL_get_verify_result(stream.native_handle());
        return {
            make_error_code(errc::certificate_refused),
            result == X509_V_OK ? "it names another host" : X509_verify_cert_error_string(result)};
    }
    if (ec.category() == asio::error::get_ssl_category() || ec == asio::error::eof ||
        ec == asio::ssl::error::stream_truncated) {
        return {make_error_code(errc::protocol_error), "TLS: " + ec.message()};
    }
    return {ec, "TLS: " + ec.message()};
}

void SocketStream::read_some(std::span<char> buffer, OnBytes handler) {
    const auto target = asio::buffer(buffer.data(), buffer.size());
    if (auto* tls = std::get_if<std::unique_ptr<TlsStream>>(&socket_)) {
        (*tls)->async_read_some(target, std::move(handler));
    } else if (auto* local = std::get_if<Unix::socket>(&socket_)) {
        local->async_read_some(target, std::move(handler));
    } else {
        tcp().async_read_some(target, std::move(handler));
    }
}

void SocketStream::write_all(std::string_view bytes, OnBytes handler) {
    const auto source = asio::buffer(bytes.data(), bytes.size());
    if (auto* tls = std::get_if<std::unique_ptr<TlsStream>>(&socket_)) {
        asio::async_write(**tls, source, std::move(handler));
    } else if (auto* local = std::get_if<Unix::socket>(&socket_)) {
        asio::async_write(*local, source, std::move(handler));
    } else {
        asio::async_write(tcp(), source, std::move(handler));
    }
}

void SocketStream::shut_down_sending() {
    error_code ignored;
    if (auto* local = std::get_if<Unix::socket>(&socket_)) {
        local->shutdown(Unix::socket::shutdown_send, ignored);
    } else {
        tcp().shutdown(Tcp::socket::shutdown_send, ignored);
    }
}

void SocketStream::close() {
    resolver_.cancel();
    error_code ignored;
    // Without a TLS goodbye: Redis does not wait for one, and a dead peer would not answer it.
    if (auto* local = std::get_if<Unix::socket>(&socket_)) {
        local->close(ignored);
    } else {
        tcp().close(ignored);
    }
}

}  // namespace redis
