#include "transport/streamed_answer.hpp"

#include "transport/fanout_writer.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace socketio::transport {

namespace {

// Small pieces share a buffer; larger ones keep their own, uncopied.
constexpr std::size_t shared_block_bytes = 16 * 1024;

/// The size of a chunk, as it stands before it.
std::string chunk_size_line(std::size_t size) {
    std::array<char, 20> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), size, 16).ptr;
    return std::string(text.data(), end) + "\r\n";
}

}  // namespace

void StreamedAnswer::begin(std::string head, bool chunked) {
    chunked_ = chunked;
    waiting_.push_front({std::move(head), 0});
}

void StreamedAnswer::write(std::string bytes) {
    const auto counted = bytes.size() + stream_piece_cost;
    if (chunked_) append(chunk_size_line(bytes.size()), 0);
    if (bytes.size() < shared_block_bytes) {
        append(bytes, counted);
    } else {
        waiting_.push_back({std::move(bytes), counted});
    }
    if (chunked_) append("\r\n", 0);
}

void StreamedAnswer::finish() {
    finished_ = true;
    if (chunked_) append("0\r\n\r\n", 0);
}

std::vector<std::function<void(HttpEnd)>> StreamedAnswer::end(HttpEnd why) noexcept {
    link_->meter.close();
    link_->end = why;
    drained_.clear();
    return std::exchange(closed_, {});
}

void StreamedAnswer::append(std::string_view bytes, std::size_t counted) {
    if (waiting_.empty() || waiting_.back().bytes.size() + bytes.size() > shared_block_bytes) {
        waiting_.emplace_back();
    }
    waiting_.back().bytes += bytes;
    waiting_.back().counted += counted;
}

void StreamedAnswer::gather(std::vector<iovec>& buffers) const {
    auto skipped = written_;
    std::size_t count = 0;
    for (const auto& block : waiting_) {
        if (count++ == buffers_per_write_max) break;
        buffers.push_back(
            {const_cast<char*>(block.bytes.data()) + skipped, block.bytes.size() - skipped});
        skipped = 0;
    }
}

void StreamedAnswer::on_written(std::size_t bytes) noexcept {
    written_ += bytes;
    while (!waiting_.empty() && written_ >= waiting_.front().bytes.size()) {
        written_ -= waiting_.front().bytes.size();
        link_->meter.remove(waiting_.front().counted);
        waiting_.pop_front();
    }
}

}  // namespace socketio::transport
