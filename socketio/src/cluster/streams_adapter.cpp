// See streams_adapter.hpp.
#include "cluster/streams_adapter.hpp"

#include "base/assert.hpp"
#include "cluster/bounded_redis_options.hpp"
#include "cluster/codec/stream_entry.hpp"
#include "cluster/codec/stream_id.hpp"
#include "cluster/uid.hpp"

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

StreamsAdapterOptions checked(StreamsAdapterOptions options) {
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
      own(adapter.options_.delivery_wait,
          [&adapter](OwnOrder::Item item) { adapter.release(std::move(item)); }),
      timer(host.context()) {}

StreamsAdapter::StreamsAdapter(StreamsAdapterOptions options, std::string uid)
    : options_(checked(std::move(options))),
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
    parts_->sessions.position_of = [this](const std::string& stream) {
        for (const StreamReader& reader : parts_->readers) {
            if (reader.stream() == stream) return reader.position();
        }
        return std::optional<StreamId>();
    };
    for (const std::string& nsp : namespaces) on_namespace_opened(nsp);
    parts_->link.start();
    for (int i = 0; i < options_.stream_count; ++i) {
        if (i == 0) {
            add_reader(parts_->link.redis(), options_.stream_count == 1
                                                 ? options_.stream_name
                                                 : options_.stream_name + "-0");
            continue;
        }
        redis::Deployment& connection = parts_->connections.emplace_back(host.context(), redis_);
        connection.start();
        add_reader(connection, options_.stream_name + "-" + std::to_string(i));
    }
}

