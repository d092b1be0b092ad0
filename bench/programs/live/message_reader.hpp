#pragma once
// WebSocket messages of a server, whole: RFC 6455, section 5.2, without fragments and compression, which
// the clients here do not ask for. One connection's, one thread.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

class MessageReader {
public:
    struct Message {
        std::uint8_t opcode;
        std::string_view payload;
        std::size_t frame_bytes;
    };

    /// Calls visit(const Message&) for each that is complete.
    template <class Visitor>
    void read(std::string_view bytes, Visitor&& visit) {
        std::string joined;
        if (!begun_.empty()) {
            joined = std::exchange(begun_, {});
            joined += bytes;
            bytes = joined;
        }
        while (const auto message = first_of(bytes)) {
            bytes.remove_prefix(message->frame_bytes);
            visit(*message);
        }
        begun_ = bytes;
    }

private:
    static std::optional<Message> first_of(std::string_view bytes);

    /// Of a message that is not complete.
    std::string begun_;
};

}  // namespace bench
