#include "client/histogram.hpp"
#include "live/http_publisher.hpp"
#include "live/jobs.hpp"
#include "support/loopback.hpp"
#include "support/process_usage.hpp"

#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

namespace bench {

namespace {

std::uint64_t own_cpu_nanoseconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<std::uint64_t>(used.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(used.tv_nsec);
}

class PublishRun {
public:
    explicit PublishRun(const JobSettings& settings)
        : settings_(settings),
          publishing_{static_cast<std::uint16_t>(settings.port), settings.key, settings.dataset,
                      settings.memory} {
        for (std::uint64_t i = 0; i < settings.connections; ++i) {
            publishers_.push_back(std::make_unique<HttpPublisher>(loop_, publishing_.port));
        }
    }

    void run() {
        for (const auto& publisher : publishers_) publish(*publisher);
        turn_for(settings_.warm_up_seconds);
        times_ = {};
        answers_ = 0;
        const auto began = nanoseconds_now();
        const auto server_before = cpu_nanoseconds_of(settings_.process());
        const auto own_before = own_cpu_nanoseconds();
        turn_for(settings_.seconds);
        const auto seconds = static_cast<double>(nanoseconds_now() - began) / 1e9;
        const auto server = cpu_nanoseconds_of(settings_.process()) - server_before;
        const auto own = own_cpu_nanoseconds() - own_before;
        const auto answers = answers_;
        stopping_ = true;
        for (const auto& publisher : publishers_) {
            loop_.until([&] { return !publisher->waits(); }, "the last answers");
        }
        std::printf("\"seconds\": %.3f, \"publishes\": %lu, \"p50_us\": %.1f, \"p99_us\": %.1f",
                    seconds, answers, microseconds(times_.percentile(50)),
                    microseconds(times_.percentile(99)));
        std::printf(", \"server_cpu_us\": %.2f, \"client_busy\": %.3f",
                    microseconds(server) / static_cast<double>(answers == 0 ? 1 : answers),
                    static_cast<double>(own) / 1e9 / seconds);
    }

private:
    static double microseconds(std::uint64_t nanoseconds) {
        return static_cast<double>(nanoseconds) / 1e3;
    }

    void publish(HttpPublisher& publisher) {
        // Each row gets an amount that it does not have: what changes nothing is no publish.
        const auto number = number_++;
        const auto request = publishing_.upsert(number % settings_.rows, 100'000 + number);
        const auto sent_at = nanoseconds_now();
        publisher.send(request, [this, &publisher, sent_at](std::string_view) {
            times_.add(nanoseconds_now() - sent_at);
            ++answers_;
            if (!stopping_) publish(publisher);
        });
    }

    void turn_for(double seconds) {
        const auto end = nanoseconds_now() + static_cast<std::uint64_t>(seconds * 1e9);
        while (nanoseconds_now() < end) loop_.turn(10);
    }

    const JobSettings& settings_;
    Publishing publishing_;
    EventLoop loop_;
    std::vector<std::unique_ptr<HttpPublisher>> publishers_;
    Histogram times_;
    std::uint64_t answers_ = 0;
    std::uint64_t number_ = 0;
    bool stopping_ = false;
};

}  // namespace

void publish_job(const JobSettings& settings) {
    PublishRun(settings).run();
}

}  // namespace bench
