#pragma once
// Rows of an upload, cut into batches by what they are and never by how they came: a request that is sent
// again is cut in the same places, so that the key of each batch finds its first result. Lives with its upload.

#include "decode/row_decoder.hpp"
#include "live/entry.hpp"
#include "live/schema.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace chartcast::api {

class Batch {
public:
    static constexpr std::size_t rows_max = 1'000;
    static constexpr std::size_t bytes_max = 256 * 1024;

    /// A row whose key is in the batch already begins the next one, where the operation admits each key
    /// once: whoever streams rows of few keys need not know where batches end.
    void keep_keys_apart(std::shared_ptr<const live::Schema> schema, live::Operation operation);

    /// Takes what the decoder has until the batch is full; true when it is.
    bool fill(decode::RowDecoder& decoder);
    /// Takes all that it has.
    void fill_whole(decode::RowDecoder& decoder);

    [[nodiscard]] bool full() const noexcept {
        return rows_.size() >= rows_max || bytes_ >= bytes_max || (next_ && !rows_.empty());
    }
    [[nodiscard]] bool empty() const noexcept { return rows_.empty() && !next_; }
    /// Up to and with the last row.
    [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
    /// The batch is empty afterwards.
    [[nodiscard]] socketio::Array take() {
        bytes_ = 0;
        keys_.clear();
        return std::exchange(rows_, {});
    }

private:
    struct Row {
        socketio::Value value;
        std::size_t line = 0;
    };

    [[nodiscard]] std::optional<std::string> key_of(const socketio::Value& row) const;
    /// False when it has to wait for the next batch.
    bool add(Row row);

    std::shared_ptr<const live::Schema> schema_;
    live::Operation operation_ = live::Operation::append;
    std::set<std::string> keys_;
    std::optional<Row> next_;
    socketio::Array rows_;
    /// About, as JSON.
    std::size_t bytes_ = 0;
    std::size_t lines_ = 0;
};

}  // namespace chartcast::api
