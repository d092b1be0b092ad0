#pragma once
// Logging in to a Redis server, as a state machine without I/O: commands out, replies in.
// Lives where its connection lives.
//
//   [HELLO 3 [AUTH user pass]] --unknown--> [AUTH [user] pass] -> [SELECT db] -> [CLIENT SETNAME name]
//                              --ok------------------------------^    -> [ROLE] -> PING -> done
//
// All commands go out at once and the replies are judged in order, so that a login costs one round
// trip. The PING shows a missing password at once, and that the server serves. ROLE is asked where Sentinels
// are: after a failover the old master comes back as a replica. Neither name nor role is worth a failure where
// a server does not know them or a user may not.

#include "protocol/failure.hpp"
#include <redis/options.hpp>
#include <redis/reply.hpp>

#include <cstdint>
#include <deque>
#include <string>

namespace redis {

class Handshake {
public:
    enum class Status : std::uint8_t {
        waiting,  ///< For more replies; output() may have more to send.
        done,
        failed,  ///< failure() says why.
    };

    explicit Handshake(const Options& options);

    /// Bytes to send now; empty when there are none.
    [[nodiscard]] std::string take_output();
    [[nodiscard]] Status on_reply(const Reply& reply);

    [[nodiscard]] const Failure& failure() const noexcept { return failure_; }
    /// 2 or 3; known once done.
    [[nodiscard]] int resp_version() const noexcept { return resp_version_; }

private:
    enum class Sent : std::uint8_t { hello, auth, select, set_name, role, ping };

    void send_hello();
    void send_login();
    void send_auth();
    [[nodiscard]] Status on_error(Sent sent, const Reply& reply);
    Status fail(errc code, std::string detail);

    const Options& options_;
    std::string output_;
    std::deque<Sent> sent_;
    Failure failure_;
    int resp_version_ = 2;
};

/// The failure behind an error reply that can come at any time, whatever was asked.
[[nodiscard]] errc classify_error(const Reply& reply) noexcept;

}  // namespace redis
