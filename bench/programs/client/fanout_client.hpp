#pragma once
// Thousands of clients in one thread that do no more than count: so that what is measured is the server, and so
// that one core of clients keeps up with one core of server.

#include "client/dialect.hpp"
#include "client/emission.hpp"
#include "client/frame_scanner.hpp"
#include "client/histogram.hpp"
#include "client/tls_link.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct ClientSettings {
    /// Of one server or several: clients are spread over them in turn.
    std::vector<std::uint16_t> ports;
    std::size_t clients = 0;
    /// nullptr: connects, reads, counts bytes, says nothing.
    const Dialect* dialect = nullptr;
    bool deflate = false;
    bool tls = false;
    /// Where there are no frames to count.
    std::uint64_t raw_message_bytes = 1;
    /// Who emits, where the servers do not.
    std::optional<EmissionSettings> emission;
};

/// Of all connections, since the beginning.
struct Counts {
    std::uint64_t messages = 0;
    std::uint64_t compressed = 0;
    std::uint64_t wire_bytes = 0;
};

class FanoutClient {
public:
    explicit FanoutClient(const ClientSettings& settings);

    /// Returns when all have joined, and the servers hear the emission.
    void connect_all();
    /// Of the emission. What is on its way then still comes.
    void start_emitting();
    void stop_emitting();
    /// Reads what arrives until then.
    void read_until(std::uint64_t nanoseconds);
    /// Reads until nothing has arrived for that long. False when that did not come to pass in time.
    bool read_until_quiet(int quiet_ms, std::uint64_t give_up_nanoseconds);
    /// From now on, only.
    void forget_latencies() { latencies_ = {}; }

    /// Nobody has more messages than another, as far as the sum can tell, nor fewer than were emitted.
    [[nodiscard]] bool everybody_has_all() const;
    /// By the emission.
    [[nodiscard]] std::uint64_t published() const { return emission_ ? emission_->published() : 0; }
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] const Histogram& latencies() const noexcept { return latencies_; }
    /// One compressed message was inflated and was an event.
    [[nodiscard]] bool inflated_one() const noexcept { return inflated_one_; }
    /// Of the client that has most, and of the one that has fewest.
    [[nodiscard]] std::uint64_t most_messages() const;
    [[nodiscard]] std::uint64_t fewest_messages() const;

private:
    enum class State : std::uint8_t { securing, handshake, joining, joined };

    struct Connection {
        int socket = -1;
        State state = State::handshake;
        /// Null without TLS.
        std::unique_ptr<TlsLink> tls;
        FrameScanner frames;
        std::uint64_t messages = 0;
        /// Raw: of the message that has begun.
        std::uint64_t partial_bytes = 0;
        /// Of the answer to the handshake; empty afterwards.
        std::string answer;
    };

    void open_next();
    void secure(Connection& connection);
    void ask_for_websocket(Connection& connection);
    [[nodiscard]] std::string handshake() const;
    /// False when nothing arrived in time.
    bool read_some(int timeout_ms);
    void watch(int file, std::uint64_t key);
    void on_event(std::uint64_t key);
    /// The messages that everybody has, in the mean.
    [[nodiscard]] std::uint64_t delivered() const { return counts_.messages / settings_.clients; }
    void read_from(Connection& connection);
    void on_bytes(Connection& connection, std::string_view bytes);
    void count_raw(Connection& connection, std::size_t bytes);
    void finish_handshake(Connection& connection, std::string_view bytes);
    void on_frame(Connection& connection, const Frame& frame);
    void on_delivery(Connection& connection, std::string_view beginning);
    void on_message(Connection& connection, std::string_view beginning);
    /// Reads it only where it must: while joining, and the first delivery to see that it is one.
    void on_compressed(Connection& connection, const Frame& frame);
    void join(Connection& connection);

    ClientSettings settings_;
    std::optional<TlsClients> tls_;
    std::optional<Emission> emission_;
    int epoll_;
    std::string buffer_;
    std::vector<Connection> connections_;
    std::size_t joined_ = 0;
    std::uint64_t read_at_ = 0;
    Counts counts_;
    Histogram latencies_;
    bool inflated_one_ = false;
};

}  // namespace bench
