#pragma once
// The body of an answer that is written in pieces: what waits to leave, and who wants to hear of it. Made on
// any thread, then lives on the shard of its connection. RFC 9112, section 7.1 (chunked).

#include "shard/flow_meter.hpp"
#include "socketio/http.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/uio.h>

namespace socketio::transport {

/// What the handles and the connection have in common.
struct StreamLink {
    explicit StreamLink(std::size_t bytes_max) noexcept : meter(bytes_max) {}

    shard::FlowMeter meter;
    /// Why it has ended, once it has. Only on the connection's shard.
    HttpEnd end = HttpEnd::peer_gone;
};

/// What a piece counts for, beside its bytes: its frame, and what it costs to be one.
inline constexpr std::size_t stream_piece_cost = 32;

class StreamedAnswer {
public:
    explicit StreamedAnswer(std::shared_ptr<StreamLink> link) noexcept : link_(std::move(link)) {}
    StreamedAnswer(const StreamedAnswer&) = delete;
    StreamedAnswer& operator=(const StreamedAnswer&) = delete;
    /// Nothing is taken any more, at the latest.
    ~StreamedAnswer() { link_->meter.close(); }

    /// The head goes out first. Once.
    void begin(std::string head, bool chunked);
    /// A piece that the meter has counted.
    void write(std::string bytes);
    /// The last byte of the body follows what was written.
    void finish();
    /// What was written still leaves; then the body is broken off.
    void break_off() noexcept { broken_off_ = true; }
    [[nodiscard]] bool finished() const noexcept { return finished_; }
    [[nodiscard]] bool broken_off() const noexcept { return broken_off_; }

    void on_drain(std::function<void()> handler) { drained_.push_back(std::move(handler)); }
    void on_close(std::function<void(HttpEnd)> handler) { closed_.push_back(std::move(handler)); }
    /// Those who wait for it, once.
    [[nodiscard]] std::vector<std::function<void()>> take_drain_handlers() noexcept {
        return std::exchange(drained_, {});
    }
    /// Nobody can write any more; who has to hear of it.
    [[nodiscard]] std::vector<std::function<void(HttpEnd)>> end(HttpEnd why) noexcept;

    // ---- Leaving -------------------------------------------------------------------------------
    [[nodiscard]] bool has_output() const noexcept { return !waiting_.empty(); }
    void gather(std::vector<iovec>& buffers) const;
    void on_written(std::size_t bytes) noexcept;

private:
    /// Some pieces with their frames, in one buffer.
    struct Block {
        std::string bytes;
        std::size_t counted = 0;  ///< By the meter.
    };

    void append(std::string_view bytes, std::size_t counted);

    std::shared_ptr<StreamLink> link_;
    std::deque<Block> waiting_;
    std::size_t written_ = 0;  ///< Of the first block.
    std::vector<std::function<void()>> drained_;
    std::vector<std::function<void(HttpEnd)>> closed_;
    bool chunked_ = false;
    bool finished_ = false;
    bool broken_off_ = false;
};

}  // namespace socketio::transport
