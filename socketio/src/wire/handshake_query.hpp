#pragma once
// The query of an Engine.IO request. Any thread. Engine.IO protocol v4, "HTTP requests".

#include "socketio/handshake.hpp"
#include "wire/engine_packet.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace socketio::wire {

/// `a=1&b=%20`, percent-decoded ('+' is a space); at most `fields_max` pairs, the rest is left out.
[[nodiscard]] FieldList parse_query_string(std::string_view query, std::size_t fields_max = 256);
/// Percent-decoding alone; a broken escape stays as it is.
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_space);

enum class TransportName : std::uint8_t { polling, websocket, other };

struct EngineQuery {
    /// Anything but 4, nothing included, is v3.
    EngineProtocol protocol = EngineProtocol::v3;
    TransportName transport = TransportName::other;
    /// As written, for the error context.
    std::string transport_text;
    std::string sid;
    /// The client takes no binary on polling (b64=1).
    bool base64_only = false;
    /// JSONP (j=): not served.
    bool jsonp = false;
};

[[nodiscard]] EngineQuery read_engine_query(const FieldList& query);

}  // namespace socketio::wire
