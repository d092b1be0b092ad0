#include "sources/stdin_source.hpp"

#include "ops/log.hpp"
#include "sources/file_tail.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace chartcast::sources {
namespace {

using boost::asio::posix::stream_descriptor;

constexpr std::size_t piece_bytes = 64 * 1024;

/// The same input under a description of its own where that can be: waiting makes it non-blocking, which
/// the shell that shares the terminal must not see.
int own_descriptor(int shared) {
    const auto name = "/proc/self/fd/" + std::to_string(shared);
    struct stat found{};
    // A file's place is part of the description: somebody may have read from it already.
    if (::fstat(shared, &found) == 0 && !S_ISREG(found.st_mode)) {
        const int own = ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (own >= 0) return own;
    }
    return ::fcntl(shared, F_DUPFD_CLOEXEC, 3);
}

bool is_file(int descriptor) {
    struct stat found{};
    return ::fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
}

}  // namespace

class StdinSource::Reader : public std::enable_shared_from_this<Reader> {
public:
    /// A piece, or the end: nothing and perhaps a problem.
    using OnPiece = std::function<void(std::string_view piece, const std::string& problem)>;

    Reader(const SourceContext& context, int descriptor) : pool_(context.pool) {
        const int own = own_descriptor(descriptor);
        if (own >= 0 && !is_file(own)) {
            stream_.emplace(context.io, own);
        } else {
            file_ = FileHandle(own);
        }
    }

    void read(const std::weak_ptr<void>& owner, OnPiece on_piece) {
        on_piece_ = std::move(on_piece);
        if (stream_) {
            wait(owner);
        } else {
            read_file(owner);
        }
    }

    void stop() {
        on_piece_ = nullptr;
        boost::system::error_code ignored;
        if (stream_) stream_->close(ignored);
    }

private:
    void wait(const std::weak_ptr<void>& owner) {
        auto ready = [self = shared_from_this(), owner](boost::system::error_code ec) {
            if (owner.expired() || !self->on_piece_) return;
            if (ec == boost::asio::error::operation_not_supported) {
                // What cannot be waited for, as /dev/null, has an answer at once.
                self->file_ = FileHandle(self->stream_->release());
                self->stream_.reset();
                return self->read_file(owner);
            }
            if (ec) return self->give({}, ec.message());
            const auto got =
                ::read(self->stream_->native_handle(), self->buffer_.data(), piece_bytes);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) return self->wait(owner);
            self->got(got);
        };
        stream_->async_wait(stream_descriptor::wait_read, std::move(ready));
    }

    /// Files are always readable, which asking about is refused, and may still block.
    void read_file(const std::weak_ptr<void>& owner) {
        const auto pool = pool_.lock();
        if (!pool) return;
        pool->run(lane_, owner, [self = shared_from_this()] {
            const auto got = ::read(self->file_.get(), self->buffer_.data(), piece_bytes);
            const int error = errno;
            return [self, got, error] {
                errno = error;
                self->got(got);
            };
        });
    }

    void got(ssize_t count) {
        if (count < 0) return give({}, std::generic_category().message(errno));
        give({buffer_.data(), static_cast<std::size_t>(count)}, {});
    }

    void give(std::string_view piece, const std::string& problem) {
        if (const auto on_piece = std::exchange(on_piece_, nullptr)) on_piece(piece, problem);
    }

    /// Not held: its own thread may be the last to let go of this, and cannot wait for itself.
    std::weak_ptr<BlockingPool> pool_;
    std::shared_ptr<BlockingPool::Lane> lane_ = std::make_shared<BlockingPool::Lane>(1);
    std::optional<stream_descriptor> stream_;
    FileHandle file_;
    std::string buffer_ = std::string(piece_bytes, '\0');
    OnPiece on_piece_;
};

StdinSource::StdinSource(SourceContext context, Options options)
    : context_(std::move(context)),
      options_(std::move(options)),
      feed_(options_.lines),
      batcher_(context_,
               {.dataset = options_.dataset,
                .operation = options_.lines.operation,
                .delay = options_.delay},
               [this] { read(); }),
      reader_(std::make_shared<Reader>(context_, options_.descriptor)),
      self_(std::make_shared<StdinSource*>(this)) {}

StdinSource::~StdinSource() {
    stop();
}

void StdinSource::start() {
    read();
}

void StdinSource::stop() {
    self_.reset();
    reader_->stop();
    batcher_.stop();
}

void StdinSource::read() {
    // What is not read waits in the pipe, and the program that writes there waits with it.
    if (reading_ || ended_ || batcher_.full()) return;
    reading_ = true;
    reader_->read(self_, [this](std::string_view piece, const std::string& problem) {
        reading_ = false;
        if (piece.empty()) {
            ended(problem);
        } else {
            take(piece);
        }
    });
}

void StdinSource::take(std::string_view bytes) {
    ++batcher_.counts.runs;
    LineRows rows;
    feed_.feed(bytes, rows);
    const auto alive = std::weak_ptr(self_);
    batcher_.add(std::move(rows));
    if (!alive.expired()) read();
}

void StdinSource::ended(const std::string& problem) {
    ended_ = true;
    LineRows rows;
    feed_.finish(rows);
    const auto alive = std::weak_ptr(self_);
    batcher_.add(std::move(rows));
    if (alive.expired()) return;
    batcher_.flush();
    if (alive.expired()) return;
    ops::log(socketio::LogLevel::info, "stdin has ended", {{"dataset", options_.dataset}});
    if (!problem.empty()) batcher_.problem("stdin: " + problem);
}

}  // namespace chartcast::sources
