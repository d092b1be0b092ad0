// What the classic adapter takes to receive a message of an emitter, in CPU, beside what nobody can do without:
// reading the same bytes from a socket, and decoding the same message. Prints one line of JSON.
//
// A process of its own publishes, on the last core that it may have; the rest is on the first one.

#include "adapter/lone_host.hpp"
#include "support/chart_message.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"
#include "support/redis_publisher.hpp"
#include "wire/msgpack.hpp"
#include <socketio/redis_adapter.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Settings {
    std::uint64_t redis_port = 0;
    std::uint64_t messages = 50'000;
    std::uint64_t bytes = 200;
    std::uint64_t interval_us = 0;
    int receiving_core = -1;
    int publishing_core = -1;
};

/// The first and the last of those that this process may have.
void choose_cores(Settings& settings) {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) bench::fail("sched_getaffinity");
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (!CPU_ISSET(static_cast<std::size_t>(core), &allowed)) continue;
        if (settings.receiving_core < 0) settings.receiving_core = core;
        settings.publishing_core = core;
    }
}

void stay_on(int core) {
    cpu_set_t chosen;
    CPU_ZERO(&chosen);
    CPU_SET(static_cast<std::size_t>(core), &chosen);
    if (::sched_setaffinity(0, sizeof chosen, &chosen) != 0) bench::fail("sched_setaffinity");
}

Settings read_settings(int argc, char** argv) {
    Settings settings;
    bench::CommandLine("Receives an emitter's messages through Redis, three ways.")
        .number("--redis-port", settings.redis_port, "of a Redis on 127.0.0.1")
        .number("--messages", settings.messages, "to receive, each way")
        .number("--bytes", settings.bytes, "of one, as a client would get it")
        .number("--interval-us", settings.interval_us,
                "between two; 0 is as fast as Redis takes them")
        .parse(argc, argv);
    if (settings.redis_port == 0 || settings.redis_port > 65'535) {
        bench::refuse("--redis-port: which one?");
    }
    if (settings.bytes < 100) bench::refuse("--bytes: a message has at least 100");
    if (settings.messages == 0) bench::refuse("there is nothing to receive");
    choose_cores(settings);
    return settings;
}

std::uint64_t cpu_nanoseconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(used.tv_nsec);
}

/// A child that publishes once it is told to, and ends.
class Publishing {
public:
    explicit Publishing(const Settings& settings) {
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0) bench::fail("pipe2");
        child_ = ::fork();
        if (child_ < 0) bench::fail("fork");
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::close(pipe[1]);
            publish(settings, pipe[0]);
            std::_Exit(0);
        }
        ::close(pipe[0]);
        starter_ = pipe[1];
    }
    Publishing(const Publishing&) = delete;
    Publishing& operator=(const Publishing&) = delete;
    ~Publishing() {
        ::close(starter_);
        int status = 0;
        ::waitpid(child_, &status, 0);
    }

    void begin() const {
        if (::write(starter_, "!", 1) != 1) bench::fail("starting the publisher");
    }

private:
    static void publish(const Settings& settings, int starter) {
        stay_on(settings.publishing_core);
        bench::RedisPublisher publisher(static_cast<std::uint16_t>(settings.redis_port));
        bench::EmitterMessage message(bench::chart_numbers(settings.bytes));
        char word = 0;
        if (::read(starter, &word, 1) != 1) return;
        auto due = bench::nanoseconds_now();
        for (std::uint64_t i = 0; i < settings.messages; ++i) {
            if (settings.interval_us > 0) {
                due += settings.interval_us * 1000;
                sleep_until(due);
            }
            publisher.publish(bench::chart_channel, message.at(bench::nanoseconds_now()));
            publisher.read_answers();
        }
        publisher.await_answers();
    }

    static void sleep_until(std::uint64_t nanoseconds) {
        constexpr std::uint64_t second = 1'000'000'000;
        const timespec when{.tv_sec = static_cast<time_t>(nanoseconds / second),
                            .tv_nsec = static_cast<long>(nanoseconds % second)};
        while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) {
        }
    }

    pid_t child_ = -1;
    int starter_ = -1;
};

