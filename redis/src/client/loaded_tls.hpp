#pragma once
// The TLS context of a connection, with its certificates read: made once, used by each attempt. Immutable
// after it is made; any thread.

#include "protocol/failure.hpp"
#include <redis/options.hpp>

#include <boost/asio/ssl/context.hpp>

#include <optional>

namespace redis {

class LoadedTls {
public:
    explicit LoadedTls(const TlsOptions& options);

    /// A file that cannot be used.
    [[nodiscard]] const std::optional<Failure>& failure() const noexcept { return failure_; }
    /// Streams only read it.
    [[nodiscard]] boost::asio::ssl::context& context() const noexcept { return context_; }

private:
    [[nodiscard]] std::optional<Failure> load(const TlsOptions& options);

    mutable boost::asio::ssl::context context_;
    std::optional<Failure> failure_;
};

}  // namespace redis
