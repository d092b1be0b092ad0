#include "transport/entrance.hpp"

#include "transport/tls_context.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace socketio::transport {

std::vector<ListenAddress> listen_addresses(const Options& options) {
    std::vector<ListenAddress> all;
    if (!options.address.empty()) {
        ListenAddress first;
        first.address = options.address;
        first.port = options.port;
        first.tls = options.tls;
        first.proxy_protocol = options.proxy_protocol;
        all.push_back(std::move(first));
    }
    all.insert(all.end(), options.further_addresses.begin(), options.further_addresses.end());
    return all;
}

std::vector<Entrance> make_entrances(const Options& options) {
    const auto addresses = listen_addresses(options);
    std::vector<Entrance> entrances;
    entrances.reserve(addresses.size());
    for (const auto& address : addresses) {
        Entrance entrance{nullptr, address.proxy_protocol};
        if (address.tls) {
            // Addresses with the same files share them, and their tickets.
            const auto same = std::find_if(
                addresses.begin(), addresses.begin() + std::ssize(entrances),
                [&](const ListenAddress& earlier) { return earlier.tls == address.tls; });
            const auto place = static_cast<std::size_t>(same - addresses.begin());
            entrance.tls = place < entrances.size()
                               ? entrances[place].tls
                               : std::make_shared<const TlsContext>(*address.tls);
        }
        entrances.push_back(std::move(entrance));
    }
    return entrances;
}

}  // namespace socketio::transport
