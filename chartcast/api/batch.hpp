#pragma once
// Rows of an upload, cut into batches by what they are and never by how they came: a request that is sent
// again is cut in the same places, so that the key of each batch finds its first result. Lives with its upload.

#include "decode/row_decoder.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <utility>

namespace chartcast::api {

class Batch {
public:
    static constexpr std::size_t rows_max = 1'000;
    static constexpr std::size_t bytes_max = 256 * 1024;

    /// Takes what the decoder has until the batch is full; true when it is.
    bool fill(decode::RowDecoder& decoder);
    /// Takes all that it has.
    void fill_whole(decode::RowDecoder& decoder);

    [[nodiscard]] bool full() const noexcept {
        return rows_.size() >= rows_max || bytes_ >= bytes_max;
    }
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// Up to and with the last row.
    [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
    /// The batch is empty afterwards.
    [[nodiscard]] socketio::Array take() {
        bytes_ = 0;
        return std::exchange(rows_, {});
    }

private:
    socketio::Array rows_;
    /// About, as JSON.
    std::size_t bytes_ = 0;
    std::size_t lines_ = 0;
};

}  // namespace chartcast::api
