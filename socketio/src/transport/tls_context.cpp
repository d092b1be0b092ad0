#include "transport/tls_context.hpp"

#include "transport/tls_error.hpp"

#include <openssl/ssl.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace socketio::transport {

namespace {

// A page that is opened again in the same working session resumes.
constexpr long ticket_seconds = 2L * 60 * 60;

[[noreturn]] void fail(std::string_view what, const std::string& file) {
    throw std::runtime_error(std::string(what) + ' ' + file +
                             " cannot be used: " + take_tls_error());
}

/// An encrypted key would make OpenSSL ask for its passphrase on the terminal.
int no_passphrase(char*, int, int, void*) noexcept {
    return -1;
}

/// RFC 7301, section 3.2: who offers other protocols only is refused.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                    const unsigned char* offered, unsigned offered_bytes, void*) noexcept {
    static constexpr std::string_view http = "\x08http/1.1";
    // OpenSSL takes a pointer that may be written to, and writes only to the pointer.
    unsigned char* found = nullptr;
    const int status = ::SSL_select_next_proto(
        &found, chosen_bytes, reinterpret_cast<const unsigned char*>(http.data()),
        static_cast<unsigned>(http.size()), offered, offered_bytes);
    *chosen = found;
    return status == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_up(SSL_CTX* context, const TlsOptions& options) {
    const bool only_1_3 = options.version_min == TlsOptions::Version::tls_1_3;
    ::SSL_CTX_set_min_proto_version(context, only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    ::SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    // A peer that ends its side without saying so in TLS is no error: HTTP and WebSocket say themselves
    // where what they send ends.
    ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // An idle connection keeps no buffers; what could not be sent whole is offered again from elsewhere.
    ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_CTX_set_read_ahead(context, 1);
    // A session is in its ticket; the server remembers none.
    ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_timeout(context, ticket_seconds);
    ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    ::SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept {
    ::SSL_CTX_free(context);
}

TlsContext::TlsContext(const TlsOptions& options) : context_(::SSL_CTX_new(::TLS_server_method())) {
    if (!context_) throw std::runtime_error("OpenSSL cannot be used: " + take_tls_error());
    auto* const context = context_.get();
    set_up(context, options);
    const auto& certificate = options.certificate_file;
    if (::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        fail("certificate", certificate);
    }
    const auto& key = options.key_file;
    if (::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail("key", key);
    }
    if (::SSL_CTX_check_private_key(context) != 1) fail("key", key);
}

}  // namespace socketio::transport
