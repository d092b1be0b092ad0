#include "transport/uring_writer.hpp"

#include "shard/brief_thread.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <system_error>

#include <liburing.h>

namespace socketio::transport {

namespace {

constexpr unsigned ring_entries = 1024;
/// For fewer recipients a system call each is cheaper.
constexpr std::size_t batch_worth_it = 4;
constexpr int send_flags = MSG_DONTWAIT | MSG_NOSIGNAL;
/// No result of a write.
constexpr ssize_t pending = std::numeric_limits<ssize_t>::max();

/// Kernels before 6.1 do not know the first, those before 5.19 neither the second.
constexpr unsigned setup_flags[] = {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
                                    IORING_SETUP_COOP_TASKRUN, 0};

}  // namespace

/// The kernel's ring, with errors as negative numbers as liburing has them.
class UringWriter::Ring {
public:
    Ring() = default;
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() {
        if (open_) ::io_uring_queue_exit(&ring_);
    }

    [[nodiscard]] int open(unsigned entries) {
        int status = -EINVAL;
        for (const auto flags : setup_flags) {
            status = ::io_uring_queue_init(entries, &ring_, flags);
            if (status != -EINVAL) break;
        }
        open_ = status == 0;
        return status;
    }

    /// One that does nothing, all the way through: where only io_uring_enter is forbidden, this fails.
    [[nodiscard]] int try_out() {
        ::io_uring_prep_nop(::io_uring_get_sqe(&ring_));
        const int status = ::io_uring_submit_and_wait(&ring_, 1);
        if (status < 0) return status;
        ::io_uring_cq_advance(&ring_, 1);
        return 0;
    }

    void prepare(WriteRequest& request, std::span<const iovec> parts, msghdr& head) {
        auto* entry = ::io_uring_get_sqe(&ring_);
        if (parts.size() == 1) {
            ::io_uring_prep_send(entry, request.fd, parts[0].iov_base, parts[0].iov_len,
                                 send_flags);
        } else {
            head = {};
            head.msg_iov = const_cast<iovec*>(parts.data());
            head.msg_iovlen = parts.size();
            ::io_uring_prep_sendmsg(entry, request.fd, &head, send_flags);
        }
        ::io_uring_sqe_set_data(entry, &request);
        request.result = pending;
    }

    /// Submits what was prepared and takes all results. Negative when the kernel refuses the ring:
    /// what it has not taken is still pending.
    [[nodiscard]] int run(unsigned count) {
        unsigned submitted = 0;
        unsigned completed = 0;
        while (completed < count) {
            const int status = ::io_uring_submit_and_wait(&ring_, count - completed);
            if (status > 0) submitted += static_cast<unsigned>(status);
            completed += take_results();
            if (status < 0 && status != -EINTR) {
                // What the kernel has taken still writes to our memory.
                while (completed < submitted) {
                    io_uring_cqe* completion = nullptr;
                    const int waited = ::io_uring_wait_cqe(&ring_, &completion);
                    if (waited < 0 && waited != -EINTR) break;
                    completed += take_results();
                }
                return status;
            }
        }
        return 0;
    }

private:
    [[nodiscard]] unsigned take_results() {
        unsigned taken = 0;
        unsigned head = 0;
        io_uring_cqe* completion = nullptr;
        io_uring_for_each_cqe(&ring_, head, completion) {
            auto& request = *static_cast<WriteRequest*>(::io_uring_cqe_get_data(completion));
            request.result = completion->res;
            ++taken;
        }
        ::io_uring_cq_advance(&ring_, taken);
        return taken;
    }

    io_uring ring_{};
    bool open_ = false;
};

boost::system::error_code UringWriter::probe() {
    int status = 0;
    const auto try_one = [&status] {
        Ring ring;
        status = ring.open(1);
        if (status == 0) status = ring.try_out();
    };
    try {
        shard::run_on_brief_thread(try_one);
    } catch (const std::system_error& no_thread) {
        return no_thread.code();
    }
    return {-status, boost::system::system_category()};
}

UringWriter::UringWriter(const base::Log& log) : log_(log) {}

UringWriter::~UringWriter() = default;

void UringWriter::write(std::span<WriteRequest> requests, std::span<const iovec> buffers) {
    if (requests.size() < batch_worth_it || !ready()) return plain_.write(requests, buffers);
    heads_.resize(std::max(heads_.size(), std::min<std::size_t>(requests.size(), ring_entries)));
    while (!requests.empty()) {
        const auto batch = requests.first(std::min<std::size_t>(requests.size(), ring_entries));
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto parts = buffers.subspan(batch[i].first_buffer, batch[i].buffer_count);
            ring_->prepare(batch[i], parts, heads_[i]);
        }
        const int status = ring_->run(static_cast<unsigned>(batch.size()));
        for (auto& request : batch) {
            if (request.result == pending || request.result == -EINTR) {
                plain_.write({&request, 1}, buffers);
            }
        }
        requests = requests.subspan(batch.size());
        if (status < 0) {
            fail(-status, "submitting writes");
            return plain_.write(requests, buffers);
        }
    }
}

bool UringWriter::ready() {
    if (state_ == State::unopened) {
        state_ = State::open;
        ring_ = std::make_unique<Ring>();
        const int status = ring_->open(ring_entries);
        if (status < 0) fail(-status, "opening the ring");
    }
    return state_ == State::open;
}

void UringWriter::fail(int error, const char* during) {
    state_ = State::failed;
    ring_.reset();
    log_.write(LogLevel::warn, "io_uring failed, writing with send() from now on",
               [&] { return base::LogFields{{"during", during}, {"why", std::strerror(error)}}; });
}

}  // namespace socketio::transport
