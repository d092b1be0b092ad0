#include "transport/engine_refusal.hpp"

#include "wire/json.hpp"

namespace socketio::transport {

std::string_view refusal_text(EngineRefusal refusal) noexcept {
    switch (refusal) {
        case EngineRefusal::transport_unknown: return "Transport unknown";
        case EngineRefusal::session_unknown: return "Session ID unknown";
        case EngineRefusal::bad_handshake_method: return "Bad handshake method";
        case EngineRefusal::bad_request: return "Bad request";
        case EngineRefusal::forbidden: return "Forbidden";
        case EngineRefusal::unsupported_protocol: return "Unsupported protocol version";
    }
    return "Bad request";
}

HttpResponse refuse_polling(EngineRefusal refusal, std::string_view message) {
    std::string body = "{\"code\":" + std::to_string(static_cast<int>(refusal)) + ",\"message\":";
    wire::append_json_string(body, message.empty() ? refusal_text(refusal) : message);
    body += '}';
    HttpResponse response;
    response.status = refusal == EngineRefusal::forbidden ? 403 : 400;
    response.headers.add("Content-Type", "application/json");
    response.body = HttpBody(std::move(body));
    return response;
}

HttpResponse refuse_upgrade(EngineRefusal refusal, std::string_view message) {
    HttpResponse response;
    response.status = 400;
    response.headers.add("Content-Type", "text/html");
    response.body = HttpBody(std::string(message.empty() ? refusal_text(refusal) : message));
    return response;
}

}  // namespace socketio::transport
