// See session_store.hpp.
#include "cluster/session_store.hpp"

#include "cluster/codec/stored_session.hpp"

#include <iterator>
#include <utility>
#include <variant>

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
    redis_.command(key, {"SET", key, text, "PX", milliseconds});
}

void SessionStore::restore(const std::string& nsp, const std::string& stream,
                           const std::string& pid, const std::string& offset,
                           RestoreHandler done) {
    const std::optional<StreamId> at = parse_stream_id(offset);
    if (!at || pid.empty() || pid.size() > pid_bytes_max || !redis_.connected() ||
        restores_.size() >= options_.restores_max) {
        done(nullptr);
        return;
    }
    restores_.push_back(Restore{nsp, stream, *at, std::move(done)});
    check_offset(std::prev(restores_.end()), pid);
}

void SessionStore::check_offset(Id restore, const std::string& pid) {
    const std::string offset = to_text(restore->at);
    redis_.command(restore->stream, {"XRANGE", restore->stream, offset, offset},
                   [this, restore, pid, life = std::weak_ptr(life_)](error_code ec,
                                                                     const redis::Reply& reply) {
                       if (life.expired()) return;
                       // Cut off: the session stays for whoever it belongs to, and expires.
                       if (ec || reply.items().empty()) {
                           finish(restore, false);
                       } else {
                           take_session(restore, pid);
                       }
                   });
}

void SessionStore::take_session(Id restore, const std::string& pid) {
    const std::string key = options_.key_prefix + pid;
    redis_.command(
        key, {"GETDEL", key},
        [this, restore, pid, life = std::weak_ptr(life_)](error_code ec, const redis::Reply& reply) {
            if (life.expired()) return;
            Result<StoredSession> session = make_error_code(errc::invalid_packet);
            if (!ec && !reply.is_null()) session = decode_session(reply.text());
            if (session.has_error() || session->pid != pid || session->nsp != restore->nsp) {
                finish(restore, false);
                return;
            }
            restore->restored = std::make_unique<RestoredSession>();
            restore->restored->session = std::move(*session);
            read_missed(restore);
        });
}

void SessionStore::read_missed(Id restore) {
    if (++restore->calls > options_.calls_max) {
        // More is written than can be read.
        finish(restore, false);
        return;
    }
    const std::string from = to_text(restore->at);
    const std::string count = std::to_string(options_.entries_per_call + 1);
    redis_.command(restore->stream, {"XRANGE", restore->stream, from, "+", "COUNT", count},
                   [this, restore, life = std::weak_ptr(life_)](error_code ec,
                                                                const redis::Reply& reply) {
                       if (!life.expired()) on_missed(restore, ec, reply);
                   });
}

void SessionStore::on_missed(Id restore, error_code ec, const redis::Reply& reply) {
    const std::vector<redis::Reply>& items = reply.items();
    const std::optional<StreamEntry> first =
        ec || items.empty() ? std::nullopt : stream_entry_of(items.front());
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
        hand_over(restore);
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
        !is_meant(broadcast->event.audience, restore.restored->session.rooms)) {
        return true;
    }
    restore.bytes += bytes_of(entry.fields);
    if (restore.bytes > options_.bytes_max) return false;
    broadcast->event.offset = std::string(entry.id_text);
    restore.restored->missed.push_back(std::move(broadcast->event));
    return true;
}

void SessionStore::hand_over(Id restore) {
    const std::optional<StreamId> position = position_of(restore->stream);
    if (!position) {
        finish(restore, false);
    } else if (*position > restore->at) {
        read_missed(restore);
    } else if (*position == restore->at) {
        finish(restore, true);
    } else {
        restore->waits_for_reader = true;
    }
}

void SessionStore::on_passed(const std::string& stream, const StreamId& id) {
    const std::weak_ptr<const char> life = life_;
    for (Id restore = restores_.begin(); restore != restores_.end();) {
        const Id next = std::next(restore);
        if (restore->waits_for_reader && restore->stream == stream && id >= restore->at) {
            finish(restore, true);
        }
        // Whoever was told may have ended all this.
        if (life.expired()) return;
        restore = next;
    }
}

void SessionStore::on_reader_failed(const std::string& stream) {
    const std::weak_ptr<const char> life = life_;
    for (Id restore = restores_.begin(); restore != restores_.end();) {
        const Id next = std::next(restore);
        if (restore->waits_for_reader && restore->stream == stream) finish(restore, false);
        // Whoever was told may have ended all this.
        if (life.expired()) return;
        restore = next;
    }
}

void SessionStore::on_own_delivered(const ClusterBroadcast& broadcast) {
    const std::optional<StreamId> id = parse_stream_id(broadcast.offset);
    for (Restore& restore : restores_) {
        if (restore.restored == nullptr || restore.nsp != broadcast.nsp ||
            broadcast.flags.is_volatile ||
            !is_meant(broadcast.audience, restore.restored->session.rooms)) {
            continue;
        }
        // With a place in the stream, it is read there unless the end was read before.
        const bool is_unread = !id || (restore.waits_for_reader && *id > restore.at);
        if (is_unread) restore.late.push_back(broadcast);
    }
}

void SessionStore::finish(Id restore, bool is_restored) {
    RestoreHandler done = std::move(restore->done);
    std::unique_ptr<RestoredSession> restored;
    if (is_restored) {
        restored = std::move(restore->restored);
        for (ClusterBroadcast& broadcast : restore->late) {
            restored->missed.push_back(std::move(broadcast));
        }
    }
    restores_.erase(restore);
    done(std::move(restored));
}

}  // namespace socketio::cluster
