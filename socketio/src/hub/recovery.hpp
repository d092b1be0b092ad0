#pragma once
// Connection state recovery on one shard, in the memory of this process: which of its sockets may come back, what
// those that are away left behind, and what they have missed. Lives on one shard; hubs talk by letter
// (NamespacePort::post_to_hub). Socket.IO protocol v5, docs/protocol.md.
//
// A socket is known to its client by a pid, whose first byte names the shard that made it: its home. The state
// of a socket is where it was connected last; its home knows where that is.
//
//   client, on shard B      home of the pid, A            shard C, where the socket was connected last
//   CONNECT {pid, offset} --Inquiry-->  on its way to B --Inquiry-->  old connection closed, record taken out
//   adopt() <-----------------------------------------------RecoveryAnswer--  with what its log has for it
//   CONNECT reply         --settled-->  it is on B
//
// No event is missed or comes twice meanwhile: the answer says which broadcasts C has seen. B waits until it
// has seen as much, and adds what it has seen besides.

#include "base/deadline_queue.hpp"
#include "engine/message.hpp"
#include "hub/namespace_port.hpp"
#include "hub/offset_counter.hpp"
#include "hub/recovery_desk.hpp"
#include "hub/recovery_home.hpp"
#include "hub/recovery_log.hpp"
#include "hub/recovery_record.hpp"
#include "hub/recovery_records.hpp"
#include "socketio/counters.hpp"
#include "socketio/error.hpp"
#include "socketio/options.hpp"
#include "wire/event_offset.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <any>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace socketio::hub {

class Hub;
class SocketState;

class Recovery final : public RecoveryDesk {
public:
    Recovery(Hub& hub, const RecoveryOptions& options);

    [[nodiscard]] wire::EventOffset next_offset() noexcept;
    /// An event to one socket of this shard.
    void note_direct(const SocketState& socket, engine::ContentRef content);

    // ---- RecoveryDesk --------------------------------------------------------------------------
    [[nodiscard]] Noted note(const Delivery& delivery) override;
    void on_delivered(RecoveryLog::Position noted) override;
    [[nodiscard]] RecoveryLog::Position end() const noexcept override { return log_.end(); }
    void admit(SocketState& socket) override;
    void admit_restored(SocketState& socket, RestoredSocket& restored) override;
    [[nodiscard]] bool on_connected(SocketState& socket, RecoveryLog::Position since,
                                    std::vector<engine::ContentRef>& packets) override;
    [[nodiscard]] std::string_view pid_of(const SocketState& socket) const override;
    [[nodiscard]] std::unique_ptr<RecoverySession> detach(SocketState& socket,
                                                          DisconnectReason reason) override;
    void keep(std::unique_ptr<RecoverySession> session, std::any data) override;
    void forget(SocketState& socket) override;
    void forget_namespace(std::string_view nsp) override;
    [[nodiscard]] std::optional<Inquiry> read_inquiry(std::string_view nsp, const Value& payload,
                                                      wire::PacketFormat format) override;
    void restore(Inquiry inquiry, Taker taker) override;

    // ---- For tests -----------------------------------------------------------------------------
    [[nodiscard]] const RecoveryLog& log() const noexcept { return log_; }
    [[nodiscard]] std::size_t sessions() const noexcept { return records_.size(); }
    /// Pids of this shard whose sockets are elsewhere.
    [[nodiscard]] std::size_t away() const noexcept { return home_.size(); }
    /// Clients that wait for an answer.
    [[nodiscard]] std::size_t asking() const noexcept { return takers_.size(); }

private:
    /// Of a socket that is here.
    struct Live {
        SocketState* socket;
        RecoveryLog::Position start;
        std::unique_ptr<Carried> carried;
        /// When its client asked for it.
        base::TimePoint asked_at;
        /// While it is restored and not connected yet: since when it was away.
        std::optional<base::TimePoint> left_at;
    };

    [[nodiscard]] EventContents as_kept(const EventContents& contents) const;
    void admit_waiting();

    // ---- At home -------------------------------------------------------------------------------
    void on_inquiry(const Inquiry& inquiry);
    [[nodiscard]] bool has(const Pid& pid) const;

    // ---- Where the socket was connected last ----------------------------------------------------
    void hand_over(const Inquiry& inquiry);
    [[nodiscard]] std::unique_ptr<RecoverySession> take_out(const Inquiry& inquiry);
    [[nodiscard]] std::optional<std::vector<engine::ContentRef>> missed_by(
        const RecoverySession& session, const Inquiry& inquiry);
    [[nodiscard]] bool take_carried(const RecoverySession& session, const Inquiry& inquiry,
                                    std::vector<engine::ContentRef>& missed) const;
    [[nodiscard]] bool is_ours(wire::EventOffset offset) const noexcept;
    /// With nothing.
    [[nodiscard]] std::unique_ptr<RecoveryAnswer> make_answer(const Inquiry& inquiry) const;
    void answer(std::unique_ptr<RecoveryAnswer> reply);

    // ---- Where the client is -------------------------------------------------------------------
    void on_answer(std::unique_ptr<RecoveryAnswer> answer);
    void adopt(RecoveryAnswer& answer);
    void finish(RecoveryAnswer& answer);

    // ---- Records -------------------------------------------------------------------------------
    void put(std::unique_ptr<RecoverySession> session);
    /// Those sockets will not come back.
    void tell_homes(const std::vector<Pid>& forgotten);
    [[nodiscard]] unsigned home_of(const Pid& pid) const noexcept;
    [[nodiscard]] base::TimePoint now() const noexcept;
    [[nodiscard]] RecoveryLog::Reader reader(wire::PacketFormat format) const noexcept;
    /// At once when it is this one.
    template <class Work>
    void on_hub(unsigned shard, Work work);
    [[nodiscard]] std::uint64_t now_ms() const noexcept;
    void count();
    void arm();
    void on_time(base::TimePoint now);

    Hub& hub_;
    const unsigned shard_;
    const unsigned shards_;
    /// Of what is sent to a socket, all that is older than this when its end is noticed has arrived.
    const base::Milliseconds certain_after_;
    const std::uint64_t born_ms_;
    Counters own_counters_;
    Counters& counters_;

    OffsetCounter offsets_;
    SeenOffsets seen_;
    RecoveryLog log_;
    /// Packets in all Carried of this shard; destroyed after them.
    std::size_t carried_packets_ = 0;

    boost::unordered_flat_map<Pid, Live, PidHash> live_;
    boost::unordered_flat_map<const SocketState*, Pid> pids_;
    RecoveryRecords records_;
    RecoveryHome home_;
    /// Of sockets that carry something, the oldest first: it is of use for a while only.
    std::deque<std::pair<base::TimePoint, Pid>> carriers_;

    boost::unordered_flat_map<std::uint64_t, Taker> takers_;
    std::uint64_t last_ticket_ = 0;
    /// Answers of shards that have seen more.
    std::vector<std::unique_ptr<RecoveryAnswer>> waiting_;
    base::MemberDeadline<Recovery, &Recovery::on_time> deadline_{*this};
    base::TimePoint armed_for_{};
};

}  // namespace socketio::hub
