#pragma once
// Bytes from a Redis server -> replies. RESP2 and RESP3, incremental: bytes may come in any pieces.
// I/O-free; lives where its connection lives. A server is not trusted either: depth, line length,
// string length and the memory of one reply are bounded, and nothing is reserved on the word of a
// header.
//
//   '*3\r\n' ':1\r\n' '$5\r\n' 'hello\r\n' '*1\r\n' '+OK\r\n'
//    header   line     header   body        opens a frame, which closes with its last item

#include <redis/error.hpp>
#include <redis/reply.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redis {

struct RespLimits {
    /// Redis itself nests 4 deep or so; modules and Lua tables somewhat deeper.
    std::size_t depth_max = 32;
    /// Headers, simple strings and error messages; Redis's own inline limit.
    std::size_t line_bytes_max = 64 * 1024;
    std::size_t bulk_bytes_max = 64 * 1024 * 1024;
    /// Text and bookkeeping of one top-level reply.
    std::size_t reply_bytes_max = 64 * 1024 * 1024;
};

class RespParser {
public:
    explicit RespParser(RespLimits limits = {}) : limits_(limits) {}

    /// Room for at least `bytes_min` bytes to read into; then commit() what was read.
    [[nodiscard]] std::span<char> prepare(std::size_t bytes_min);
    void commit(std::size_t bytes) noexcept;
    void feed(std::string_view bytes);

    /// The next whole reply, nothing if its end has not come yet, or protocol_error /
    /// reply_too_large. After an error every further call fails likewise: the place of the next
    /// reply is lost.
    [[nodiscard]] Result<std::optional<Reply>> next();

private:
    struct Frame {
        Reply::Kind kind;
        /// RESP3 attributes are read and dropped: they annotate, and Redis sends them to nobody who
        /// did not ask.
        bool attribute;
        std::uint64_t missing;
        std::vector<Reply> items;
    };
    struct Bulk {
        Reply::Kind kind;
        std::size_t size;
    };
    enum class Step : std::uint8_t { more_bytes, more_items, reply };

    [[nodiscard]] Result<Step> step(Reply& reply);
    [[nodiscard]] Result<Step> parse_line(std::string_view line, Reply& reply);
    [[nodiscard]] Result<Step> open_bulk(Reply::Kind kind, std::string_view digits, Reply& reply);
    [[nodiscard]] Result<Step> close_bulk(Reply& reply);
    [[nodiscard]] Result<Step> open_frame(char type, std::string_view digits, Reply& reply);
    /// Hands a whole value to the innermost frame; closes the frames that it completes.
    [[nodiscard]] Step complete(Reply value, Reply& reply);
    [[nodiscard]] Result<std::optional<std::string_view>> take_line();
    [[nodiscard]] bool charge(std::size_t bytes) noexcept;
    [[nodiscard]] std::string_view unread() const noexcept {
        return {buffer_.data() + begin_, end_ - begin_};
    }

    RespLimits limits_;
    // buffer_[begin_, end_) is unread.
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    /// Unread bytes already searched for the end of a line.
    std::size_t scanned_ = 0;
    std::size_t reply_bytes_ = 0;
    std::vector<Frame> frames_;
    std::optional<Bulk> bulk_;
    boost::system::error_code failure_;
};

}  // namespace redis
