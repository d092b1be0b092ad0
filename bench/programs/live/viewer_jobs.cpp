// The measurements that have viewers.

#include "client/histogram.hpp"
#include "live/crowd.hpp"
#include "live/http_publisher.hpp"
#include "live/jobs.hpp"
#include "support/command_line.hpp"
#include "support/loopback.hpp"
#include "support/process_usage.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace bench {

namespace {

double milliseconds(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e6;
}

Publishing publishing_of(const JobSettings& settings) {
    return {static_cast<std::uint16_t>(settings.port), settings.key, settings.dataset,
            settings.memory};
}

/// CONNECT of a viewer of deltas; `since` is JSON, or empty for somebody who is new.
std::string delta_connect(const JobSettings& settings, const std::string& since = {}) {
    return R"(40{"chartcast":1,"delta":true,"charts":[")" + settings.chart + "\"]" +
           (since.empty() ? "" : ",\"since\":" + since) + "}";
}

ViewerManners manners(const JobSettings& settings, std::string connect) {
    return {static_cast<std::uint16_t>(settings.port), std::move(connect), nullptr};
}

/// Turns the loop for so long, whatever comes.
void rest(EventLoop& loop, std::uint64_t nanoseconds) {
    const auto end = nanoseconds_now() + nanoseconds;
    for (auto now = nanoseconds_now(); now < end; now = nanoseconds_now()) {
        loop.turn(static_cast<int>((end - now) / 1'000'000 + 1));
    }
}

bool is_delta(std::string_view event) {
    return event.starts_with(R"(["new chart data",{},{"mode":"delta")");
}

// ---- fanout ------------------------------------------------------------------------------------

struct FanoutTimes {
    Histogram each;
    Histogram last;
    Histogram answer;
};

/// One publish, until everybody has it.
void fan_out_once(EventLoop& loop, Crowd& crowd, HttpPublisher& publisher,
                  const std::string& request, FanoutTimes& times) {
    std::size_t have = 0;
    const auto posted_at = nanoseconds_now();
    crowd.manners().on_event = [&](const Viewer&, std::string_view event) {
        if (!is_delta(event)) refuse("something else than a delta came: " + std::string(event));
        times.each.add(nanoseconds_now() - posted_at);
        ++have;
    };
    publisher.send(request,
                   [&](std::string_view) { times.answer.add(nanoseconds_now() - posted_at); });
    const auto all = crowd.viewers().size();
    loop.until([&] { return have >= all; }, "the delta at everybody");
    times.last.add(nanoseconds_now() - posted_at);
    loop.until([&] { return !publisher.waits(); }, "the answer");
    crowd.manners().on_event = [](const Viewer&, std::string_view event) {
        refuse("more than one event for one change: " + std::string(event));
    };
}

}  // namespace

