#pragma once
// Where the sockets are whose pids were made on this shard, as far as they are elsewhere: on another shard, or on
// their way to one. Inquiries for one pid are led there one after the other. Lives on the pids' shard.

#include "hub/recovery_record.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <optional>

namespace socketio::hub {

class RecoveryHome {
public:
    struct Direction {
        /// Who answers the inquiry; nothing when it has to wait.
        std::optional<unsigned> shard;
        /// An inquiry that nobody answers any more, since a newer one waits: the given one, perhaps.
        std::optional<Inquiry> too_late;
    };

    explicit RecoveryHome(unsigned shard) noexcept : shard_(shard) {}

    /// `is_here`: the socket, or what it left behind, is on this shard.
    [[nodiscard]] Direction direct(const Inquiry& inquiry, bool is_here);
    /// Who asked has the answer, and the socket is there now, or somewhere else, or gone. The inquiry that
    /// waited for this, if there is one.
    [[nodiscard]] std::optional<Inquiry> settle(const Pid& pid, const InquiryTicket& ticket,
                                                std::optional<unsigned> place);
    /// The socket has left for good where it was.
    void forget(const Pid& pid, unsigned shard);

    /// Pids whose sockets are elsewhere: at most as many as there are sockets, and ones that are away.
    [[nodiscard]] std::size_t size() const noexcept { return away_.size(); }

private:
    struct Away {
        unsigned shard;
        /// It is under way to who asked, and has not arrived.
        std::optional<InquiryTicket> transit;
        std::optional<Inquiry> waiting;
    };

    const unsigned shard_;
    boost::unordered_flat_map<Pid, Away, PidHash> away_;
};

}  // namespace socketio::hub
