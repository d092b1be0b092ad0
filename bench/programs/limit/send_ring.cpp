#include "limit/send_ring.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

namespace bench {

namespace {

constexpr unsigned entries = 1024;

}  // namespace

SendRing::SendRing() {
    int status = ::io_uring_queue_init(entries, &ring_,
                                       IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
    // Kernels before 6.1 do not know these.
    if (status == -EINVAL) status = ::io_uring_queue_init(entries, &ring_, 0);
    if (status < 0) {
        errno = -status;
        fail("io_uring");
    }
}

std::uint64_t SendRing::send(std::span<const int> sockets, std::string_view bytes) {
    std::uint64_t refused = 0;
    while (!sockets.empty()) {
        const auto batch = sockets.first(std::min<std::size_t>(sockets.size(), entries));
        for (const int socket : batch) {
            ::io_uring_prep_send(::io_uring_get_sqe(&ring_), socket, bytes.data(), bytes.size(),
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        refused += take_results(static_cast<unsigned>(batch.size()), bytes.size());
        sockets = sockets.subspan(batch.size());
    }
    return refused;
}

std::uint64_t SendRing::take_results(unsigned count, std::size_t bytes) {
    std::uint64_t refused = 0;
    unsigned taken = 0;
    while (taken < count) {
        const int status = ::io_uring_submit_and_wait(&ring_, count - taken);
        if (status < 0 && status != -EINTR) {
            errno = -status;
            fail("io_uring");
        }
        unsigned head = 0;
        unsigned arrived = 0;
        io_uring_cqe* completion = nullptr;
        io_uring_for_each_cqe(&ring_, head, completion) {
            if (completion->res != static_cast<int>(bytes)) ++refused;
            ++arrived;
        }
        ::io_uring_cq_advance(&ring_, arrived);
        taken += arrived;
    }
    return refused;
}

}  // namespace bench
