#pragma once
// Engine.IO over a WebSocket: one packet, one message. Writes the session's queue in one gathered write a
// turn. Owned by its connection; lives on one shard.

#include "engine/send_queue.hpp"
#include "engine/session_port.hpp"
#include "transport/websocket_channel.hpp"

#include <cstdint>
#include <memory>

namespace socketio::engine {
class Session;
}

namespace socketio::transport {

class WebSocketTransport final : public engine::TransportPort, public WebSocketChannel {
public:
    /// `base64_only`: an EIO3 client that takes no binary frames.
    WebSocketTransport(Connection& connection, engine::Session& session, bool base64_only);
    ~WebSocketTransport() override;

    // ---- TransportPort -------------------------------------------------------------------------
    [[nodiscard]] engine::TransportKind kind() const noexcept override {
        return engine::TransportKind::websocket;
    }
    void wake() override;
    void take_over() override;
    /// On the way to wake() and on that to gather().
    void prefetch() const noexcept override;
    void flush() override;
    [[nodiscard]] bool writable() const noexcept override;
    void send_past_queue(wire::EnginePacketView packet) override;
    void end(Ending ending) override;
    void retire() override;
    void part() override;

    // ---- Protocol ------------------------------------------------------------------------------
    [[nodiscard]] bool has_output() const noexcept override;
    void gather(std::vector<iovec>& buffers) override;
    [[nodiscard]] bool on_written(std::size_t bytes) override;
    void after_write() override;
    void on_shutdown() override;

private:
    void on_message(std::string_view payload, bool binary) override;
    void on_closed(std::uint16_t code, bool by_fault) override;
    /// The queue that is written here: the session's while this is its transport, or what it left.
    [[nodiscard]] engine::SendQueue* queue() const noexcept;
    [[nodiscard]] engine::WebSocketFormat format() noexcept { return {frames_, deflater()}; }
    void close_when_sent();

    engine::Session* session_;
    /// What a session that has ended still had to say.
    std::unique_ptr<engine::SendQueue> rest_;
    // What gather() took last: all its bytes, those of a front message that it found half sent and that must be
    // finished before control frames, and places of the queue.
    std::size_t gathered_bytes_ = 0;
    std::size_t gathered_front_ = 0;
    std::uint32_t gathered_places_ = 0;
    const wire::EngineProtocol protocol_;
    const engine::FrameFormat frames_;
    bool carries_ = false;      ///< The session's current transport; a probe is not yet.
    bool goodbye_due_ = false;  ///< A close frame follows the rest.
    bool parting_ = false;      ///< A close frame answers the next message.
    bool behind_ = false;       ///< Messages had to wait for a later turn.
};

}  // namespace socketio::transport
