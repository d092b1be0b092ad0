#pragma once
// Reads one stream, entry for entry, from its end at the start on; after an outage from the last entry that was
// read. Lives on shard 0, beside its Deployment. WIRE.md B13.
//
// Node begins at `$`, which means another place in each call: what is written between two of them is lost. This
// one asks for the last entry once and goes on from there.

#include "cluster/stream_reply.hpp"
#include "socketio/options.hpp"
#include <redis/deployment.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::cluster {

struct StreamReaderOptions {
    std::string stream;
    std::size_t entries_max = 100;
    std::chrono::milliseconds block_time{5'000};
    /// Of this server, for an entry that it has to write.
    std::string uid;
};

class StreamReader {
public:
    StreamReader(boost::asio::io_context& io, redis::Deployment& redis,
                 StreamReaderOptions options);
    StreamReader(const StreamReader&) = delete;
    StreamReader& operator=(const StreamReader&) = delete;

    // ---- Set before start() -----------------------------------------------------------------------------------
    std::function<void(const StreamEntry&)> on_entry;
    std::function<void(LogLevel, std::string_view event, std::string text)> log;

    void start();
    /// The last entry that was read, or before which all was written that does not interest; nothing before it is
    /// known and while the stream cannot be read.
    [[nodiscard]] std::optional<StreamId> position() const;
    [[nodiscard]] const std::string& stream() const noexcept { return options_.stream; }
    [[nodiscard]] redis::Deployment& redis() const noexcept { return redis_; }

private:
    void locate();
    void on_located(boost::system::error_code ec, const redis::Reply& reply);
    void read();
    void on_read(boost::system::error_code ec, const redis::Reply& reply);
    /// Past an entry that is larger than any answer may be.
    void skip();
    void fail(boost::system::error_code ec, const redis::Reply& reply);

    redis::Deployment& redis_;
    const StreamReaderOptions options_;
    boost::asio::steady_timer timer_;
    std::optional<StreamId> position_;
    std::size_t entries_now_;
    /// Of the connection, since something was read, and when no less could be asked for.
    int losses_ = 0;
    bool is_reading_ = false;
    /// In the current run of failures.
    bool has_logged_failure_ = false;
    /// Callbacks hold it weakly.
    std::shared_ptr<const char> life_ = std::make_shared<const char>('\0');
};

}  // namespace socketio::cluster
