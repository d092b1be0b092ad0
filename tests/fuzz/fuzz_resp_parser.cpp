// Fuzzes redis::RespParser: no input may crash it, and no cut of the input may change what it
// reads. The first byte chooses the size of the pieces.
#include "protocol/resp_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct Outcome {
    std::vector<redis::Reply> replies;
    bool failed = false;
};

bool same(const Outcome& a, const Outcome& b) {
    if (a.failed != b.failed || a.replies.size() != b.replies.size()) {
        return false;
    }
    // As text, since NaN is not equal to itself.
    return std::equal(a.replies.begin(), a.replies.end(), b.replies.begin(),
                      [](const redis::Reply& x, const redis::Reply& y) {
                          return redis::to_string(x) == redis::to_string(y);
                      });
}

Outcome parse(std::string_view bytes, std::size_t piece) {
    redis::RespLimits limits;
    limits.bulk_bytes_max = 1 << 16;
    limits.reply_bytes_max = 1 << 18;
    limits.line_bytes_max = 1 << 10;
    redis::RespParser parser(limits);
    Outcome outcome;
    while (true) {
        auto reply = parser.next();
        if (reply.has_error()) {
            outcome.failed = true;
            return outcome;
        }
        if (*reply) {
            outcome.replies.push_back(std::move(**reply));
            continue;
        }
        if (bytes.empty()) {
            return outcome;
        }
        const std::size_t size = std::min(piece, bytes.size());
        parser.feed(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (!same(parse(bytes, bytes.size()), parse(bytes, std::size_t{data[0]} + 1))) {
        std::abort();
    }
    return 0;
}
