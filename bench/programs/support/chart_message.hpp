#pragma once
// What all servers and emitters of the benchmarks send: ["new chart data", {"t": nanoseconds, "data": numbers}].

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::string_view chart_event = "new chart data";

/// Numbers of five digits, and a last one that makes the event as long as it should be as a WebSocket frame of JSON,
/// header included. 100 bytes at least.
[[nodiscard]] std::vector<std::int64_t> chart_numbers(std::size_t message_bytes);

/// The same event as @socket.io/redis-emitter 5 hands it to Redis, for everybody in "/" or in some rooms.
class EmitterMessage {
public:
    explicit EmitterMessage(const std::vector<std::int64_t>& numbers,
                            const std::vector<std::string>& rooms = {});

    /// As emitted at that time; always as long. Holds until the next call.
    [[nodiscard]] std::string_view at(std::uint64_t nanoseconds);

private:
    std::string bytes_;
    std::size_t time_at_ = 0;
};

/// Where servers with the adapter's usual key listen for events to everybody in "/".
inline constexpr std::string_view chart_channel = "socket.io#/#";

}  // namespace bench
