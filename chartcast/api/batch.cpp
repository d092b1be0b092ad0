#include "api/batch.hpp"

#include "live/value_hash.hpp"

#include <iterator>

namespace chartcast::api {

bool Batch::fill(decode::RowDecoder& decoder) {
    while (!full() && decoder.ready() > 0) {
        for (auto& row : decoder.take(1)) {
            bytes_ += live::json_bytes(row);
            rows_.push_back(std::move(row));
        }
        lines_ = decoder.lines_taken();
    }
    return full();
}

void Batch::fill_whole(decode::RowDecoder& decoder) {
    auto rows = decoder.take();
    rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()),
                 std::make_move_iterator(rows.end()));
    lines_ = decoder.lines_taken();
}

}  // namespace chartcast::api
