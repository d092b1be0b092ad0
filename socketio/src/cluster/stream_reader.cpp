// See stream_reader.hpp.
#include "cluster/stream_reader.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

/// The connection itself waits longer from time to time.
constexpr std::chrono::milliseconds read_again_after{250};
/// Connections that end one after the other when they are asked for a single entry: it is to blame.
constexpr int losses_max = 4;

}  // namespace

StreamReader::StreamReader(boost::asio::io_context& io, redis::Deployment& redis,
                           StreamReaderOptions options)
    : redis_(redis), options_(std::move(options)), timer_(io), entries_now_(options_.entries_max) {}

void StreamReader::start() {
    locate();
}

std::optional<StreamId> StreamReader::position() const {
    return is_reading_ ? position_ : std::nullopt;
}

void StreamReader::locate() {
    redis_.command(options_.stream, {"XREVRANGE", options_.stream, "+", "-", "COUNT", "1"},
                   [this, life = std::weak_ptr(life_)](error_code ec, const redis::Reply& reply) {
                       if (!life.expired()) on_located(ec, reply);
                   });
}

void StreamReader::on_located(error_code ec, const redis::Reply& reply) {
    if (ec) {
        fail(ec, reply);
        return;
    }
    StreamId last;
    if (!reply.items().empty()) {
        const std::optional<StreamEntry> entry = stream_entry_of(reply.items().front());
        if (entry) last = entry->id;
    }
    if (position_ && last < *position_) {
        // Its data was lost, or an older copy of it serves now: later entries may have smaller ids.
        log(LogLevel::warn, "redis stream went back",
            options_.stream + ": from " + to_text(*position_) + " to " + to_text(last));
        position_ = last;
    }
    if (!position_) position_ = last;
    has_logged_failure_ = false;
    is_reading_ = true;
    read();
}

void StreamReader::read() {
    const std::string wait = std::to_string(options_.block_time.count());
    const std::string count = std::to_string(entries_now_);
    const std::string from = to_text(*position_);
    redis_.blocking_command(
        options_.stream, {"XREAD", "BLOCK", wait, "COUNT", count, "STREAMS", options_.stream, from},
        [this, life = std::weak_ptr(life_)](error_code ec, const redis::Reply& reply) {
            if (!life.expired()) on_read(ec, reply);
        });
}

void StreamReader::on_read(error_code ec, const redis::Reply& reply) {
    if (ec) {
        fail(ec, reply);
        return;
    }
    losses_ = 0;
    entries_now_ = std::min(entries_now_ * 2, options_.entries_max);
    const std::weak_ptr<const char> life = life_;
    for (const redis::Reply& element : entries_read(reply)) {
        const std::optional<StreamEntry> entry = stream_entry_of(element);
        if (!entry) continue;
        position_ = entry->id;
        on_entry(*entry);
        if (life.expired()) return;
    }
    read();
}

void StreamReader::skip() {
    log(LogLevel::error, "redis stream entry too large",
        options_.stream + ": what follows it is read on, what stands before the new end is not");
    // There is no way to ask for ids alone: an entry of our own says where the end is.
    redis_.command(options_.stream,
                   {"XADD", options_.stream, "*", "uid", options_.uid, "nsp", "/", "type", "2"},
                   [this, life = std::weak_ptr(life_)](error_code ec, const redis::Reply& reply) {
                       if (life.expired()) return;
                       const std::optional<StreamId> end = parse_stream_id(reply.text());
                       if (ec || !end) {
                           fail(ec, reply);
                           return;
                       }
                       position_ = *end;
                       losses_ = 0;
                       is_reading_ = true;
                       read();
                   });
}

void StreamReader::fail(error_code ec, const redis::Reply& reply) {
    is_reading_ = false;
    if (ec == redis::errc::connection_lost) {
        // Perhaps it was more than an answer may be, which ends the connection.
        if (entries_now_ > 1) {
            entries_now_ /= 2;
        } else {
            ++losses_;
        }
    }
    // An outage is told of by the connection; what Redis says to the command is not.
    if (ec == redis::errc::server_error && !std::exchange(has_logged_failure_, true)) {
        log(LogLevel::error, "redis stream cannot be read",
            options_.stream + ": " + std::string(reply.text()));
    }
    timer_.expires_after(read_again_after);
    timer_.async_wait([this, life = std::weak_ptr(life_)](const error_code& timer_ec) {
        if (timer_ec || life.expired()) return;
        if (losses_ < losses_max) {
            locate();
        } else {
            skip();
        }
    });
}

}  // namespace socketio::cluster
