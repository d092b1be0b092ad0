#include "transport/address_gate.hpp"

#include "transport/connection.hpp"
#include "transport/peer_address.hpp"

namespace socketio::transport {

AddressGate::AddressGate(shard::Shard& shard, shard::AddressTable& table,
                         const wire::TrustedProxies& trusted) noexcept
    : shard_(shard),
      table_(table),
      trusted_(trusted),
      too_many_(shard.deadlines(), shard.log(), "address_connections_max is reached"),
      too_fast_(shard.deadlines(), shard.log(), "faster than address_connects_per_second_max") {}

std::optional<shard::AddressPlace> AddressGate::admit(
    const std::optional<wire::IpAddress>& client) {
    if (!client || !table_.counts_anything() || trusted_.contain(*client)) {
        return shard::AddressPlace();
    }
    const auto key = address_key(*client);
    const auto answer = table_.enter(key, shard_.deadlines().now());
    if (answer == shard::AddressTable::Answer::welcome) {
        if (!table_.counts_connections()) return shard::AddressPlace();
        return shard::AddressPlace(table_, key);
    }
    ++shard_.counters().addresses_refused;
    auto& log = answer == shard::AddressTable::Answer::too_many ? too_many_ : too_fast_;
    log.note([&] { return base::LogFields::value_type{"address", client->text()}; });
    return std::nullopt;
}

std::optional<shard::AddressPlace> AddressGate::admit(const HttpRequest& request,
                                                      const Connection& connection) {
    if (!table_.counts_anything() || trusted_.empty() || !trusted_.contain(connection.address())) {
        return shard::AddressPlace();
    }
    return admit(wire::IpAddress::parse(request.address));
}

HttpResponse AddressGate::refusal() {
    return HttpResponse::text(429, "too many connections\n");
}

}  // namespace socketio::transport
