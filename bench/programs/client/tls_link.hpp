#pragma once
// One client's TLS over a non-blocking socket. Trusts everybody. What fails ends the program.

#include <cstddef>
#include <memory>
#include <string_view>

#include <sys/types.h>

struct ssl_ctx_st;
struct ssl_st;

namespace bench {

/// What all clients have in common.
class TlsClients {
public:
    TlsClients();
    [[nodiscard]] ssl_ctx_st* handle() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

class TlsLink {
public:
    TlsLink(const TlsClients& clients, int socket);

    /// False when it goes on once there is something to read.
    [[nodiscard]] bool shake_hands();
    /// Few bytes, which a socket takes at once.
    void send(std::string_view bytes);
    /// 0 when nothing more has come.
    [[nodiscard]] std::size_t receive(char* buffer, std::size_t size);

private:
    struct Free {
        void operator()(ssl_st* ssl) const noexcept;
    };
    std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace bench
