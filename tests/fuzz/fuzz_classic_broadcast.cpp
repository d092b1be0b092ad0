// Fuzzes what other processes may publish on our Redis channels: no input may crash the decoder,
// and what it accepts must survive being written and read again.
#include "cluster/codec/classic_broadcast.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::string written(const socketio::Value& value) {
    std::string bytes;
    socketio::wire::append_msgpack(bytes, value);
    return bytes;
}

/// Bytes are compared, not values: NaN is not equal to itself, and 1.0 is written as 1.
void check_value(std::string_view bytes) {
    const auto value = socketio::wire::decode_msgpack(bytes);
    if (value.has_value()) {
        const std::string once = written(*value);
        const auto again = socketio::wire::decode_msgpack(once);
        require(again.has_value());
        require(written(*again) == once);
    }
}

void check_broadcast(std::string_view bytes) {
    const auto message = socketio::cluster::decode_broadcast(bytes);
    if (!message.has_value()) {
        return;
    }
    const auto& broadcast = message->broadcast;
    require(!broadcast.data.empty() && broadcast.data.front().if_string() != nullptr);
    const std::string once = socketio::cluster::encode_broadcast(message->uid, broadcast);
    const auto again = socketio::cluster::decode_broadcast(once);
    require(again.has_value());
    require(socketio::cluster::encode_broadcast(again->uid, again->broadcast) == once);
}

void check_channel(std::string_view bytes) {
    const auto room = socketio::cluster::room_of_channel(bytes, "key", "/nsp");
    if (room && !room->empty()) {
        require(socketio::cluster::broadcast_channel("key", "/nsp", {std::string(*room)}) == bytes);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_value(bytes);
    check_broadcast(bytes);
    check_channel(bytes);
    return 0;
}
