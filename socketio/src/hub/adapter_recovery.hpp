#pragma once
// Connection state recovery on one shard, where the adapter keeps sessions and broadcasts for all servers of a
// cluster (Adapter::keeps_sessions()). Lives on one shard; shard 0 speaks with the adapter. Socket.IO protocol v5,
// docs/protocol.md.
//
//   client, on shard B            shard 0                         all shards of this server
//   CONNECT {pid, offset} -->     find()                     -->  the old connection, if it is here, is closed:
//                                                            <--  what it leaves behind goes to the adapter first
//                                 Adapter::restore_session()
//   on_answer()           <--     the session, and what was missed
//
// No event is missed or comes twice meanwhile, since a namespace's broadcasts come in the order of their offsets:
// from CONNECT on what comes to B stands in its ArrivalLog. What is behind the last one missed follows from there
// and then live; what is not is no news to this socket, however late it comes.

#include "base/deadline_queue.hpp"
#include "hub/arrival_log.hpp"
#include "hub/recovery_desk.hpp"
#include "socketio/adapter.hpp"
#include "socketio/counters.hpp"
#include "wire/cluster_offset.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <any>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace socketio::hub {

class Hub;
class NamespaceState;

class AdapterRecovery final : public RecoveryDesk {
public:
    AdapterRecovery(Hub& hub, const RecoveryOptions& options);

    // ---- RecoveryDesk --------------------------------------------------------------------------
    [[nodiscard]] Noted note(const Delivery& delivery) override;
    void on_delivered(RecoveryLog::Position) override {}
    [[nodiscard]] RecoveryLog::Position end() const noexcept override { return arrivals_.end(); }
    void admit(SocketState& socket) override;
    void admit_restored(SocketState& socket, RestoredSocket& restored) override;
    [[nodiscard]] bool on_connected(SocketState& socket, RecoveryLog::Position since,
                                    std::vector<engine::ContentRef>& packets) override;
    [[nodiscard]] std::string_view pid_of(const SocketState& socket) const override;
    [[nodiscard]] std::unique_ptr<RecoverySession> detach(SocketState& socket,
                                                          DisconnectReason reason) override;
    void keep(std::unique_ptr<RecoverySession> session, std::any data) override;
    void forget(SocketState& socket) override;
    /// The namespace may be open on other servers.
    void forget_namespace(std::string_view) override {}
    [[nodiscard]] std::optional<Inquiry> read_inquiry(std::string_view nsp, const Value& payload,
                                                      wire::PacketFormat format) override;
    void restore(Inquiry inquiry, Taker taker) override;

    // ---- For tests -----------------------------------------------------------------------------
    /// Clients that wait for the adapter's answer.
    [[nodiscard]] std::size_t asking() const noexcept { return requests_.size(); }
    /// Sockets to which broadcasts may come that they have.
    [[nodiscard]] std::size_t ahead() const noexcept { return returning_.size(); }
    [[nodiscard]] std::size_t arrivals() const noexcept { return arrivals_.size(); }

private:
    /// Of a socket that is here.
    struct Live {
        SocketState* socket;
        /// When its client asked for it.
        base::TimePoint asked_at;
    };
    struct Request {
        Inquiry inquiry;
        Taker taker;
        ArrivalLog::Position since;
    };
    /// A restored socket that is not connected yet, or has more than has come to this shard.
    struct Returning {
        /// Nothing when its client had got no event, and had missed none.
        std::optional<wire::ClusterOffset> has_until;
        /// Until it is connected.
        std::optional<ArrivalLog::Position> since;
    };

    // ---- On shard 0 ----------------------------------------------------------------------------
    void find(const Inquiry& inquiry);
    void ask_adapter(const Inquiry& inquiry);

    // ---- Where the old connection may be --------------------------------------------------------
    void close_older(const Inquiry& inquiry);

    // ---- Where the client is -------------------------------------------------------------------
    void on_answer(const Inquiry& inquiry, std::unique_ptr<RestoredSession> answer);
    [[nodiscard]] std::optional<RestoredSocket> make_restored(const Request& request,
                                                              RestoredSession& answer);
    [[nodiscard]] bool append_missed(const Request& request,
                                     const std::vector<ClusterBroadcast>& missed,
                                     RestoredSocket& restored) const;
    [[nodiscard]] RecoveryLog::Reader reader(wire::PacketFormat format) const noexcept;
    void arm();
    void on_time(base::TimePoint now);

    void forget_returning(SocketState& socket);
    void find_known_to(const NamespaceState& nsp, const wire::ClusterOffset& offset);
    /// On any shard; what is stored is told to the adapter on shard 0.
    void store(StoredSession session);
    [[nodiscard]] NamespacePort* port() const;
    [[nodiscard]] base::TimePoint now() const noexcept;
    /// At once when it is this one.
    template <class Work>
    void on_hub(unsigned shard, Work work);

    Hub& hub_;
    const unsigned shard_;
    const unsigned shards_;
    Counters own_counters_;
    Counters& counters_;

    ArrivalLog arrivals_;
    /// Of the newest broadcast that has come here.
    boost::unordered_flat_map<const NamespaceState*, wire::ClusterOffset> newest_;
    boost::unordered_flat_map<Pid, Live, PidHash> live_;
    boost::unordered_flat_map<const SocketState*, Pid> pids_;
    std::unordered_map<SocketState*, Returning> returning_;
    /// As Noted::known_to.
    std::vector<SocketState*> known_to_;
    /// By number, the oldest first.
    std::map<std::uint64_t, Request> requests_;
    std::uint64_t last_ticket_ = 0;
    base::MemberDeadline<AdapterRecovery, &AdapterRecovery::on_time> deadline_{*this};
};

}  // namespace socketio::hub
