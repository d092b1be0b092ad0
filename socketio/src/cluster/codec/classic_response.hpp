#pragma once
// The answers to classic_request.hpp's questions. WIRE.md B10. I/O-free; any thread.
//
//   {"requestId":"MHaciA","sockets":[...]}      {"type":8,"requestId":"HLdhEQ","clientCount":1}
//
// Node's do not say who answers. Ours do, with one member more, `uid`, the last, which Node passes over.

#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::cluster {

struct ClassicResponse {
    enum class Kind : std::uint8_t {
        sockets,        ///< `value`: a list of ids, or of sockets as others see them.
        rooms,          ///< `value`: a list of names.
        done,           ///< What one socket was asked to do.
        server_side,    ///< `value`: what a handler answered.
        client_count,   ///< `clients`
        broadcast_ack,  ///< `value`: the first argument of a client's answer.
    };
    Kind kind = Kind::done;
    std::string request_id = {};
    /// Who answers; empty where that is not said, or by a name of more than 64 bytes.
    std::string uid = {};
    Value value = {};
    std::size_t clients = 0;
};

/// As Node writes it, and `uid` unless it is empty. msgpack for broadcast_ack and where there is binary.
[[nodiscard]] std::string encode_response(const ClassicResponse& response);
/// Whether encode_response() wrote it with this uid.
[[nodiscard]] bool is_own_response(std::string_view message, std::string_view uid) noexcept;
/// Nothing for an answer of the seed era. Besides the errors of JSON and msgpack: invalid_packet.
[[nodiscard]] Result<std::optional<ClassicResponse>> decode_response(std::string_view message);

/// `<key>-response#<nsp>#`, or `<key>-response#<nsp>#<uid>#` for one server alone.
[[nodiscard]] std::string response_channel(std::string_view key, std::string_view nsp,
                                           std::string_view uid = {});

}  // namespace socketio::cluster
