// Fuzzes what a Redis server says about other servers: CLUSTER SLOTS, redirections, and all that Sentinels
// answer. No input may crash the readers, take them long, or give more than their bounds. The input is one
// reply as RESP, or an error's text.
#include "protocol/redirection.hpp"
#include "protocol/resp_parser.hpp"
#include "protocol/sentinel_replies.hpp"
#include "protocol/slot_map.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

const redis::Seed asked{"10.0.0.1", 6379};

void check(bool holds) {
    if (!holds) std::abort();
}

void read_texts(std::string_view text) {
    const redis::Redirection redirection = redis::read_redirection(text, asked);
    check(redirection.slot < redis::slot_count);
    const bool names_server = redirection.kind == redis::Redirection::Kind::moved ||
                              redirection.kind == redis::Redirection::Kind::ask;
    check(names_server == (redirection.server.port != 0));
    const auto master = redis::read_master_switch(text, "mymaster");
    check(!master || (master->port != 0 && !master->host.empty()));
    check(redis::hash_slot(text) < redis::slot_count);
}

void read_reply(const redis::Reply& reply) {
    if (const auto map = redis::SlotMap::read(reply, asked); map.has_value()) {
        check(map->masters().size() <= redis::SlotMap::masters_max);
        check(map->replicas().size() <= redis::SlotMap::replicas_max);
        for (std::size_t slot = 0; slot < redis::slot_count; ++slot) {
            const redis::Seed* const master = map->master_of(static_cast<std::uint16_t>(slot));
            check(master == nullptr || map->has_master(*master));
        }
    }
    const auto master = redis::read_master_address(reply);
    check(master.has_error() || master->port != 0);
    check(redis::read_sentinels(reply).size() <= 64);
    (void)redis::is_replica_role(reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_texts(bytes);
    redis::RespParser parser;
    parser.feed(bytes);
    const auto reply = parser.next();
    if (reply.has_value() && *reply) read_reply(**reply);
    return 0;
}
