#include "shard/system_random.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/random.h>

namespace socketio::shard {

namespace {
void fill_from_kernel(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
        SOCKETIO_ASSERT(got > 0 || errno == EINTR);
        if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}
}  // namespace

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        if (used_ == buffer_.size()) {
            fill_from_kernel(buffer_);
            used_ = 0;
        }
        const auto count = std::min(bytes.size(), buffer_.size() - used_);
        std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(used_), count, bytes.begin());
        used_ += count;
        bytes = bytes.subspan(count);
    }
}

}  // namespace socketio::shard
