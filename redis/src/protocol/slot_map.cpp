// See slot_map.hpp. One range of the reply: [first, last, [host, port, id, ...] of the master, then of each
// replica].
#include "protocol/slot_map.hpp"

#include "protocol/server_address.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace redis {
namespace {

std::optional<Seed> read_node(const Reply& node, const Seed& asked) {
    const std::vector<Reply>& items = node.items();
    if (items.size() < 2 || items[1].kind() != Reply::Kind::integer) return std::nullopt;
    const std::string_view host =
        items[0].text().empty() ? std::string_view(asked.host) : items[0].text();
    return read_address(host, std::to_string(items[1].integer()));
}

bool is_slot(const Reply& reply) {
    return reply.kind() == Reply::Kind::integer && reply.integer() >= 0 &&
           reply.integer() < static_cast<std::int64_t>(slot_count);
}

}  // namespace

Result<SlotMap> SlotMap::read(const Reply& reply, const Seed& asked) {
    const std::vector<Reply>& ranges = reply.items();
    if (reply.kind() != Reply::Kind::array || ranges.size() > slot_count) {
        return make_error_code(errc::protocol_error);
    }
    SlotMap map;
    map.owners_.assign(slot_count, nobody);
    for (const Reply& range : ranges) {
        if (!map.read_range(range, asked)) return make_error_code(errc::protocol_error);
    }
    return map;
}

bool SlotMap::read_range(const Reply& range, const Seed& asked) {
    const std::vector<Reply>& items = range.items();
    if (items.size() < 3 || !is_slot(items[0]) || !is_slot(items[1]) ||
        items[0].integer() > items[1].integer()) {
        return false;
    }
    // Without a usable address the slots stay nobody's.
    const std::optional<Seed> master = read_node(items[2], asked);
    const std::uint16_t owner = master ? index_of(*master) : nobody;
    if (owner != nobody) {
        const auto first = owners_.begin() + items[0].integer();
        const auto last = owners_.begin() + items[1].integer() + 1;
        // Not twice: so that no reply costs more than one pass over the slots.
        const auto is_taken = [](std::uint16_t known) { return known != nobody; };
        if (std::any_of(first, last, is_taken)) return false;
        std::fill(first, last, owner);
    }
    for (std::size_t i = 3; i < items.size() && replicas_.size() < replicas_max; ++i) {
        if (std::optional<Seed> replica = read_node(items[i], asked)) {
            replicas_.push_back(*std::move(replica));
        }
    }
    return true;
}

std::uint16_t SlotMap::index_of(const Seed& master) {
    const auto found = std::find(masters_.begin(), masters_.end(), master);
    if (found != masters_.end()) return static_cast<std::uint16_t>(found - masters_.begin());
    if (masters_.size() >= masters_max) return nobody;
    masters_.push_back(master);
    return static_cast<std::uint16_t>(masters_.size() - 1);
}

const Seed* SlotMap::master_of(std::uint16_t slot) const noexcept {
    if (slot >= owners_.size() || owners_[slot] == nobody) return nullptr;
    return &masters_[owners_[slot]];
}

bool SlotMap::has_master(const Seed& server) const noexcept {
    return std::find(masters_.begin(), masters_.end(), server) != masters_.end();
}

void SlotMap::assign(std::uint16_t slot, const Seed& master) {
    if (slot >= slot_count) return;
    if (owners_.empty()) owners_.assign(slot_count, nobody);
    const std::uint16_t owner = index_of(master);
    if (owner != nobody) owners_[slot] = owner;
}

}  // namespace redis
