#pragma once
// Publishes to a Redis on 127.0.0.1 as an emitter does, with no more than it takes. One thread. What fails ends the
// program.

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class RedisPublisher {
public:
    explicit RedisPublisher(std::uint16_t port);

    /// Returns when the kernel has all of it; Redis's answer is read later.
    void publish(std::string_view channel, std::string_view message);
    /// Reads the answers that are there.
    void read_answers();
    /// Waits for the answers to all that was published.
    void await_answers();

    /// To wait for, when there are other things to wait for: then read_answers() has something to read.
    [[nodiscard]] int socket() const noexcept { return socket_; }
    /// How many connections heard the last message that Redis has answered.
    [[nodiscard]] std::uint64_t listeners() const noexcept { return listeners_; }

private:
    void take_answer(std::string_view line);

    int socket_;
    std::string request_;
    /// Of an answer that is not whole yet.
    std::string partial_;
    std::uint64_t unanswered_ = 0;
    std::uint64_t listeners_ = 0;
};

}  // namespace bench
