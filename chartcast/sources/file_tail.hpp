#pragma once
// A file that grows, read from its beginning on, through rotation by renaming and by truncation. Blocks: used
// by one thread of the pool at a time.

#include "sources/line_feed.hpp"

#include <cstddef>
#include <string>

#include <sys/types.h>

namespace chartcast::sources {

/// A descriptor with an owner.
class FileHandle {
public:
    FileHandle() = default;
    explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
    ~FileHandle();
    FileHandle(FileHandle&& other) noexcept;
    FileHandle& operator=(FileHandle&& other) noexcept;

    /// -1: none.
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// Nothing when it cannot be opened or is no regular file, and `problem` says why.
[[nodiscard]] FileHandle open_file(const std::string& path, std::string& problem);

class FileTail {
public:
    /// Of a file that is longer at first only so many bytes are read, from its end: a window's worth.
    static constexpr off_t first_bytes_max = 16 * 1024 * 1024;
    static constexpr std::size_t piece_bytes_max = 256 * 1024;

    FileTail(std::string path, const LineFeed::Options& lines, off_t first_bytes = first_bytes_max);

    struct Piece {
        LineRows rows;
        std::size_t bytes = 0;
        /// There is more to read at once.
        bool more = false;
        std::string problem;
    };
    /// What has come since the last time, up to the size of a piece.
    [[nodiscard]] Piece read();

private:
    [[nodiscard]] std::string open();
    void begin_near_the_end(off_t size);
    void at_the_end(Piece& piece);
    [[nodiscard]] bool is_replaced() const;

    std::string path_;
    LineFeed feed_;
    decode::Format format_;
    off_t first_bytes_;
    FileHandle file_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    off_t offset_ = 0;
    /// Another file has the path now; this one is read to its end first.
    bool replaced_ = false;
    bool opened_before_ = false;
    std::string buffer_;
};

}  // namespace chartcast::sources
