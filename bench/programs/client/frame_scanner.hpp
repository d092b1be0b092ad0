#pragma once
// Finds the frames in what a server sends, looking at their beginnings only: the rest is skipped, not copied.
// Source: RFC 6455, section 5.2. One connection's, one thread.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace bench {

struct Frame {
    std::uint8_t opcode = 0;
    bool final = true;
    bool compressed = false;
    std::uint64_t payload_bytes = 0;
    /// As much of the payload as is at hand: all of it, or FrameScanner::beginning_max bytes at least.
    std::string_view payload;
};

class FrameScanner {
public:
    /// The longest beginning that a visitor may rely on.
    static constexpr std::size_t beginning_max = 128;

    /// Calls visit(const Frame&) for each frame whose beginning is complete.
    template <class Visitor>
    void scan(std::string_view bytes, Visitor&& visit) {
        while (!bytes.empty()) {
            const auto skipped = std::min<std::uint64_t>(skip_, bytes.size());
            skip_ -= skipped;
            bytes.remove_prefix(skipped);
            if (bytes.empty()) return;
            bytes.remove_prefix(split_size_ == 0 ? take_whole(bytes, visit)
                                                 : take_split(bytes, visit));
        }
    }

private:
    static constexpr std::size_t header_max = 10;

    struct Head {
        std::size_t header_bytes;
        Frame frame;
    };

    /// Nothing while the beginning is incomplete.
    static std::optional<Head> read(std::string_view bytes);

    /// Both return how many of the bytes they have dealt with.
    template <class Visitor>
    std::size_t take_whole(std::string_view bytes, Visitor&& visit) {
        const auto head = read(bytes);
        if (!head) {
            std::memcpy(split_.data(), bytes.data(), bytes.size());
            split_size_ = bytes.size();
            return bytes.size();
        }
        visit(head->frame);
        skip_ = head->frame.payload_bytes - head->frame.payload.size();
        return head->header_bytes + head->frame.payload.size();
    }

    template <class Visitor>
    std::size_t take_split(std::string_view bytes, Visitor&& visit) {
        const auto added = std::min(bytes.size(), split_.size() - split_size_);
        std::memcpy(split_.data() + split_size_, bytes.data(), added);
        const auto head = read({split_.data(), split_size_ + added});
        if (!head) {
            split_size_ += added;
            return added;
        }
        visit(head->frame);
        skip_ = head->frame.payload_bytes - head->frame.payload.size();
        const auto old = std::exchange(split_size_, 0);
        return head->header_bytes + head->frame.payload.size() - old;
    }

    std::uint64_t skip_ = 0;
    std::size_t split_size_ = 0;
    std::array<char, header_max + beginning_max> split_;
};

}  // namespace bench
