#pragma once
// What every WebSocket has in common: reading frames, answering pings, the closing handshake, and an
// output of its own beside whatever a subclass sends. Lives on one shard. RFC 6455, sections 5.5 and 7.

#include "socketio/http.hpp"
#include "transport/connection.hpp"
#include "wire/websocket_frame.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::transport {

class WebSocketChannel : public Protocol, private wire::WebSocketEvents {
public:
    explicit WebSocketChannel(Connection& connection);

    /// Answers the opening handshake with 101 before anything else leaves.
    /// REQUIRES: check_websocket_request() has nothing against it.
    void accept(const HttpRequest& request, FieldList headers = {});

    // ---- Protocol ------------------------------------------------------------------------------
    void on_bytes(std::span<char> bytes) final;
    void on_end(bool failed) final;
    void on_deadline() final;
    [[nodiscard]] bool has_output() const noexcept override;
    void gather(std::vector<iovec>& buffers) override;
    [[nodiscard]] bool on_written(std::size_t bytes) override;

protected:
    virtual void on_message(std::string_view payload, bool binary) = 0;
    /// Once: the peer closed (`code` as it said, or abnormal when it said nothing), or `by_fault`: it broke
    /// the protocol and gets this code, or the connection failed. Not after start_closing().
    virtual void on_closed(std::uint16_t code, bool by_fault) = 0;

    /// The channel's own output: control frames, and frames of those who have no queue.
    [[nodiscard]] std::string& output();
    [[nodiscard]] std::size_t unsent_output() const noexcept {
        return output_ ? output_->bytes.size() - output_->sent : 0;
    }
    /// Sends a close frame and waits for the peer's, Options::close_timeout at most. What is appended or
    /// received afterwards counts for nothing.
    void start_closing(std::uint16_t code, std::string_view reason);
    [[nodiscard]] bool is_closing() const noexcept { return closing_; }
    /// The shard's, when the client takes compressed messages.
    [[nodiscard]] wire::Deflater* deflater() noexcept;
    [[nodiscard]] Connection& connection() const noexcept { return connection_; }

    /// Gathers and settles the channel's own output alone.
    void gather_output(std::vector<iovec>& buffers);
    /// Returns what is left of `bytes` after it.
    [[nodiscard]] std::size_t output_written(std::size_t bytes);

private:
    void on_websocket_message(std::string_view payload, bool binary) final;
    void on_websocket_ping(std::string_view payload) final;
    void on_websocket_pong(std::string_view payload) final;
    void on_websocket_close(std::uint16_t code, std::string_view reason) final;
    void on_websocket_fault(std::uint16_t close_code, std::string_view what) final;
    [[nodiscard]] wire::Inflater* inflater() noexcept final;
    void report_closed(std::uint16_t code, bool by_fault);

    struct Output {
        std::string bytes;
        std::size_t sent = 0;
    };

    Connection& connection_;
    wire::WebSocketReader reader_;
    /// Only while something is unsent.
    std::unique_ptr<Output> output_;
    bool deflates_ = false;  ///< permessage-deflate was agreed on, for both directions.
    bool closing_ = false;   ///< Our close frame is written or on its way.
    bool reported_ = false;  ///< on_closed() was called, or is not wanted any more.
};

}  // namespace socketio::transport
