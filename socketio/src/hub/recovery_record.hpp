#pragma once
// What a socket leaves behind when its connection is lost, and the letters in which it travels to the shard that
// its client comes back to. Values: each is on one shard at a time.

#include "base/time.hpp"
#include "engine/message.hpp"
#include "hub/offset_counter.hpp"
#include "hub/recovery_log.hpp"
#include "wire/cluster_offset.hpp"
#include "wire/event_offset.hpp"
#include "wire/packet_parser.hpp"
#include "wire/session_id.hpp"

#include <algorithm>
#include <any>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::hub {

/// What names a socket to its client alone, made like a session id. Whoever knows it is that client.
struct Pid {
    std::array<char, wire::session_id_length> text{};

    /// Of as many characters.
    [[nodiscard]] static Pid of(std::string_view from) noexcept {
        Pid pid;
        std::copy_n(from.begin(), pid.text.size(), pid.text.begin());
        return pid;
    }
    [[nodiscard]] std::string_view view() const noexcept { return {text.data(), text.size()}; }
    friend bool operator==(const Pid&, const Pid&) = default;
};

struct PidHash {
    /// Most of it is random: any piece will do, but the first characters, which name the shard.
    [[nodiscard]] std::size_t operator()(const Pid& pid) const noexcept {
        std::uint64_t piece = 0;
        std::memcpy(&piece, pid.text.data() + 4, sizeof piece);
        return static_cast<std::size_t>(piece);
    }
};

/// What a socket was sent when it came to this shard from another one: that one's log had it, ours has not, and
/// the connection may break again before it has arrived.
class Carried {
public:
    Carried(std::vector<engine::ContentRef> packets, base::TimePoint at,
            std::size_t& total) noexcept
        : packets_(std::move(packets)), at_(at), total_(total) {
        total_ += packets_.size();
    }
    Carried(const Carried&) = delete;
    Carried& operator=(const Carried&) = delete;
    ~Carried() { total_ -= packets_.size(); }

    [[nodiscard]] const std::vector<engine::ContentRef>& packets() const noexcept {
        return packets_;
    }
    [[nodiscard]] base::TimePoint at() const noexcept { return at_; }
    /// Kept would have been too much: nobody knows any more what it was.
    [[nodiscard]] bool is_lost() const noexcept { return is_lost_; }
    void mark_lost() noexcept { is_lost_ = true; }

private:
    std::vector<engine::ContentRef> packets_;
    base::TimePoint at_;
    std::size_t& total_;
    bool is_lost_ = false;
};

struct RecoverySession {
    struct Room {
        std::string name;
        /// In the log of the shard that the record is on.
        RecoveryLog::Position since;
    };

    Pid pid;
    std::string sid;
    std::string nsp;
    /// That its client reads: what was sent to it alone is there in no other.
    wire::PacketFormat format = wire::PacketFormat::json;
    /// Its own id among them, unless it had left that room.
    std::vector<Room> rooms;
    std::any data;
    /// From here on the log of its shard has what it was sent.
    RecoveryLog::Position start = 0;
    std::unique_ptr<Carried> carried;
    base::TimePoint left_at{};
    /// What it counts for.
    std::size_t bytes = 0;
};

/// Who is told the answer, and by which number.
struct InquiryTicket {
    unsigned shard = 0;
    std::uint64_t number = 0;

    friend bool operator==(const InquiryTicket&, const InquiryTicket&) = default;
};

/// A client asks for the state of a socket.
struct Inquiry {
    Pid pid;
    std::string nsp;
    /// What the client writes and reads.
    wire::PacketFormat format = wire::PacketFormat::json;
    /// Of the last event that the client got; nothing when it got none.
    std::optional<wire::EventOffset> offset;
    /// The same where an adapter keeps sessions: a text that wire::parse_cluster_offset() reads, or empty.
    std::string adapter_offset;
    /// When the client came: of several connections the newest counts, whichever letter is read first.
    base::TimePoint asked_at{};
    InquiryTicket asker;
};

struct RecoveryAnswer {
    Inquiry inquiry;
    unsigned from = 0;
    /// Null when there is nothing to be had.
    std::unique_ptr<RecoverySession> session;
    /// In the session's format, as wherever a socket's packets stand.
    std::vector<engine::ContentRef> missed;
    /// By the shard that answers.
    SeenOffsets seen;
    /// The socket stays where it is: it was asked for in the wrong way, or too late.
    bool stays = false;
};

/// What a socket is made of that goes on where another one was.
struct RestoredSocket {
    std::unique_ptr<RecoverySession> session;
    std::vector<engine::ContentRef> missed;
    base::TimePoint asked_at{};
    /// Where an adapter keeps sessions: it has, with what it missed, all that was sent up to here.
    std::optional<wire::ClusterOffset> has_until = {};
};

}  // namespace socketio::hub
