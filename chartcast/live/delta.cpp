#include "live/delta.hpp"

#include <algorithm>

namespace chartcast::live {

std::size_t delta_bytes(const Delta& delta) noexcept {
    std::size_t bytes = 0;
    if (delta.replace) {
        for (const auto& row : *delta.replace) bytes += row->bytes;
    }
    for (const auto& change : delta.changes) bytes += change.row->bytes;
    return bytes;
}

void add_access(Cells& values, const socketio::Value& value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

}  // namespace chartcast::live
