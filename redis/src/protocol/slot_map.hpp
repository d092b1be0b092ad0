#pragma once
// Which master of a Redis Cluster has which slot. I/O-free; lives where its client lives.

#include "protocol/hash_slot.hpp"
#include <redis/error.hpp>
#include <redis/options.hpp>
#include <redis/reply.hpp>

#include <cstdint>
#include <vector>

namespace redis {

class SlotMap {
public:
    /// Redis itself advises against more than 1000 nodes.
    static constexpr std::size_t masters_max = 1'024;
    static constexpr std::size_t replicas_max = 4'096;

    /// Of the reply to CLUSTER SLOTS. `asked` is who answered: a node that does not know its own host leaves
    /// it out. protocol_error when the reply is something else or gives a slot twice.
    [[nodiscard]] static Result<SlotMap> read(const Reply& reply, const Seed& asked);

    /// nullptr: nobody that is known.
    [[nodiscard]] const Seed* master_of(std::uint16_t slot) const noexcept;
    [[nodiscard]] const std::vector<Seed>& masters() const noexcept { return masters_; }
    [[nodiscard]] bool has_master(const Seed& server) const noexcept;
    /// Of all masters, without order: they can be asked for the map too.
    [[nodiscard]] const std::vector<Seed>& replicas() const noexcept { return replicas_; }

    /// What MOVED says.
    void assign(std::uint16_t slot, const Seed& master);

private:
    static constexpr std::uint16_t nobody = 0xffff;

    [[nodiscard]] bool read_range(const Reply& range, const Seed& asked);
    /// `nobody` when there are too many.
    [[nodiscard]] std::uint16_t index_of(const Seed& master);

    std::vector<Seed> masters_;
    std::vector<Seed> replicas_;
    /// An index into masters_ for each slot; empty as long as nothing is known.
    std::vector<std::uint16_t> owners_;
};

}  // namespace redis
