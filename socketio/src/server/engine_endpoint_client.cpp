#include "server/engine_endpoint_client.hpp"

#include "engine/message.hpp"
#include "shard/shard.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace socketio {

namespace {

class EngineEndpointClient final : public engine::SessionPort, public EngineConnection {
public:
    EngineEndpointClient(std::shared_ptr<const EngineEndpoint> endpoint, const base::Log& log,
                         engine::Session& session, Handshake handshake)
        : endpoint_(std::move(endpoint)),
          log_(log),
          session_(session),
          handshake_(std::move(handshake)) {}

    void start() {
        guarded([&] {
            if (endpoint_->on_open) endpoint_->on_open(*this);
        });
    }

    // ---- SessionPort ---------------------------------------------------------------------------
    void on_message(std::string_view data, bool binary) override {
        guarded([&] {
            if (endpoint_->on_message) endpoint_->on_message(*this, data, binary);
        });
    }

    void on_close(DisconnectReason reason) override {
        guarded([&] {
            if (endpoint_->on_close) endpoint_->on_close(*this, reason);
        });
    }

    // ---- EngineConnection ----------------------------------------------------------------------
    std::string_view id() const noexcept override { return session_.sid(); }
    const Handshake& handshake() const noexcept override { return handshake_; }
    void send_text(std::string_view text) override { send(text, false); }
    void send_binary(std::string_view bytes) override { send(bytes, true); }
    void close() override { session_.close(DisconnectReason::forced_close); }

private:
    void send(std::string_view data, bool binary) {
        session_.send(engine::Message::make(
            engine::make_content(wire::EnginePacketType::message, std::string(data), binary)));
    }

    /// An application's fault ends its handler, not the session.
    template <class Handler>
    void guarded(Handler&& handler) {
        try {
            handler();
        } catch (const std::exception& failure) {
            log_.write(LogLevel::error, "engine handler failed", [&] {
                return base::LogFields{{"path", endpoint_->path}, {"what", failure.what()}};
            });
        }
    }

    std::shared_ptr<const EngineEndpoint> endpoint_;
    const base::Log& log_;
    engine::Session& session_;
    Handshake handshake_;
};

}  // namespace

std::function<transport::SessionOwner(shard::Shard&, engine::Session&, Handshake)>
make_endpoint_owner(EngineEndpoint endpoint) {
    return [endpoint = std::make_shared<const EngineEndpoint>(std::move(endpoint))](
               shard::Shard& shard, engine::Session& session, Handshake handshake) {
        auto client = std::make_unique<EngineEndpointClient>(endpoint, shard.log(), session,
                                                             std::move(handshake));
        auto* started = client.get();
        return transport::SessionOwner{std::move(client), [started] { started->start(); }};
    };
}

}  // namespace socketio
