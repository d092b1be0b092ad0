// The kernel's price of a fan-out: a bare loop of send() over accepted sockets, and nothing else. What a server
// costs is told in multiples of it. With --ring the same goes through io_uring. bench/fanout_client --raw is
// the other end.
//
// From SIGUSR2 on it sends, every interval, `burst` times the same bytes to everybody; a second SIGUSR2 stops it.

#include "limit/send_ring.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

struct Settings {
    std::uint64_t port = 0;
    double interval_ms = 10;
    std::uint64_t bytes = 200;
    std::uint64_t burst = 1;
    bool gather = false;
    bool ring = false;
    std::uint64_t start_on_connected = 0;
};

Settings read_settings(int argc, char** argv) {
    Settings settings;
    bench::CommandLine("Sends the same bytes to all its connections, as cheaply as send() can.")
        .number("--port", settings.port, "where it listens; 0 takes a free port")
        .decimal("--interval-ms", settings.interval_ms,
                 "between the beginnings of two bursts; 0 is no pause (10)")
        .number("--bytes", settings.bytes, "of one message")
        .number("--burst", settings.burst, "messages for each connection at a time")
        .flag("--gather", settings.gather, "a burst is one sendmsg() for each connection")
        .flag("--ring", settings.ring, "sends through io_uring, up to 1024 in one system call")
        .number("--start-on-connected", settings.start_on_connected,
                "begin with that many connections; 0 waits for SIGUSR2")
        .parse(argc, argv);
    if (settings.bytes == 0 || settings.burst == 0) bench::refuse("there is nothing to send");
    if (settings.gather && settings.burst > 1024) {
        bench::refuse("sendmsg() takes no more than 1024 buffers");
    }
    if (settings.gather && settings.ring) bench::refuse("--gather and --ring are two ways to send");
    return settings;
}

std::uint64_t own_cpu_nanoseconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(used.tv_nsec);
}

class Limit {
public:
    Limit(const Settings& settings, int signals)
        : settings_(settings),
          signals_(signals),
          message_(settings.bytes, 'x'),
          buffers_(settings.burst, iovec{message_.data(), message_.size()}) {
        if (settings.ring) ring_.emplace();
    }

    /// Until it is told to begin. False: told to end.
    bool accept_all(int listener) {
        while (settings_.start_on_connected == 0 ||
               sockets_.size() < settings_.start_on_connected) {
            pollfd watched[] = {{listener, POLLIN, 0}, {signals_, POLLIN, 0}};
            if (::poll(watched, 2, -1) < 0) bench::fail("poll");
            // First who came before the signal.
            accept_waiting(listener);
            if (watched[1].revents != 0) return next_signal() == SIGUSR2;
        }
        return true;
    }

    /// Until a signal, which it returns.
    int send_all() {
        const auto cpu_before = own_cpu_nanoseconds();
        const auto interval = static_cast<std::uint64_t>(settings_.interval_ms * 1e6);
        auto due = bench::nanoseconds_now();
        do {
            send_burst();
            // No debt is kept: who is late goes on from now.
            due = std::max(due + interval, bench::nanoseconds_now());
        } while (!signalled_before(due));
        const auto cpu_us = static_cast<double>(own_cpu_nanoseconds() - cpu_before) / 1e3;
        std::printf("sent %lu broadcasts: %lu sends, %lu refused, %.3f us CPU each\n", broadcasts_,
                    sends_, refused_, cpu_us / static_cast<double>(sends_));
        std::fflush(stdout);
        return next_signal();
    }

    int next_signal() const {
        signalfd_siginfo signal{};
        if (::read(signals_, &signal, sizeof signal) != sizeof signal) bench::fail("signalfd");
        return static_cast<int>(signal.ssi_signo);
    }

private:
    void accept_waiting(int listener) {
        for (;;) {
            const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (socket < 0 && errno == EAGAIN) return;
            if (socket < 0) bench::fail("accept");
            bench::send_without_delay(socket);
            sockets_.push_back(socket);
        }
    }

    void send_burst() {
        if (ring_) return send_through_ring();
        settings_.gather ? send_gathered() : send_one_by_one();
    }

    void send_through_ring() {
        for (std::uint64_t i = 0; i < settings_.burst; ++i) {
            refused_ += ring_->send(sockets_, message_);
            sends_ += sockets_.size();
        }
        broadcasts_ += settings_.burst;
    }

    // As one broadcast after the other does it.
    void send_one_by_one() {
        for (std::uint64_t i = 0; i < settings_.burst; ++i) {
            for (const int socket : sockets_) {
                const auto sent =
                    ::send(socket, message_.data(), message_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
                count(sent, 1);
            }
        }
        broadcasts_ += settings_.burst;
    }

    void send_gathered() {
        msghdr gathered{};
        gathered.msg_iov = buffers_.data();
        gathered.msg_iovlen = buffers_.size();
        for (const int socket : sockets_) {
            count(::sendmsg(socket, &gathered, MSG_DONTWAIT | MSG_NOSIGNAL), settings_.burst);
        }
        broadcasts_ += settings_.burst;
    }

    void count(ssize_t sent, std::uint64_t messages) {
        sends_ += messages;
        if (sent != static_cast<ssize_t>(message_.size() * messages)) refused_ += messages;
    }

    bool signalled_before(std::uint64_t due) const {
        const auto now = bench::nanoseconds_now();
        const auto wait = due > now ? due - now : 0;
        const timespec timeout{static_cast<time_t>(wait / 1'000'000'000u),
                               static_cast<long>(wait % 1'000'000'000u)};
        pollfd watched{signals_, POLLIN, 0};
        return ::ppoll(&watched, 1, &timeout, nullptr) > 0;
    }

    const Settings& settings_;
    int signals_;
    std::string message_;
    std::vector<iovec> buffers_;
    std::optional<bench::SendRing> ring_;
    std::vector<int> sockets_;
    std::uint64_t broadcasts_ = 0;
    std::uint64_t sends_ = 0;
    std::uint64_t refused_ = 0;
};

int open_signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : {SIGUSR2, SIGINT, SIGTERM}) sigaddset(&wanted, signal);
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    const int signals = ::signalfd(-1, &wanted, SFD_CLOEXEC);
    if (signals < 0) bench::fail("signalfd");
    return signals;
}

}  // namespace

int main(int argc, char** argv) {
    const auto settings = read_settings(argc, argv);
    bench::raise_open_files_limit();
    const int signals = open_signals();
    const int listener = bench::listen_on_loopback(static_cast<std::uint16_t>(settings.port));
    std::printf("listening on port %u\n", bench::port_of(listener));
    std::fflush(stdout);
    Limit limit(settings, signals);
    // Its clients are still to read what it sent: it stays until it is told to end.
    if (limit.accept_all(listener) && limit.send_all() == SIGUSR2) limit.next_signal();
}