void fanout_job(const JobSettings& settings) {
    EventLoop loop;
    Crowd crowd(loop, manners(settings, delta_connect(settings)));
    HttpPublisher publisher(loop, static_cast<std::uint16_t>(settings.port));
    const auto publishing = publishing_of(settings);
    crowd.join(settings.clients, 64, [](std::string_view) {});
    FanoutTimes times;
    // The first publishes of a server are not like the others.
    constexpr std::uint64_t warm_up = 3;
    std::uint64_t cpu_before = 0;
    for (std::uint64_t number = 0; number < warm_up + settings.publishes; ++number) {
        if (number == warm_up) {
            times = {};
            cpu_before = cpu_nanoseconds_of(settings.process());
        }
        const auto began = nanoseconds_now();
        const auto request = publishing.upsert(number % settings.rows, 200'000 + number);
        fan_out_once(loop, crowd, publisher, request, times);
        const auto next = began + settings.interval_ms * 1'000'000;
        const auto now = nanoseconds_now();
        if (next > now) rest(loop, next - now);
    }
    const auto cpu = cpu_nanoseconds_of(settings.process()) - cpu_before;
    const auto deliveries = settings.publishes * settings.clients;
    std::printf("\"deliveries\": %lu, \"p50_ms\": %.3f, \"p99_ms\": %.3f", deliveries,
                milliseconds(times.each.percentile(50)), milliseconds(times.each.percentile(99)));
    std::printf(", \"last_p50_ms\": %.3f, \"last_p99_ms\": %.3f, \"answer_p50_ms\": %.3f",
                milliseconds(times.last.percentile(50)), milliseconds(times.last.percentile(99)),
                milliseconds(times.answer.percentile(50)));
    std::printf(", \"server_cpu_us\": %.2f",
                static_cast<double>(cpu) / 1e3 / static_cast<double>(deliveries));
}

// ---- bytes -------------------------------------------------------------------------------------

void bytes_job(const JobSettings& settings) {
    EventLoop loop;
    Crowd delta(loop, manners(settings, delta_connect(settings)));
    Crowd plain(loop, manners(settings, "40"));
    HttpPublisher publisher(loop, static_cast<std::uint16_t>(settings.port));
    const auto publishing = publishing_of(settings);
    delta.join(1, 1, [](std::string_view) {});
    plain.join(1, 1, [](std::string_view) {});
    const auto& one = *delta.viewers().front();
    const auto& other = *plain.viewers().front();
    std::vector<std::uint64_t> delta_bytes;
    std::vector<std::uint64_t> plain_bytes;
    std::string last;
    delta.manners().on_event = [&](const Viewer&, std::string_view event) {
        if (!is_delta(event)) refuse("something else than a delta came: " + std::string(event));
        last = event;
    };
    for (std::uint64_t number = 0; number < settings.publishes; ++number) {
        const auto delta_before = one.wire_bytes();
        const auto plain_before = other.wire_bytes();
        const auto due = number + 2;
        // Spread over the table: names and numbers of all lengths.
        const auto row = number * 7 % settings.rows;
        (void)publisher.ask(publishing.upsert(row, 300'000 + number));
        loop.until([&] { return one.events() >= due && other.events() >= due; }, "both changes");
        delta_bytes.push_back(one.wire_bytes() - delta_before);
        plain_bytes.push_back(other.wire_bytes() - plain_before);
    }
    const auto [delta_least, delta_most] =
        std::minmax_element(delta_bytes.begin(), delta_bytes.end());
    const auto plain_most = *std::max_element(plain_bytes.begin(), plain_bytes.end());
    std::printf("\"delta_least\": %lu, \"delta_most\": %lu, \"plain_most\": %lu", *delta_least,
                *delta_most, plain_most);
    std::fprintf(stderr, "a delta: 42%s\n", last.c_str());
}

// ---- resume ------------------------------------------------------------------------------------

namespace {

std::string since_of(const JobSettings& settings, std::string_view tpl, std::string_view answer) {
    return R"({"tpl":{")" + settings.chart + R"(":")" + std::string(tpl) + R"("},"ds":{")" +
           settings.dataset + R"(":[")" + std::string(member(answer, "epoch")) + "\"," +
           std::string(member(answer, "v")) + "]}}";
}

/// Asks by a publish that changes nothing: its answer says how many watch.
void wait_until_nobody_watches(EventLoop& loop, HttpPublisher& publisher,
                               const std::string& unchanged) {
    constexpr int tries_max = 600;
    for (int tries = 0; member(publisher.ask(unchanged), "watchers") != "0"; ++tries) {
        if (tries == tries_max) refuse("the server does not see that everybody left");
        rest(loop, 50'000'000);
    }
}

/// Everybody at once; prints what that took.
void come_back(const JobSettings& settings, Crowd& crowd) {
    Histogram times;
    std::uint64_t recovered = 0;
    const auto cpu_before = cpu_nanoseconds_of(settings.process());
    const auto began = nanoseconds_now();
    crowd.join(settings.clients, Crowd::connecting_max, [&](std::string_view event) {
        times.add(nanoseconds_now() - began);
        if (member(event, "mode") == "resume" && member(event, "recovered") == "true") ++recovered;
    });
    const auto took = nanoseconds_now() - began;
    const auto cpu = cpu_nanoseconds_of(settings.process()) - cpu_before;
    std::printf("\"seconds\": %.3f, \"p50_seconds\": %.3f, \"recovered\": %lu, \"clients\": %lu",
                static_cast<double>(took) / 1e9, milliseconds(times.percentile(50)) / 1e3,
                recovered, settings.clients);
    std::printf(", \"server_cpu_us\": %.2f",
                static_cast<double>(cpu) / 1e3 / static_cast<double>(settings.clients));
}

}  // namespace

void resume_job(const JobSettings& settings) {
    EventLoop loop;
    HttpPublisher publisher(loop, static_cast<std::uint16_t>(settings.port));
    const auto publishing = publishing_of(settings);
    const auto first = publishing.upsert(1, 400'000);
    const auto known = publisher.ask(first);

    const auto memory_before = anonymous_bytes_of(settings.process());
    Crowd crowd(loop, manners(settings, delta_connect(settings)));
    std::string tpl;
    crowd.join(settings.clients, 64, [&](std::string_view event) { tpl = member(event, "tpl"); });
    rest(loop, 300'000'000);
    const auto memory = anonymous_bytes_of(settings.process()) - memory_before;

    crowd.leave();
    wait_until_nobody_watches(loop, publisher, first);
    (void)publisher.ask(publishing.upsert(1, 400'001));

    crowd.manners().connect = delta_connect(settings, since_of(settings, tpl, known));
    come_back(settings, crowd);
    std::printf(", \"client_bytes\": %.0f",
                static_cast<double>(memory) / static_cast<double>(settings.clients));
}

}  // namespace bench
