// See sentinel_replies.hpp.
#include "protocol/sentinel_replies.hpp"

#include "protocol/server_address.hpp"

#include <array>

namespace redis {
namespace {

constexpr std::size_t sentinels_max = 64;

/// A value of a flat list of names and values, which RESP3 calls a map.
std::string_view value_of(const Reply& fields, std::string_view name) {
    const std::vector<Reply>& items = fields.items();
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (items[i].text() == name) return items[i + 1].text();
    }
    return {};
}

}  // namespace

Result<Seed> read_master_address(const Reply& reply) {
    if (reply.is_null() || reply.error_code() == "IDONTKNOW") {
        return make_error_code(errc::unknown_master);
    }
    const std::vector<Reply>& items = reply.items();
    if (items.size() == 2) {
        if (std::optional<Seed> master = read_address(items[0].text(), items[1].text())) {
            return *std::move(master);
        }
    }
    return make_error_code(errc::protocol_error);
}

std::vector<Seed> read_sentinels(const Reply& reply) {
    std::vector<Seed> sentinels;
    for (const Reply& fields : reply.items()) {
        if (sentinels.size() >= sentinels_max) break;
        if (std::optional<Seed> sentinel =
                read_address(value_of(fields, "ip"), value_of(fields, "port"))) {
            sentinels.push_back(*std::move(sentinel));
        }
    }
    return sentinels;
}

std::optional<Seed> read_master_switch(std::string_view message, std::string_view master_name) {
    std::array<std::string_view, 5> words;
    for (std::string_view& word : words) {
        const std::size_t space = message.find(' ');
        word = message.substr(0, space);
        message.remove_prefix(space == std::string_view::npos ? message.size() : space + 1);
    }
    if (words[0] != master_name || !message.empty()) return std::nullopt;
    return read_address(words[3], words[4]);
}

bool is_replica_role(const Reply& reply) noexcept {
    return !reply.items().empty() && reply.items()[0].text() == "slave";
}

}  // namespace redis
