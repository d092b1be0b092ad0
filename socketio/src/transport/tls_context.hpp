#pragma once
// A certificate with its key, and how TLS is spoken with it. Made from files, then immutable and shared by all
// shards: their tickets open on each of them. Any thread. RFC 8446, RFC 5246, RFC 7301 (ALPN), RFC 5077
// (tickets).

#include "socketio/options.hpp"

#include <memory>

struct ssl_ctx_st;

namespace socketio::transport {

class TlsContext {
public:
    /// Reads both files. Throws std::runtime_error that says which one cannot be used, and why.
    explicit TlsContext(const TlsOptions& options);

    /// OpenSSL's. Connections keep it alive by themselves.
    [[nodiscard]] ssl_ctx_st* handle() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const noexcept;
    };

    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace socketio::transport
