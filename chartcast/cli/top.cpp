#include "cli/top.hpp"

#include "cli/http.hpp"
#include "cli/metrics_text.hpp"

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

namespace chartcast::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int second = 1000;

std::string failure(const std::string& url, const HttpAnswer& answer) {
    return url + ": " + (answer.status == 0 ? answer.error : std::to_string(answer.status));
}

void show(const std::string& text, bool terminal) {
    // From the top of a screen that is cleared line by line: it does not flicker.
    std::fputs((terminal ? "\x1b[H\x1b[J" + text : text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

}  // namespace

int run(const config::TopCommand& command) {
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    const auto url = command.url + "/metrics";
    HttpClient http;
    std::vector<Sample> before;
    auto read_before = Clock::now();
    for (;;) {
        const auto answer = http.get(url);
        const auto now = Clock::now();
        if (answer.status == 200) {
            auto samples = parse_metrics(answer.body);
            const auto between = std::chrono::duration_cast<milliseconds>(now - read_before);
            show("chartcast at " + command.url + "\n\n" + metrics_table(samples, before, between),
                 terminal);
            before = std::move(samples);
            read_before = now;
        } else if (before.empty()) {
            std::fputs(("top: cannot read " + failure(url, answer) + "\n").c_str(), stderr);
            return 1;
        } else {
            show("chartcast at " + failure(url, answer) + "\n", terminal);
        }
        if (std::ferror(stdout) != 0) return 0;
        (void)::poll(nullptr, 0, second);
    }
}

}  // namespace chartcast::cli
