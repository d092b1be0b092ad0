#pragma once
// How Engine.IO says no. Any thread. WIRE: engine refusals; the texts are Node's, byte for byte.

#include "socketio/http.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::transport {

enum class EngineRefusal : std::uint8_t {
    transport_unknown = 0,
    session_unknown = 1,
    bad_handshake_method = 2,
    bad_request = 3,
    forbidden = 4,
    unsupported_protocol = 5,
};

[[nodiscard]] std::string_view refusal_text(EngineRefusal refusal) noexcept;

/// `message` replaces the text of a `forbidden` when it is not empty.
[[nodiscard]] HttpResponse refuse_polling(EngineRefusal refusal, std::string_view message = {});
/// For an upgrade: always 400, and only the text.
[[nodiscard]] HttpResponse refuse_upgrade(EngineRefusal refusal, std::string_view message = {});

}  // namespace socketio::transport
