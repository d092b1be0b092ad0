// See session_store.hpp.
#include "cluster/session_store.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace socketio::cluster {
namespace {

using boost::system::error_code;

/// A pid has 20 characters; what a client says in its place becomes a key.
constexpr std::size_t pid_bytes_max = 128;

}  // namespace

SessionStore::SessionStore(redis::Deployment& redis, SessionStoreOptions options)
    : redis_(redis), options_(std::move(options)) {}

void SessionStore::keep(const StoredSession& session, std::chrono::milliseconds duration) {
    if (duration.count() <= 0) return;
    const std::string key = options_.key_prefix + session.pid;
    const std::string text = encode_session(session);
    const std::string milliseconds = std::to_string(duration.count());
    ++pending_;
    redis_.command(key, {"SET", key, text, "PX", milliseconds},
                   [this, life = std::weak_ptr(life_)](error_code ec, const redis::Reply& reply) {
                       if (life.expired()) return;
                       --pending_;
                       if (ec == redis::errc::server_error) on_refused(reply.text());
                   });
}

void SessionStore::restore(redis::Deployment& redis, const std::string& nsp,
                           const std::string& stream, const std::string& pid,
                           const std::string& offset, RestoreHandler done) {
    const std::optional<StreamId> at = parse_stream_id(offset);
    if (!at || pid.empty() || pid.size() > pid_bytes_max || restores_ >= options_.restores_max) {
        done(nullptr);
        return;
    }
    ++restores_;
    check_offset(std::make_shared<Restore>(Restore{redis, nsp, stream, pid, *at, std::move(done)}));
}

void SessionStore::check_offset(const Pointer& restore) {
    const std::string offset = to_text(restore->at);
    ask(restore, restore->stream, {"XRANGE", restore->stream, offset, offset},
        [this, restore](const redis::Reply& reply) {
            // Cut off: the session stays for whoever it belongs to, and expires.
            if (reply.items().empty()) {
                finish(restore, false);
            } else {
                take_session(restore);
            }
        });
}

void SessionStore::take_session(const Pointer& restore) {
    const std::string key = options_.key_prefix + restore->pid;
    ask(restore, key, {"GETDEL", key}, [this, restore](const redis::Reply& reply) {
        Result<StoredSession> session = decode_session(reply.text());
        if (session.has_error() || session->pid != restore->pid || session->nsp != restore->nsp) {
            finish(restore, false);
            return;
        }
        restore->restored = std::make_unique<RestoredSession>();
        restore->restored->session = std::move(*session);
        for (const std::string& room : restore->restored->session.rooms) {
            restore->rooms.emplace(room);
        }
        read_missed(restore);
    });
}

void SessionStore::read_missed(const Pointer& restore) {
    if (++restore->calls > options_.calls_max) {
        // More is written than can be read.
        finish(restore, false);
        return;
    }
    const std::string from = to_text(restore->at);
    const std::string count = std::to_string(options_.entries_per_call + 1);
    ask(restore, restore->stream, {"XRANGE", restore->stream, from, "+", "COUNT", count},
        [this, restore](const redis::Reply& reply) { on_missed(restore, reply); });
}

void SessionStore::on_missed(const Pointer& restore, const redis::Reply& reply) {
    const std::vector<redis::Reply>& items = reply.items();
    std::optional<StreamEntry> first;
    if (!items.empty()) first = stream_entry_of(items.front());
    if (!first || first->id != restore->at) {
        finish(restore, false);
        return;
    }
    for (std::size_t i = 1; i < items.size(); ++i) {
        const std::optional<StreamEntry> entry = stream_entry_of(items[i]);
        if (!entry || !take_missed(*restore, *entry)) {
            finish(restore, false);
            return;
        }
    }
    if (items.size() > options_.entries_per_call) {
        read_missed(restore);
    } else {
        finish(restore, true);
    }
}

bool SessionStore::take_missed(Restore& restore, const StreamEntry& entry) const {
    restore.at = entry.id;
    if (entry.fields.type != "3" || entry.fields.nsp != restore.nsp) return true;
    Result<ClusterMessage> decoded = decode_entry(entry.fields);
    // What no server could read was delivered to nobody.
    if (decoded.has_error()) return true;
    auto* broadcast = std::get_if<message::Broadcast>(&decoded->body);
    if (broadcast == nullptr || broadcast->request_id || broadcast->event.flags.is_volatile ||
        !is_meant(broadcast->event.audience, restore.rooms)) {
        return true;
    }
    restore.bytes += bytes_of(entry.fields);
    if (restore.bytes > options_.bytes_max) return false;
    broadcast->event.offset = std::string(entry.id_text);
    restore.restored->missed.push_back(std::move(broadcast->event));
    return true;
}

void SessionStore::finish(const Pointer& restore, bool is_restored) {
    --restores_;
    // Views of what is moved away.
    restore->rooms.clear();
    if (!is_restored) restore->restored.reset();
    std::exchange(restore->done, nullptr)(std::move(restore->restored));
}

void SessionStore::ask(const Pointer& restore, std::string_view key,
                       std::initializer_list<std::string_view> arguments,
                       std::function<void(const redis::Reply&)> next) {
    restore->redis.command(key, arguments,
                           [this, restore, next = std::move(next), life = std::weak_ptr(life_)](
                               error_code ec, const redis::Reply& reply) {
                               if (life.expired()) return;
                               if (!ec) {
                                   next(reply);
                                   return;
                               }
                               if (ec == redis::errc::server_error) on_refused(reply.text());
                               finish(restore, false);
                           });
}

}  // namespace socketio::cluster
