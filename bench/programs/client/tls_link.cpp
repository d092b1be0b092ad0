#include "client/tls_link.hpp"

#include "support/command_line.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

namespace bench {

namespace {

[[noreturn]] void give_up(const char* doing) {
    char words[256]{};
    ::ERR_error_string_n(::ERR_peek_error(), words, sizeof words);
    refuse(std::string(doing) + ": " + words);
}

}  // namespace

void TlsClients::Free::operator()(ssl_ctx_st* context) const noexcept {
    ::SSL_CTX_free(context);
}

TlsClients::TlsClients() : context_(::SSL_CTX_new(::TLS_client_method())) {
    if (!context_) give_up("making a TLS context");
    ::SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
    ::SSL_CTX_set_read_ahead(context_.get(), 1);
}

void TlsLink::Free::operator()(ssl_st* ssl) const noexcept {
    ::SSL_free(ssl);
}

TlsLink::TlsLink(const TlsClients& clients, int socket) : ssl_(::SSL_new(clients.handle())) {
    if (!ssl_ || ::SSL_set_fd(ssl_.get(), socket) != 1) give_up("making a TLS connection");
    ::SSL_set_connect_state(ssl_.get());
}

bool TlsLink::shake_hands() {
    ::ERR_clear_error();
    const int status = ::SSL_do_handshake(ssl_.get());
    if (status == 1) return true;
    if (::SSL_get_error(ssl_.get(), status) != SSL_ERROR_WANT_READ) give_up("the TLS handshake");
    return false;
}

void TlsLink::send(std::string_view bytes) {
    std::size_t sent = 0;
    ::ERR_clear_error();
    if (::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) != 1) give_up("sending");
}

std::size_t TlsLink::receive(char* buffer, std::size_t size) {
    std::size_t got = 0;
    ::ERR_clear_error();
    if (::SSL_read_ex(ssl_.get(), buffer, size, &got) == 1) return got;
    const int error = ::SSL_get_error(ssl_.get(), 0);
    if (error == SSL_ERROR_ZERO_RETURN) refuse("the server closed a connection");
    if (error != SSL_ERROR_WANT_READ) give_up("reading from the server");
    return 0;
}

}  // namespace bench
