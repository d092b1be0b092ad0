#include "transport/opening.hpp"

#include "transport/passage.hpp"
#include "transport/transport_shard.hpp"
#include "wire/proxy_header.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace socketio::transport {

void Opening::on_ready() {
    if (header_due_ && !read_header()) return;
    if (!connection_.passage()->tls) return connection_.end_opening();
    if (!std::exchange(step_due_, true)) connection_.home().handshakes().add(connection_);
}

/// False when it is not all there, is none, or names a client that gets no place.
bool Opening::read_header() {
    auto peer = connection_.address();
    if (!connection_.home().network().trusted_proxies().contain(peer)) {
        refuse_header("the peer is no trusted proxy");
        return false;
    }
    // No byte more than the header may be taken: what follows is TLS's, which reads for itself.
    const auto buffer = connection_.home().read_buffer().first(wire::proxy_header_bytes_max);
    const auto got =
        ::recv(connection_.fd(), buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (got <= 0) {
        refuse_header(got == 0 ? "the peer has gone" : std::strerror(errno));
        return false;
    }
    const auto header = wire::read_proxy_header({buffer.data(), static_cast<std::size_t>(got)});
    // The rest of it is announced when it comes.
    if (header.state == wire::ProxyHeader::State::incomplete) return false;
    if (header.state == wire::ProxyHeader::State::malformed ||
        ::recv(connection_.fd(), buffer.data(), header.bytes, MSG_DONTWAIT) !=
            static_cast<ssize_t>(header.bytes)) {
        refuse_header("there is none, or it is malformed");
        return false;
    }
    header_due_ = false;
    if (header.source) peer = header.source->text();
    connection_.passage()->client = wire::ClientAddress{std::move(peer), header.secure};
    // Before its handshake, which costs more than all else.
    auto& home = connection_.home();
    if (home.keep_place(connection_, home.address_gate().admit(header.source))) return true;
    connection_.close();
    return false;
}

void Opening::step() {
    step_due_ = false;
    auto& tls = *connection_.passage()->tls;
    switch (tls.shake_hands()) {
        case TlsStream::Handshake::waits: return;
        case TlsStream::Handshake::failed: return fail_handshake(tls.failure());
        case TlsStream::Handshake::done: break;
    }
    ++connection_.home().shard().counters().tls_handshakes;
    connection_.end_opening();
}

void Opening::on_deadline() {
    constexpr auto why = "too slow";
    header_due_ ? refuse_header(why) : fail_handshake(why);
}

void Opening::refuse_header(const std::string& why) {
    auto& home = connection_.home();
    ++home.shard().counters().proxy_headers_refused;
    home.log().write(LogLevel::debug, "proxy header refused", [&] {
        return base::LogFields{{"why", why}, {"address", connection_.address()}};
    });
    connection_.close();
}

void Opening::fail_handshake(const std::string& why) {
    auto& home = connection_.home();
    ++home.shard().counters().tls_handshakes_failed;
    home.log().write(LogLevel::debug, "tls handshake failed", [&] {
        return base::LogFields{{"why", why}, {"address", connection_.address()}};
    });
    connection_.close();
}

}  // namespace socketio::transport
