#pragma once
// What is measured. Each prints the members of one JSON object, and reads from /proc what the server used.

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace bench {

struct JobSettings {
    std::uint64_t port = 0;
    std::uint64_t server = 0;
    std::string key;
    std::string dataset = "deals";
    std::string chart = "deals_live";
    /// That the dataset has already, named d0, d1, ...
    std::uint64_t rows = 1'000;
    bool memory = false;
    std::uint64_t connections = 1;
    std::uint64_t clients = 1'000;
    std::uint64_t publishes = 50;
    std::uint64_t interval_ms = 200;
    double warm_up_seconds = 0.3;
    double seconds = 2;

    [[nodiscard]] pid_t process() const { return static_cast<pid_t>(server); }
};

/// Publishes without pause on so many connections.
void publish_job(const JobSettings& settings);
/// One publish after the other to so many viewers of deltas.
void fanout_job(const JobSettings& settings);
/// What one change is on the wire, for a viewer of deltas and for a plain one.
void bytes_job(const JobSettings& settings);
/// Everybody leaves, one row changes, everybody comes back at once.
void resume_job(const JobSettings& settings);

}  // namespace bench
