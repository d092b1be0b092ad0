// Any bytes as the offset of an event, and any JSON as the payload with which a client asks for its socket.
// An offset that was read is written just so; nobody asks for a pid that names no shard.

#include "base/assert.hpp"
#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "hub/hub.hpp"
#include "hub/recovery.hpp"
#include "wire/event_offset.hpp"
#include "wire/json.hpp"
#include "wire/session_id.hpp"

#include <cstdint>
#include <string_view>

namespace {

using namespace socketio;

class NoRandom final : public base::Random {
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = ++count_;
    }
    std::uint8_t count_ = 0;
};

struct Shard {
    Options options = [] {
        Options with_recovery;
        with_recovery.shards = 8;
        with_recovery.connection_state_recovery = RecoveryOptions{};
        return with_recovery;
    }();
    base::DeadlineQueue deadlines{base::TimePoint(std::chrono::hours(1))};
    NoRandom random;
    base::Log log;
    hub::Hub hub{hub::HubContext{options, deadlines, random, log, 7}};
};

void read_offset(std::string_view text) {
    const auto offset = wire::parse_event_offset(text);
    if (!offset) return;
    SOCKETIO_ASSERT(wire::to_text(*offset) == text);
    SOCKETIO_ASSERT(wire::milliseconds_of(*offset) <= wire::event_offset_time_max);
    SOCKETIO_ASSERT(wire::make_event_offset(wire::milliseconds_of(*offset),
                                            wire::place_of(*offset)) == *offset);
}

void read_payload(hub::Recovery& recovery, std::string_view text) {
    const auto payload = wire::parse_json(text, 128);
    if (!payload) return;
    auto inquiry = recovery.read_inquiry("/", *payload, wire::PacketFormat::json);
    if (!inquiry) return;
    SOCKETIO_ASSERT(wire::shard_of(inquiry->pid.view(), 8));
    SOCKETIO_ASSERT(payload->as_object().find("pid")->as_string() == inquiry->pid.view());
    if (wire::shard_of(inquiry->pid.view(), 8) != 7U) return;
    int answers = 0;
    recovery.restore(*std::move(inquiry), [&answers](const hub::RestoredSocket* restored) {
        SOCKETIO_ASSERT(restored == nullptr);
        ++answers;
        return true;
    });
    SOCKETIO_ASSERT(answers == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Shard shard;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_offset(text);
    read_payload(*shard.hub.recovery(), text);
    return 0;
}