void StreamsAdapter::stop() {
    life_.reset();
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

void StreamsAdapter::add_reader(redis::Deployment& redis, const std::string& stream) {
    StreamReader& reader = parts_->readers.emplace_back(
        host_->context(), redis,
        StreamReaderOptions{stream, options_.read_entries_max, options_.block_time, uid_});
    reader.log = [this](LogLevel level, std::string_view event, std::string text) {
        parts_->link.log(level, event, std::move(text));
    };
    reader.on_entry = [this](const StreamEntry& entry) { on_entry(entry); };
    reader.on_passed = [this, stream](const StreamId& id) {
        parts_->sessions.on_passed(stream, id);
    };
    reader.on_failed = [this, stream] { parts_->sessions.on_reader_failed(stream); };
    reader.start();
}

void StreamsAdapter::on_entry(const StreamEntry& entry) {
    // What this server wrote it has done already, or does when its turn has come.
    if (entry.fields.uid == uid_) {
        ++status_.own;
        return;
    }
    if (!hears_every_namespace_ && !namespaces_.contains(entry.fields.nsp)) {
        ++status_.passed_over;
        return;
    }
    if (bytes_of(entry.fields) > options_.message_bytes_max) {
        parts_->link.reject(options_.stream_name, make_error_code(errc::too_large).message());
        return;
    }
    Result<ClusterMessage> decoded = decode_entry(entry.fields);
    if (decoded.has_error()) {
        parts_->link.reject(options_.stream_name, decoded.error().message());
        return;
    }
    parts_->desk.on_message(std::move(*decoded), std::string(entry.id_text));
}

void StreamsAdapter::publish(const ClusterBroadcast& broadcast) {
    if (parts_) append(broadcast.nsp, encode_entry(broadcast), broadcast);
}

void StreamsAdapter::operate(const ClusterSurgery& surgery) {
    if (parts_) append(surgery.nsp, encode_entry(surgery), surgery);
}

void StreamsAdapter::append(const std::string& nsp, const EncodedEntry& entry, OwnOrder::Item item) {
    const auto now = std::chrono::steady_clock::now();
    error_code refused;
    if (!is_read(nsp)) {
        // Logged when it was opened.
        refused = make_error_code(errc::invalid_packet);
        ++status_.lost;
    } else if (entry.data.size() > options_.message_bytes_max) {
        refused = make_error_code(errc::too_large);
        parts_->link.sent(refused);
    } else if (!parts_->link.redis().connected()) {
        refused = redis::make_error_code(redis::errc::connection_lost);
        parts_->link.sent(refused);
    }
    if (refused) {
        parts_->own.add_settled(std::move(item), now);
        return;
    }
    const OwnOrder::Ticket ticket = parts_->own.add(std::move(item), now);
    // What was released at once may have ended all this.
    if (!parts_) return;
    const std::string stream = stream_of_namespace(nsp);
    const std::string entries_max = std::to_string(options_.stream_entries_max);
    parts_->link.redis().command(
        stream,
        {"XADD", stream, "MAXLEN", "~", entries_max, "*", "uid", uid_, "nsp", nsp, "type",
         entry.type, "data", entry.data},
        [this, ticket, life = std::weak_ptr(life_)](error_code ec, const redis::Reply& reply) {
            if (life.expired()) return;
            parts_->link.sent(ec, reply.text());
            parts_->own.settle(ticket, ec ? std::string() : std::string(reply.text()));
        });
    arm_timer();
}

void StreamsAdapter::release(OwnOrder::Item item) {
    if (auto* surgery = std::get_if<ClusterSurgery>(&item)) {
        host_->operate(std::move(*surgery));
        return;
    }
    ClusterBroadcast& broadcast = std::get<ClusterBroadcast>(item);
    parts_->sessions.on_own_delivered(broadcast);
    host_->deliver(std::move(broadcast));
}

void StreamsAdapter::arm_timer() {
    if (parts_->is_timer_armed || parts_->own.empty()) return;
    parts_->is_timer_armed = true;
    parts_->timer.expires_after(own_order_tick);
    parts_->timer.async_wait([this, life = std::weak_ptr(life_)](const error_code& ec) {
        if (ec || life.expired()) return;
        parts_->is_timer_armed = false;
        parts_->own.on_time(std::chrono::steady_clock::now());
        if (!life.expired()) arm_timer();
    });
}

// ---- Questions ---------------------------------------------------------------------------------

void StreamsAdapter::ask(const ClusterBroadcast& broadcast, std::chrono::milliseconds timeout,
                         const std::shared_ptr<BroadcastQuestion>& question) {
    if (parts_) parts_->desk.ask(broadcast, timeout, question);
}

void StreamsAdapter::fetch(const std::string& nsp, const Audience& audience,
                           const std::shared_ptr<FetchQuestion>& question) {
    if (parts_) parts_->desk.fetch(nsp, audience, question);
}

void StreamsAdapter::server_side_emit(const ServerSideEvent& event,
                                      const std::shared_ptr<ServerSideQuestion>& question) {
    if (parts_) parts_->desk.server_side_emit(event, question);
}

// ---- Sessions ----------------------------------------------------------------------------------

void StreamsAdapter::keep_session(const StoredSession& session, std::chrono::milliseconds duration) {
    if (parts_ && is_read(session.nsp)) parts_->sessions.keep(session, duration);
}

void StreamsAdapter::restore_session(const std::string& nsp, const std::string& pid,
                                     const std::string& offset, RestoreHandler done) {
    if (!parts_ || !is_read(nsp)) {
        done(nullptr);
        return;
    }
    parts_->sessions.restore(nsp, stream_of_namespace(nsp), pid, offset, std::move(done));
}

ClusterStatus StreamsAdapter::status() const {
    ClusterStatus status = status_;
    if (parts_) {
        status.is_reached =
            status.is_reached &&
            std::all_of(parts_->readers.begin(), parts_->readers.end(),
                        [](const StreamReader& reader) { return reader.position().has_value(); });
    }
    return status;
}

// ---- Which stream ------------------------------------------------------------------------------

bool StreamsAdapter::is_read(const std::string& nsp) const {
    return options_.stream_count == 1 || stream_index(nsp, options_.stream_count) >= 0;
}

std::string StreamsAdapter::stream_of_namespace(const std::string& nsp) const {
    return stream_of(options_.stream_name, nsp, options_.stream_count);
}

std::string StreamsAdapter::why_not_read(const std::string& nsp) const {
    return "the namespace " + nsp + " is in the stream " + stream_of_namespace(nsp) +
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
