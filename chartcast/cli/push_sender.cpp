#include "cli/push_sender.hpp"

#include "cli/push_batch.hpp"
#include "cli/push_problem.hpp"
#include "cli/random_text.hpp"
#include <socketio/json.hpp>

#include <algorithm>
#include <cstdio>

#include <poll.h>
#include <unistd.h>

namespace chartcast::cli {
namespace {

using namespace std::chrono_literals;

/// For a batch that the server could not take: together some minutes.
constexpr int attempts_max = 10;
constexpr std::chrono::seconds wait_max = 30s;

bool worth_another_try(const HttpAnswer& answer, bool reached_before) {
    // A wrong --url is told at once; a server that restarts is waited for.
    if (answer.status == 0) return reached_before;
    const bool running =
        answer.status == 409 && answer.body.find("\"in_progress\"") != std::string::npos;
    return answer.status == 503 || answer.status == 429 || running;
}

void wait(std::chrono::seconds seconds) {
    (void)::poll(nullptr, 0, static_cast<int>(std::chrono::milliseconds(seconds).count()));
}

std::string number_of(const socketio::Object& object, std::string_view name) {
    const auto* value = object.find(name);
    return value ? socketio::to_json(*value) : "?";
}

}  // namespace

PushSender::PushSender(const config::PushCommand& command)
    : url_(command.url + "/api/v1/datasets/" + command.dataset + "/rows"),
      dataset_(command.dataset),
      key_("push-" + random_hex(12) + "-"),
      line_(isatty(STDERR_FILENO) == 1) {
    if (!command.operation.empty()) url_ += "?op=" + command.operation;
    headers_ = {"content-type: " + std::string(content_type(command.format)),
                "accept: application/json"};
    if (!command.key.empty()) headers_.push_back("authorization: Bearer " + command.key);
}

bool PushSender::send(const std::string& body, const std::vector<std::size_t>& lines) {
    const auto answer = post_until_answered(body);
    const bool taken = answer.status >= 200 && answer.status < 300;
    if (taken) {
        count(body, lines, answer);
        line_.update(progress_);
        return true;
    }
    if (answer.status == 0) {
        say("cannot reach " + url_ + ": " + answer.error);
        return false;
    }
    say(push_problem(answer, lines));
    if (!lines.empty()) {
        say("nothing was taken of lines " + std::to_string(lines.front()) + " to " +
            std::to_string(lines.back()) + "; all rows before them were");
    }
    return false;
}

HttpAnswer PushSender::post_until_answered(const std::string& body) {
    auto headers = headers_;
    headers.push_back("idempotency-key: " + key_ + std::to_string(progress_.batches));
    std::chrono::seconds pause = 1s;
    for (int attempt = 1;; ++attempt) {
        auto answer = http_.post(url_, body, headers);
        if (attempt >= attempts_max || !worth_another_try(answer, progress_.batches > 0)) {
            return answer;
        }
        const auto seconds = std::min(answer.retry_after.value_or(pause), wait_max);
        say(push_problem(answer, {}) + "; trying again in " + std::to_string(seconds.count()) +
            " s");
        wait(seconds);
        pause = std::min(pause * 2, wait_max);
    }
}

void PushSender::count(const std::string& body, const std::vector<std::size_t>& lines,
                       const HttpAnswer& answer) {
    ++progress_.batches;
    progress_.bytes += body.size();
    progress_.items += lines.size();
    const auto parsed = socketio::parse_json(answer.body);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    if (!object) return;
    position_ =
        "version " + number_of(*object, "v") + ", " + number_of(*object, "watchers") + " watching";
}

void PushSender::summarise() {
    auto text = progress_text(progress_, line_.elapsed()) + ", " +
                std::to_string(progress_.batches) +
                (progress_.batches == 1 ? " batch" : " batches");
    if (!position_.empty()) text += "; " + dataset_ + ": " + position_;
    say(text);
}

void PushSender::say(const std::string& text) {
    line_.clear();
    std::fputs(("push: " + text + "\n").c_str(), stderr);
}

}  // namespace chartcast::cli
