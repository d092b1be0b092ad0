// Any bytes as the offset of an event, and any JSON as the payload with which a client asks for its socket, of
// this process or of an adapter that keeps sessions. An offset of ours that was read is written just so; nobody
// asks for a pid that names no shard, nor an adapter for anything but a pid and an offset.

#include "base/assert.hpp"
#include "base/deadline_queue.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "hub/adapter_recovery.hpp"
#include "hub/hub.hpp"
#include "hub/recovery.hpp"
#include "support/session_store.hpp"
#include "wire/cluster_offset.hpp"
#include "wire/event_offset.hpp"
#include "wire/json.hpp"
#include "wire/session_id.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace {

using namespace socketio;

class NoRandom final : public base::Random {
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = ++count_;
    }
    std::uint8_t count_ = 0;
};

Options with_recovery(std::shared_ptr<Adapter> adapter) {
    Options options;
    options.shards = 8;
    options.connection_state_recovery = RecoveryOptions{};
    options.adapter = std::move(adapter);
    return options;
}

struct Shard {
    explicit Shard(std::shared_ptr<Adapter> adapter = nullptr)
        : options(with_recovery(std::move(adapter))) {}

    Options options;
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

bool is_of_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

void read_adapter_offset(std::string_view text) {
    const auto offset = wire::parse_cluster_offset(text);
    if (!offset) return;
    SOCKETIO_ASSERT(is_of_digits(text) && text.size() < 100);
    SOCKETIO_ASSERT(*offset == *wire::parse_cluster_offset(text));
}

void read_adapter_payload(hub::AdapterRecovery& recovery, std::string_view text) {
    const auto payload = wire::parse_json(text, 128);
    if (!payload) return;
    const auto inquiry = recovery.read_inquiry("/", *payload, wire::PacketFormat::json);
    if (!inquiry) return;
    SOCKETIO_ASSERT(wire::shard_of(inquiry->pid.view(), 256));
    SOCKETIO_ASSERT(payload->as_object().find("pid")->as_string() == inquiry->pid.view());
    SOCKETIO_ASSERT(is_of_digits(inquiry->adapter_offset));
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
    static Shard of_adapter(std::make_shared<test::KeepingAdapter>());
    read_adapter_offset(text);
    read_adapter_payload(*of_adapter.hub.adapter_recovery(), text);
    return 0;
}
