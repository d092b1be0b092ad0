#include "transport/tls_error.hpp"

#include <openssl/err.h>

#include <array>

namespace socketio::transport {

std::string take_tls_error() {
    // The oldest is the cause; what came after it are its consequences.
    const auto cause = ::ERR_get_error();
    ::ERR_clear_error();
    if (cause == 0) return {};
    std::array<char, 256> text{};
    ::ERR_error_string_n(cause, text.data(), text.size());
    return text.data();
}

}  // namespace socketio::transport
