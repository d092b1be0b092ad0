// Any bytes as a client's WebSocket stream. The first byte sets the message limit and whether compression
// was agreed on, the second how the stream is cut: whatever the cuts, the same events must come, in bounded
// memory.

#if __has_feature(address_sanitizer)
#include <sanitizer/allocator_interface.h>
#endif

#include "base/assert.hpp"
#include "wire/websocket_frame.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace socketio::wire;

/// What the reader holds, as far as the allocator tells. Only counted while a reader is fed, and on its thread:
/// libFuzzer has one of its own, which allocates when it likes.
struct Memory {
    bool counting = false;
    std::size_t live = 0;
    std::size_t largest = 0;
};
thread_local constinit Memory memory;

#if __has_feature(address_sanitizer)
void on_allocation(const volatile void*, std::size_t size) {
    if (!memory.counting) return;
    memory.live += size;
    memory.largest = std::max(memory.largest, size);
}

void on_release(const volatile void* pointer) {
    if (memory.counting) memory.live -= __sanitizer_get_allocated_size(const_cast<void*>(pointer));
}

const bool hooked = __sanitizer_install_malloc_and_free_hooks(on_allocation, on_release) != 0;
#endif

/// Mixes what happens into one number, without memory of its own.
class Digest : public WebSocketEvents {
public:
    Digest(std::size_t limit, Inflater* inflater) : limit_(limit), inflater_(inflater) {}

    std::uint64_t value = 0xcbf29ce484222325;

    void on_websocket_message(std::string_view payload, bool binary) override {
        SOCKETIO_ASSERT(payload.size() <= limit_);
        SOCKETIO_ASSERT(binary || is_utf8(payload));
        add(binary ? 'b' : 't', payload);
    }
    void on_websocket_ping(std::string_view payload) override { add_control('i', payload); }
    void on_websocket_pong(std::string_view payload) override { add_control('o', payload); }
    void on_websocket_close(std::uint16_t code, std::string_view reason) override {
        SOCKETIO_ASSERT(is_utf8(reason));
        mix(code);
        add_control('c', reason);
        over_ = true;
    }
    void on_websocket_fault(std::uint16_t close_code, std::string_view what) override {
        SOCKETIO_ASSERT(close_code == websocket_close::protocol_error ||
                        close_code == websocket_close::invalid_data ||
                        close_code == websocket_close::too_big);
        mix(close_code);
        add('f', what);
        over_ = true;
    }
    [[nodiscard]] Inflater* inflater() noexcept override { return inflater_; }

private:
    void add_control(char kind, std::string_view payload) {
        SOCKETIO_ASSERT(payload.size() <= 125);
        add(kind, payload);
    }

    void add(char kind, std::string_view payload) {
        SOCKETIO_ASSERT(!over_);
        mix(static_cast<unsigned char>(kind));
        mix(payload.size());
        for (const auto byte : payload) mix(static_cast<unsigned char>(byte));
    }

    void mix(std::uint64_t number) { value = (value ^ number) * 0x100000001b3; }

    std::size_t limit_;
    Inflater* inflater_;
    bool over_ = false;
};

std::uint64_t read(std::string_view stream, std::size_t limit, Inflater* inflater,
                   std::uint32_t cuts) {
    std::vector<char> bytes(stream.begin(), stream.end());
    Digest digest(limit, inflater);
    memory = {};
    {
        WebSocketReader reader(limit);
        memory.counting = true;
        for (std::size_t at = 0; at < bytes.size();) {
            cuts = cuts * 1664525 + 1013904223;
            const std::size_t wanted = cuts >> 24 < 128 ? 1 + (cuts >> 28) : bytes.size();
            const auto length = std::min(wanted, bytes.size() - at);
            reader.feed(std::span(bytes).subspan(at, length), digest);
            at += length;
            // While a message grows, it and its copy exist for a moment.
            SOCKETIO_ASSERT(memory.live <= limit + 256);
            SOCKETIO_ASSERT(memory.largest <= std::max<std::size_t>(limit + 1, 256));
        }
        if (reader.stopped()) SOCKETIO_ASSERT(memory.live == 0);
    }
    SOCKETIO_ASSERT(memory.live == 0);
    memory.counting = false;
    return digest.value;
}

std::uint64_t read_whole(std::string_view stream, std::size_t limit, Inflater* inflater) {
    std::vector<char> bytes(stream.begin(), stream.end());
    Digest digest(limit, inflater);
    WebSocketReader reader(limit);
    reader.feed(bytes, digest);
    return digest.value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::size_t limits[] = {0, 1, 125, 126, 1000, 70'000, 1'000'000};
    const auto limit = limits[data[0] % std::size(limits)];
    static Inflater shared;
    Inflater* const inflater = data[0] >= 128 ? &shared : nullptr;
    // What the inflater keeps is not the reader's: it takes it now.
    static const bool warm = shared.inflate("\xf2\x48\xcd\xc9\xc9\x07", 5).has_value();
    SOCKETIO_ASSERT(warm);
    const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto expected = read_whole(stream, limit, inflater);
    for (std::uint32_t cuts = 0; cuts < 4; ++cuts) {
        SOCKETIO_ASSERT(read(stream, limit, inflater, data[1] * 4U + cuts) == expected);
    }
    return 0;
}
