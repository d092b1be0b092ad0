#pragma once
// The emitter outside of a cluster's servers, in the clients' process: it knows what they have, so that at full
// speed a bounded number of messages is under way and no server falls behind for good.

#include "support/chart_message.hpp"
#include "support/redis_publisher.hpp"

#include <cstdint>

namespace bench {

struct EmissionSettings {
    std::uint16_t redis_port = 0;
    /// Between two messages; 0 is full speed.
    double interval_ms = 10;
    std::uint64_t message_bytes = 200;
};

class Emission {
public:
    explicit Emission(const EmissionSettings& settings);

    /// Returns when that many servers hear what is published.
    void await_servers(std::uint64_t count);

    /// `delivered`: the messages that everybody has, in the mean, here and below.
    void start(std::uint64_t delivered);
    void stop();
    /// After every change of it.
    void on_delivered(std::uint64_t delivered);

    /// Readable when on_timer() is to be called.
    [[nodiscard]] int timer() const noexcept { return timer_; }
    void on_timer();
    /// Readable when on_answer() is to be called.
    [[nodiscard]] int redis() const noexcept { return publisher_.socket(); }
    void on_answer() { publisher_.read_answers(); }

    [[nodiscard]] std::uint64_t published() const noexcept { return published_; }

private:
    [[nodiscard]] bool has_pace() const noexcept { return interval_ns_ > 0; }
    void publish();
    void arm(std::uint64_t nanoseconds);

    std::uint64_t interval_ns_;
    EmitterMessage message_;
    RedisPublisher publisher_;
    int timer_;
    std::uint64_t due_ = 0;
    std::uint64_t published_ = 0;
    bool running_ = false;
};

}  // namespace bench
