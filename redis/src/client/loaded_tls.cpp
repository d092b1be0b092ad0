// See loaded_tls.hpp.
#include "client/loaded_tls.hpp"

namespace redis {

namespace asio = boost::asio;
using boost::system::error_code;

LoadedTls::LoadedTls(const TlsOptions& options)
    : context_(asio::ssl::context::tls_client), failure_(load(options)) {}

std::optional<Failure> LoadedTls::load(const TlsOptions& options) {
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION);
    const auto unusable = [](const std::string& file, const error_code& ec) {
        return Failure{make_error_code(errc::tls_file), file + ": " + ec.message()};
    };
    error_code ec;
    if (options.ca_file.empty()) {
        context_.set_default_verify_paths(ec);
        if (ec) return unusable("the system's authorities", ec);
    } else {
        context_.load_verify_file(options.ca_file, ec);
        if (ec) return unusable(options.ca_file, ec);
    }
    if (!options.certificate_file.empty()) {
        context_.use_certificate_chain_file(options.certificate_file, ec);
        if (ec) return unusable(options.certificate_file, ec);
    }
    if (!options.key_file.empty()) {
        context_.use_private_key_file(options.key_file, asio::ssl::context::pem, ec);
        if (ec) return unusable(options.key_file, ec);
    }
    return std::nullopt;
}

void load_tls(Options& options) {
    if (options.tls.enabled && !options.tls.loaded) {
        options.tls.loaded = std::make_shared<const LoadedTls>(options.tls);
    }
}

}  // namespace redis
