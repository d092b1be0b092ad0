#pragma once
// Emits to the clients of all servers of a cluster from a process that is no server: a cron job, a
// worker. Speaks as @socket.io/redis-emitter 5 and @socket.io/redis-streams-emitter do, so the servers
// may be Node's. Lives on the thread of its io_context.

#include "socketio/broadcast.hpp"
#include "socketio/value.hpp"

#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace socketio {

struct EmitterOptions {
    /// What the servers are joined by. Servers with another adapter do not hear the emitter.
    enum class Adapter : std::uint8_t {
        classic,  ///< PUBLISH: socket.io-redis 6, and createAdapter() of its successor redis-adapter.
        sharded,  ///< SPUBLISH, Redis 7: createShardedAdapter() of the same.
        streams,  ///< XADD: redis-streams-adapter. Clients that come back get it, too.
    };

    /// As in RedisAdapterOptions.
    std::string url = "redis://127.0.0.1:6379";
    /// What the servers' adapters call key, channelPrefix or streamName.
    std::string key = "socket.io";
    /// Called when the connection's state changes: whether it is connected, and a sentence for
    /// operators that names the server and the cause, never the password.
    std::function<void(bool connected, const std::string& text)> on_state = {};
    Adapter adapter = Adapter::classic;
    /// With streams: about how many messages Redis keeps. As the servers' maxLen, since whoever writes
    /// cuts the stream; not 0.
    std::size_t stream_length_max = 10'000;
    /// What waits for Redis or its answer, by number and bytes, and for how long without a connection.
    /// What is beyond fails at once with redis::errc::queue_full, what waited in vain with expired: the
    /// caller has to know rather than this process to grow.
    std::size_t pending_max = 100'000;
    std::size_t pending_bytes_max = 32 * 1024 * 1024;
    std::chrono::milliseconds pending_age_max{30'000};
    /// Redis refused a message, as its ACL may: its words and what to do about them, the same words
    /// once in a row. OnSent has the error, too.
    std::function<void(const std::string& text)> on_refused = {};
};

/// A value: each operator returns a changed copy, and all copies share one connection, which the
/// last one closes.
class Emitter {
public:
    /// `ec` is unset once Redis has the message. `servers` is how many servers (and monitors) heard it;
    /// in a Cluster with the classic adapter those at one node only, and 0 with streams: Redis does not
    /// say.
    using OnSent = std::function<void(boost::system::error_code ec, std::size_t servers)>;

    /// Connects at once. Throws std::invalid_argument naming what is wrong with the options.
    explicit Emitter(boost::asio::io_context& io, EmitterOptions options = {});

    /// Another namespace, to everybody in it. A missing leading slash is added.
    [[nodiscard]] Emitter of(std::string_view nsp) const;
    [[nodiscard]] Emitter to(std::string_view room) const;
    [[nodiscard]] Emitter to(const std::vector<std::string>& rooms) const;
    [[nodiscard]] Emitter in(std::string_view room) const { return to(room); }
    [[nodiscard]] Emitter in(const std::vector<std::string>& rooms) const { return to(rooms); }
    [[nodiscard]] Emitter except(std::string_view room) const;
    [[nodiscard]] Emitter except(const std::vector<std::string>& rooms) const;
    /// `volatile` is a word of C++. Of events alone, as compress().
    [[nodiscard]] Emitter as_volatile() const;
    [[nodiscard]] Emitter compress(bool on) const;

    /// Throws std::invalid_argument when the event's name is reserved.
    template <class... Values>
    void emit(std::string_view event, Values&&... values) const {
        send(event, Args{Value(std::forward<Values>(values))...});
    }
    void send(std::string_view event, Args args, OnSent on_sent = {}) const;

    /// Of the sockets of all servers that are meant; without to() and except() that is everybody in the
    /// namespace. Servers carry it out in the order in which they were told.
    void sockets_join(const std::vector<std::string>& rooms, OnSent on_sent = {}) const;
    void sockets_leave(const std::vector<std::string>& rooms, OnSent on_sent = {}) const;
    void disconnect_sockets(bool close_connection = false, OnSent on_sent = {}) const;

    /// To the servers themselves, whose Namespace::on_server_side() hears it: to() and except() mean
    /// nothing. Nobody answers, since an emitter is no member of the cluster. Throws
    /// std::invalid_argument when the event's name is reserved: is_reserved_server_side().
    template <class... Values>
    void server_side_emit(std::string_view event, Values&&... values) const {
        static_assert((std::is_constructible_v<Value, Values&&> && ...),
                      "values only: nobody can answer an emitter");
        send_server_side(event, Args{Value(std::forward<Values>(values))...});
    }
    void send_server_side(std::string_view event, Args args, OnSent on_sent = {}) const;

    /// Messages that Redis has not answered: those who send many wait while there are too many.
    [[nodiscard]] std::size_t pending() const noexcept;

    /// Lets io_context::run() return as soon as everything emitted so far is sent or has failed.
    /// What is emitted later fails.
    void finish() const;

private:
    struct Link;

    std::shared_ptr<Link> link_;
    std::string nsp_ = "/";
    Audience audience_;
    /// As they were set, in that order: Node writes down also what is the default.
    Object flags_;
};

}  // namespace socketio
