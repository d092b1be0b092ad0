// Fuzzes what other processes may publish on the channels of sharded and streams adapters, write into their stream,
// or leave in the place of a session: no input may crash a decoder, and what one accepts must survive being written
// and read again.
#include "cluster/codec/cluster_message.hpp"
#include "cluster/codec/stored_session.hpp"
#include "cluster/codec/stream_entry.hpp"
#include "cluster/codec/stream_id.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace socketio;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_message(std::string_view bytes) {
    const auto message = cluster::decode_message(bytes);
    if (!message.has_value()) return;
    // Numbers change their kind the first time; then nothing changes any more.
    const std::string once = cluster::encode_msgpack_message(*message);
    const auto again = cluster::decode_message(once);
    require(again.has_value());
    require(cluster::type_of(again->body) == cluster::type_of(message->body));
    require(cluster::encode_msgpack_message(*again) == once);
    require(cluster::has_tail(once, cluster::tails_of(again->uid, again->nsp)));
    (void)cluster::decode_message(cluster::encode_message(*message));
}

/// The first byte is the type.
void check_entry(std::string_view bytes) {
    if (bytes.empty()) return;
    const std::string type = std::to_string(static_cast<unsigned char>(bytes[0]) % 16);
    (void)cluster::decode_entry({"uid", "/", type, bytes.substr(1)});
}

void check_session(std::string_view bytes) {
    const auto session = cluster::decode_session(bytes);
    if (!session.has_value()) return;
    const std::string once = cluster::encode_session(*session);
    const auto again = cluster::decode_session(once);
    require(again.has_value());
    require(cluster::encode_session(*again) == once);
}

void check_id(std::string_view bytes) {
    const auto id = cluster::parse_stream_id(bytes);
    if (id) require(cluster::to_text(*id) == bytes);
    require(cluster::stream_index(bytes, 7) > -7 && cluster::stream_index(bytes, 7) < 7);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_message(bytes);
    check_entry(bytes);
    check_session(bytes);
    check_id(bytes);
    return 0;
}
