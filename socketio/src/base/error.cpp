// A sentence for each errc and Node's words for each reason. Any thread. socketio/error.hpp.

#include "socketio/error.hpp"

#include <string>

namespace socketio {

namespace {

const char* describe(errc code) noexcept {
    switch (code) {
        case errc::invalid_json: return "The text is not valid JSON.";
        case errc::too_deep: return "The value is nested deeper than the limit.";
        case errc::too_large: return "The size or count exceeds its limit.";
        case errc::invalid_utf8: return "The text is not valid UTF-8.";
        case errc::invalid_engine_packet: return "The bytes are not an Engine.IO packet.";
        case errc::invalid_packet: return "The bytes are not a Socket.IO packet that fits here.";
        case errc::invalid_attachment:
            return "A binary attachment is missing, surplus or referred to by a wrong index.";
        case errc::reserved_event: return "The event name is reserved by the protocol.";
        case errc::invalid_websocket_frame: return "The bytes break the WebSocket protocol.";
        case errc::invalid_msgpack: return "The bytes are not MessagePack of the expected shape.";
        case errc::ack_timeout: return "operation has timed out";
        case errc::disconnected: return "The peer left before it acknowledged.";
    }
    return "Unknown error.";
}

class Category final : public boost::system::error_category {
public:
    // With an id of its own, two copies of the library in one process still agree on the category.
    constexpr Category() noexcept : error_category(0x6368617274636173) {}

    [[nodiscard]] const char* name() const noexcept override { return "socketio"; }
    [[nodiscard]] std::string message(int code) const override {
        return describe(static_cast<errc>(code));
    }
    [[nodiscard]] const char* message(int code, char* /*buffer*/,
                                      std::size_t /*length*/) const noexcept override {
        return describe(static_cast<errc>(code));
    }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static constexpr Category category;
    return category;
}

boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

std::string_view to_string(DisconnectReason reason) noexcept {
    switch (reason) {
        case DisconnectReason::client_namespace_disconnect: return "client namespace disconnect";
        case DisconnectReason::server_namespace_disconnect: return "server namespace disconnect";
        case DisconnectReason::transport_close: return "transport close";
        case DisconnectReason::transport_error: return "transport error";
        case DisconnectReason::ping_timeout: return "ping timeout";
        case DisconnectReason::parse_error: return "parse error";
        case DisconnectReason::forced_close: return "forced close";
        case DisconnectReason::forced_server_close: return "forced server close";
        case DisconnectReason::server_shutting_down: return "server shutting down";
        case DisconnectReason::slow_client: return "slow client";
    }
    return "unknown";
}

}  // namespace socketio
