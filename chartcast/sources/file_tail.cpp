#include "sources/file_tail.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace chartcast::sources {
namespace {

std::string explain(const std::string& path, int error) {
    return path + ": " + std::generic_category().message(error);
}

}  // namespace

FileHandle::~FileHandle() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

FileHandle::FileHandle(FileHandle&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileHandle open_file(const std::string& path, std::string& problem) {
    // Without waiting: a pipe has no writer, perhaps for ever.
    FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found{};
    if (!file || ::fstat(file.get(), &found) != 0) {
        problem = explain(path, errno);
        return {};
    }
    if (S_ISREG(found.st_mode)) return file;
    problem = path + ": is no regular file";
    return {};
}

FileTail::FileTail(std::string path, const LineFeed::Options& lines, off_t first_bytes)
    : path_(std::move(path)),
      feed_(lines),
      format_(lines.format),
      first_bytes_(first_bytes),
      buffer_(piece_bytes_max, '\0') {}

FileTail::Piece FileTail::read() {
    Piece piece;
    if (!file_) {
        piece.problem = open();
        if (!file_) return piece;
    }
    const auto got = ::pread(file_.get(), buffer_.data(), buffer_.size(), offset_);
    if (got < 0) {
        piece.problem = explain(path_, errno);
        file_ = {};
    } else if (got > 0) {
        offset_ += got;
        piece.bytes = static_cast<std::size_t>(got);
        feed_.feed({buffer_.data(), piece.bytes}, piece.rows);
        piece.more = true;
    } else {
        at_the_end(piece);
    }
    return piece;
}

std::string FileTail::open() {
    std::string problem;
    file_ = open_file(path_, problem);
    if (!file_) return problem;
    struct stat found{};
    ::fstat(file_.get(), &found);
    device_ = found.st_dev;
    inode_ = found.st_ino;
    offset_ = 0;
    replaced_ = false;
    if (!std::exchange(opened_before_, true) && found.st_size > first_bytes_) {
        begin_near_the_end(found.st_size);
    }
    return {};
}

void FileTail::begin_near_the_end(off_t size) {
    if (format_ == decode::Format::csv) {
        const auto got = ::pread(file_.get(), buffer_.data(), buffer_.size(), 0);
        const std::string_view start(buffer_.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        LineRows no_rows;
        feed_.feed(start.substr(0, start.find('\n') + 1), no_rows);
    }
    offset_ = size - first_bytes_;
    feed_.pass_over_line();
}

void FileTail::at_the_end(Piece& piece) {
    struct stat found{};
    if (::fstat(file_.get(), &found) == 0 && found.st_size < offset_) {
        feed_.finish(piece.rows);
        offset_ = 0;
        piece.more = found.st_size > 0;
    } else if (replaced_) {
        feed_.finish(piece.rows);
        file_ = {};
        piece.more = true;
    } else if (is_replaced()) {
        // Once more: the writer may have added a line before it went on to the other file.
        replaced_ = true;
        piece.more = true;
    }
}

/// No file at the path is the moment before the next one comes.
bool FileTail::is_replaced() const {
    struct stat found{};
    if (::stat(path_.c_str(), &found) != 0) return false;
    return found.st_dev != device_ || found.st_ino != inode_;
}

}  // namespace chartcast::sources