std::uint64_t decode(const Settings& settings) {
    bench::EmitterMessage message(bench::chart_numbers(settings.bytes));
    const auto before = cpu_nanoseconds();
    for (std::uint64_t i = 0; i < settings.messages; ++i) {
        const auto decoded = socketio::wire::decode_msgpack(message.at(i));
        if (decoded.has_error()) bench::refuse("an emitter's message cannot be decoded");
    }
    return cpu_nanoseconds() - before;
}

/// A subscriber that looks at nothing.
class BareSubscriber {
public:
    explicit BareSubscriber(std::uint64_t redis_port)
        : socket_(bench::connect_to_loopback(static_cast<std::uint16_t>(redis_port), 0)) {
        // It has nothing else to wait for.
        if (::fcntl(socket_, F_SETFL, 0) != 0) bench::fail("fcntl");
        const std::string request = "*2\r\n" + text("PSUBSCRIBE") + text(pattern);
        if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
            bench::fail("subscribing");
        }
        receive(("*3\r\n" + text("psubscribe") + text(pattern) + ":1\r\n").size());
    }
    BareSubscriber(const BareSubscriber&) = delete;
    BareSubscriber& operator=(const BareSubscriber&) = delete;
    ~BareSubscriber() { ::close(socket_); }

    void receive_messages(std::uint64_t count, std::string_view message) {
        const auto around =
            std::string("*4\r\n") + text("pmessage") + text(pattern) + text(bench::chart_channel);
        receive(count * (around.size() + text(message).size()));
    }

private:
    static constexpr std::string_view pattern = "socket.io#/#*";

    static std::string text(std::string_view value) {
        return "$" + std::to_string(value.size()) + "\r\n" + std::string(value) + "\r\n";
    }

    void receive(std::uint64_t bytes) {
        while (bytes > 0) {
            const auto size = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
            if (size < 0 && errno == EINTR) continue;
            if (size <= 0) bench::fail("receiving from Redis");
            bytes -= std::min(bytes, static_cast<std::uint64_t>(size));
        }
    }

    int socket_;
    std::array<char, 64 * 1024> buffer_{};
};

std::uint64_t receive(const Settings& settings) {
    const Publishing publishing(settings);
    BareSubscriber subscriber(settings.redis_port);
    bench::EmitterMessage message(bench::chart_numbers(settings.bytes));
    publishing.begin();
    const auto before = cpu_nanoseconds();
    subscriber.receive_messages(settings.messages, message.at(0));
    return cpu_nanoseconds() - before;
}

std::uint64_t adapt(const Settings& settings) {
    const Publishing publishing(settings);
    bench::LoneHost host;
    socketio::RedisAdapterOptions options;
    options.url = "redis://127.0.0.1:" + std::to_string(settings.redis_port);
    const auto adapter = socketio::redis_adapter(options);
    adapter->start(host);
    host.run_until_ready();
    publishing.begin();
    const auto before = cpu_nanoseconds();
    host.run_until_delivered(settings.messages);
    const auto used = cpu_nanoseconds() - before;
    adapter->stop();
    return used;
}

double microseconds_each(std::uint64_t nanoseconds, const Settings& settings) {
    return static_cast<double>(nanoseconds) / 1000 / static_cast<double>(settings.messages);
}

}  // namespace

int main(int argc, char** argv) {
    const auto settings = read_settings(argc, argv);
    stay_on(settings.receiving_core);
    const auto adapter = adapt(settings);
    const auto receiving = receive(settings);
    const auto decoding = decode(settings);
    std::printf("{\"messages\": %lu, \"decode_us\": %.4f, \"receive_us\": %.4f", settings.messages,
                microseconds_each(decoding, settings), microseconds_each(receiving, settings));
    std::printf(", \"adapter_us\": %.4f}\n", microseconds_each(adapter, settings));
}
