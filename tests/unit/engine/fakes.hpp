#pragma once
// The neighbours of a session, as tests want them: they record what they are told, and the clock stands
// still until it is moved.

#include "base/deadline_queue.hpp"
#include "engine/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace socketio::engine {

inline constexpr base::TimePoint test_start{std::chrono::hours(1)};

class FakeTransport final : public TransportPort {
public:
    explicit FakeTransport(TransportKind kind = TransportKind::websocket) : kind_(kind) {}

    /// Takes the session's queue at flush(), as a transport does whose peer reads.
    void attach(Session& session) { session_ = &session; }
    /// What the client reads: everything queued, packet by packet.
    std::vector<std::string> read() {
        std::vector<std::string> packets;
        for (const auto& message : session_->queue().messages()) {
            if (!message) continue;
            const auto& content = message->content();
            packets.push_back(
                (content.binary ? std::string("b") : std::string(1, wire::to_digit(content.type))) +
                content.data);
            for (const auto& attachment : content.attachments) {
                packets.push_back("b" + std::string(attachment.view()));
            }
        }
        session_->queue().clear();
        return packets;
    }
    void receive(std::string_view text) {
        const auto packet = wire::decode_engine_text(text);
        if (packet) {
            session_->on_packet(*this, *packet);
        } else {
            session_->on_malformed(*this);
        }
    }
    void receive_binary(std::string_view bytes) {
        session_->on_packet(*this, {wire::EnginePacketType::message, true, bytes});
    }

    [[nodiscard]] TransportKind kind() const noexcept override { return kind_; }
    void wake() override { ++wakes; }
    void flush() override {
        ++flushes;
        if (takes_at_flush) session_->queue().clear();
    }
    [[nodiscard]] bool writable() const noexcept override { return is_writable; }
    void send_past_queue(wire::EnginePacketView packet) override {
        past_queue.push_back(wire::to_digit(packet.type) + std::string(packet.data));
        if (log != nullptr) log->push_back(past_queue.back());
    }
    void end(Ending ending) override {
        ended = ending;
        left_at_end = session_ != nullptr ? session_->queue().size() : 0;
        if (log != nullptr) log->emplace_back("end");
    }
    void retire() override { retired = true; }
    void part() override { parted = true; }

    int wakes = 0;
    int flushes = 0;
    bool takes_at_flush = false;
    bool is_writable = true;
    bool retired = false;
    bool parted = false;
    std::optional<Ending> ended;
    std::size_t left_at_end = 0;
    std::vector<std::string> past_queue;
    /// Shared by the transports of a test when their order matters.
    std::vector<std::string>* log = nullptr;

private:
    TransportKind kind_;
    Session* session_ = nullptr;
};

class FakePort : public SessionPort {
public:
    void on_message(std::string_view data, bool binary) override {
        messages.push_back((binary ? "b" : "") + std::string(data));
    }
    void on_close(DisconnectReason reason) override {
        closed.push_back(reason);
        if (log != nullptr) log->emplace_back("close");
    }

    std::vector<std::string> messages;
    std::vector<DisconnectReason> closed;
    std::vector<std::string>* log = nullptr;
};

class FakeKeeper : public SessionKeeper {
public:
    void on_session_closed(Session&) override {
        ++closed;
        if (log != nullptr) log->emplace_back("forget");
    }

    int closed = 0;
    std::vector<std::string>* log = nullptr;
};

}  // namespace socketio::engine
