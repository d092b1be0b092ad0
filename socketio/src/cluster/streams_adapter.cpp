// See streams_adapter.hpp.
#include "cluster/streams_adapter.hpp"

#include "base/assert.hpp"
#include "cluster/codec/stream_entry.hpp"
#include "cluster/codec/stream_id.hpp"
#include "cluster/redis_options.hpp"
#include "cluster/uid.hpp"
#include "socketio/error.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

namespace socketio {
namespace cluster {
namespace {

using boost::system::error_code;

/// How often OwnOrder is asked whether Redis is silent.
constexpr std::chrono::milliseconds own_order_tick{100};
constexpr int stream_count_max = 1'024;

redis::Options streams_redis_options(const StreamsAdapterOptions& options) {
    return bounded_redis_options(
        options.url,
        {options.message_bytes_max, options.pending_messages_max, options.pending_bytes_max});
}

StreamsAdapterOptions checked_streams_options(StreamsAdapterOptions options) {
    if (options.stream_count < 1 || options.stream_count > stream_count_max) {
        throw std::invalid_argument("stream_count must be from 1 to " +
                                    std::to_string(stream_count_max));
    }
    if (options.read_entries_max == 0) {
        throw std::invalid_argument("read_entries_max must be at least 1");
    }
    const auto longest = redis::Options().keep_alive_interval;
    if (options.block_time.count() < 1 || options.block_time > longest) {
        throw std::invalid_argument("block_time must be from 1 ms to " +
                                    std::to_string(longest.count()) + " ms");
    }
    return options;
}

}  // namespace

StreamsAdapter::Parts::Parts(AdapterHost& host, StreamsAdapter& adapter)
    : link(host, adapter.redis_, adapter.status_),
      channels(link, adapter.status_,
               {adapter.options_.channel_prefix, adapter.options_.sharded_channels, true,
                adapter.options_.message_bytes_max},
               adapter.uid_),
      desk(host, adapter.status_, channels, adapter.uid_,
           {.heartbeat_interval = adapter.options_.heartbeat_interval,
            .heartbeat_timeout = adapter.options_.heartbeat_timeout}),
      sessions(link.redis(), {.key_prefix = adapter.options_.session_key_prefix,
                              .bytes_max = adapter.options_.restore_bytes_max}),
      timer(host.context()) {}

StreamsAdapter::Stream::Stream(StreamsAdapter& adapter, redis::Deployment& redis, std::string name)
    : reader(adapter.host_->context(), redis,
             StreamReaderOptions{std::move(name), adapter.options_.read_entries_max,
                                 adapter.options_.block_time, adapter.uid_}),
      own(adapter.options_.delivery_wait,
          [&adapter](OwnOrder::Item item) { adapter.release(std::move(item)); }) {}

StreamsAdapter::StreamsAdapter(StreamsAdapterOptions options, std::string uid)
    : options_(checked_streams_options(std::move(options))),
      redis_(streams_redis_options(options_)),
      uid_(std::move(uid)) {
    status_.adapter = "streams";
    status_.name = uid_;
}

// ---- Start and end -----------------------------------------------------------------------------

void StreamsAdapter::start(AdapterHost& host) {
    SOCKETIO_ASSERT(!parts_);
    const std::vector<std::string> namespaces = host.namespaces();
    for (const std::string& nsp : namespaces) {
        if (!is_read(nsp)) throw std::invalid_argument(why_not_read(nsp));
    }
    host_ = &host;
    life_ = std::make_shared<const char>('\0');
    hears_every_namespace_ = host.wants_every_namespace();
    parts_.emplace(host, *this);
    parts_->link.on_ready = [this] { parts_->desk.on_ready(); };
    parts_->link.on_message = [this](const redis::Message& message) {
        if (std::optional<ClusterMessage> read = parts_->channels.read(message)) {
            parts_->desk.on_message(std::move(*read));
        }
    };
    parts_->sessions.on_refused = [this](std::string_view text) {
        parts_->link.log(LogLevel::error, "redis refused a session", std::string(text));
    };
    for (const std::string& nsp : namespaces) on_namespace_opened(nsp);
    parts_->link.start();
    if (options_.stream_count == 1) {
        add_stream(parts_->link.redis(), options_.stream_name);
        return;
    }
    for (int i = 0; i < options_.stream_count; ++i) {
        std::string name = options_.stream_name + "-" + std::to_string(i);
        if (i == 0) {
            add_stream(parts_->link.redis(), std::move(name));
            continue;
        }
        redis::Deployment& connection = parts_->connections.emplace_back(host.context(), redis_);
        connection.start();
        add_stream(connection, std::move(name));
    }
}

void StreamsAdapter::stop() {
    life_.reset();
    if (parts_) parts_->desk.leave();
    parts_.reset();
    namespaces_.clear();
    host_ = nullptr;
    status_.is_reached = false;
}

void StreamsAdapter::on_namespace_opened(const std::string& nsp) {
    if (!parts_) return;
    if (!is_read(nsp)) {
        parts_->link.log(LogLevel::error, "namespace is not joined with other servers",
                         why_not_read(nsp));
        return;
    }
    namespaces_.insert(nsp);
    parts_->channels.open(nsp);
    parts_->desk.open(nsp);
}

void StreamsAdapter::on_namespace_closed(const std::string& nsp) {
    if (!parts_ || namespaces_.erase(nsp) == 0) return;
    parts_->desk.close(nsp);
    parts_->channels.close(nsp);
}

// ---- The stream --------------------------------------------------------------------------------

void StreamsAdapter::add_stream(redis::Deployment& redis, std::string name) {
    Stream& stream =
        *parts_->streams.emplace_back(std::make_unique<Stream>(*this, redis, std::move(name)));
    stream.reader.log = [this](LogLevel level, std::string_view event, std::string text) {
        parts_->link.log(level, event, std::move(text));
    };
    stream.reader.on_entry = [this, &stream](const StreamEntry& entry) { on_entry(stream, entry); };
    stream.reader.start();
}

void StreamsAdapter::on_entry(Stream& stream, const StreamEntry& entry) {
    if (entry.fields.uid == uid_) {
        ++status_.own;
        stream.own.on_entry(entry.fields, entry.id_text);
        return;
    }
    if (!hears_every_namespace_ && !namespaces_.contains(entry.fields.nsp)) {
        ++status_.passed_over;
        return;
    }
    if (bytes_of(entry.fields) > options_.message_bytes_max) {
        parts_->link.reject(stream.reader.stream(), make_error_code(errc::too_large).message());
        return;
    }
    Result<ClusterMessage> decoded = decode_entry(entry.fields);
    if (decoded.has_error()) {
        parts_->link.reject(stream.reader.stream(), decoded.error().message());
        return;
    }
    // Of namespaces that are not open the host wants broadcasts alone.
    if (!namespaces_.contains(entry.fields.nsp) &&
        !std::holds_alternative<message::Broadcast>(decoded->body)) {
        ++status_.passed_over;
        return;
    }
    parts_->desk.on_message(std::move(*decoded), std::string(entry.id_text));
}

void StreamsAdapter::publish(const ClusterBroadcast& broadcast) {
    if (!parts_) return;
    ClusterBroadcast own = broadcast;
    own.is_own = true;
    append(broadcast.nsp, encode_entry(broadcast), std::move(own));
}

void StreamsAdapter::operate(const ClusterSurgery& surgery) {
    if (parts_) append(surgery.nsp, encode_entry(surgery), surgery);
}

void StreamsAdapter::append(const std::string& nsp, EncodedEntry entry, OwnOrder::Item item) {
    if (!is_read(nsp)) {
        // Logged when it was opened.
        ++status_.lost;
        release(std::move(item));
        return;
    }
    Stream& stream = stream_of_namespace(nsp);
    const auto now = std::chrono::steady_clock::now();
    if (entry.data.size() > options_.message_bytes_max) {
        parts_->link.sent(make_error_code(errc::too_large));
        stream.own.add_unwritten(std::move(item), now);
        return;
    }
    const std::string entries_max = std::to_string(options_.stream_entries_max);
    const std::string& name = stream.reader.stream();
    parts_->link.redis().command(
        name,
        {"XADD", name, "MAXLEN", "~", entries_max, "*", "uid", uid_, "nsp", nsp, "type", entry.type,
         "data", entry.data},
        [this, &stream, ticket = stream.own.next(), life = std::weak_ptr(life_)](
            error_code ec, const redis::Reply& reply) {
            if (life.expired()) return;
            parts_->link.sent(ec, reply.text());
            stream.own.settle(ticket, !ec);
        });
    if (parts_->channels.is_connected() && stream.reader.position()) {
        stream.own.add(std::move(item), std::move(entry), now);
        arm_timer();
    } else {
        // It is written later, and nobody here waits for it.
        stream.own.add_unwritten(std::move(item), now);
    }
}

void StreamsAdapter::release(OwnOrder::Item item) {
    if (auto* surgery = std::get_if<ClusterSurgery>(&item)) {
        host_->operate(std::move(*surgery));
        return;
    }
    host_->deliver(std::get<ClusterBroadcast>(std::move(item)));
}

void StreamsAdapter::arm_timer() {
    // Somebody who was told may have stopped it.
    if (!parts_) return;
    const bool is_idle = std::all_of(parts_->streams.begin(), parts_->streams.end(),
                                     [](const auto& stream) { return stream->own.empty(); });
    if (parts_->is_timer_armed || is_idle) return;
    parts_->is_timer_armed = true;
    parts_->timer.expires_after(own_order_tick);
    parts_->timer.async_wait([this, life = std::weak_ptr(life_)](const error_code& ec) {
        if (ec || life.expired()) return;
        parts_->is_timer_armed = false;
        const auto now = std::chrono::steady_clock::now();
        for (const auto& stream : parts_->streams) {
            stream->own.on_time(now);
            if (life.expired()) return;
        }
        arm_timer();
    });
}

// ---- Questions ---------------------------------------------------------------------------------

void StreamsAdapter::ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
                         const std::shared_ptr<BroadcastQuestion>& question) {
    if (!parts_) return question->fail(make_error_code(errc::disconnected));
    parts_->desk.ask(broadcast, timeout, question);
}

void StreamsAdapter::fetch(const std::string& nsp, const Audience& audience,
                           const std::shared_ptr<FetchQuestion>& question) {
    if (!parts_) return question->fail(make_error_code(errc::disconnected));
    parts_->desk.fetch(nsp, audience, question);
}

void StreamsAdapter::server_side_emit(const ServerSideEvent& event,
                                      const std::shared_ptr<ServerSideQuestion>& question) {
    if (parts_) return parts_->desk.server_side_emit(event, question);
    if (question != nullptr) question->fail(make_error_code(errc::disconnected));
}

// ---- Sessions ----------------------------------------------------------------------------------

void StreamsAdapter::keep_session(const StoredSession& session,
                                  std::chrono::milliseconds duration) {
    if (parts_ && is_read(session.nsp)) parts_->sessions.keep(session, duration);
}

void StreamsAdapter::restore_session(const std::string& nsp, const std::string& pid,
                                     const std::string& offset, RestoreHandler done) {
    // Of a Cluster, the masters that are asked may be there.
    const bool is_away = parts_ && parts_->link.is_lost() && redis_.kind != redis::Kind::cluster;
    if (!parts_ || !is_read(nsp) || is_away) {
        done(nullptr);
        return;
    }
    const StreamReader& reader = stream_of_namespace(nsp).reader;
    parts_->sessions.restore(reader.redis(), nsp, reader.stream(), pid, offset, std::move(done));
}

std::size_t StreamsAdapter::sessions_pending() const noexcept {
    return parts_ ? parts_->sessions.pending() : 0;
}

ClusterStatus StreamsAdapter::status() const {
    ClusterStatus status = status_;
    if (parts_) {
        status.is_reached =
            status.is_reached &&
            std::all_of(parts_->streams.begin(), parts_->streams.end(),
                        [](const auto& stream) { return stream->reader.position().has_value(); });
    }
    return status;
}

// ---- Which stream ------------------------------------------------------------------------------

bool StreamsAdapter::is_read(const std::string& nsp) const {
    return options_.stream_count == 1 || stream_index(nsp, options_.stream_count) >= 0;
}

StreamsAdapter::Stream& StreamsAdapter::stream_of_namespace(const std::string& nsp) const {
    const int number = options_.stream_count == 1 ? 0 : stream_index(nsp, options_.stream_count);
    return *parts_->streams[static_cast<std::size_t>(number)];
}

std::string StreamsAdapter::why_not_read(const std::string& nsp) const {
    return "the namespace " + nsp + " is in the stream " +
           stream_of(options_.stream_name, nsp, options_.stream_count) +
           ", which no server reads: the hash of its name is negative, with " +
           std::to_string(options_.stream_count) +
           " streams; use one stream, another number of them or another name";
}

}  // namespace cluster

std::shared_ptr<Adapter> streams_adapter(StreamsAdapterOptions options) {
    return std::make_shared<cluster::StreamsAdapter>(std::move(options), cluster::hex_uid());
}

std::shared_ptr<Adapter> streams_adapter(std::string url) {
    StreamsAdapterOptions options;
    options.url = std::move(url);
    return streams_adapter(std::move(options));
}

}  // namespace socketio
