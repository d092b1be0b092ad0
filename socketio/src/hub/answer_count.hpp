#pragma once
// What sockets answer to a broadcast: told as it comes, or in one when each has answered, left or been waited for
// too long. Lives on one shard.

#include "socketio/ack.hpp"
#include "socketio/error.hpp"
#include "socketio/value.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace socketio::hub {

/// The worse of two: Node knows only of timeouts.
[[nodiscard]] inline boost::system::error_code worse_of(boost::system::error_code one,
                                                        boost::system::error_code other) noexcept {
    return !one || other == errc::ack_timeout ? other : one;
}

/// Where answers are told as they come.
struct AnswerStream {
    /// Once, perhaps within the call that asks: so many sockets were asked.
    std::function<void(std::size_t sockets)> on_count;
    /// Once for each of them; for one that left while it was being asked before the count. The first argument of
    /// its answer, or null; an error is instead of an answer.
    std::function<void(boost::system::error_code, Value)> on_answer;
};

/// Collects such a stream, and tells it in one.
class AnswerCount {
public:
    explicit AnswerCount(std::function<void(BroadcastAnswers)> done) noexcept
        : done_(std::move(done)) {}

    void expect(std::size_t sockets) {
        expected_ = sockets;
        settle();
    }
    void add(boost::system::error_code ec, Value answer) {
        ++came_;
        if (ec) {
            answers_.ec = worse_of(answers_.ec, ec);
        } else {
            answers_.values.push_back(std::move(answer));
        }
        settle();
    }

private:
    void settle() {
        if (expected_ && came_ == *expected_) done_(std::move(answers_));
    }

    std::function<void(BroadcastAnswers)> done_;
    BroadcastAnswers answers_;
    std::optional<std::size_t> expected_;
    std::size_t came_ = 0;
};

/// `done` is called once, perhaps within the call that asks.
[[nodiscard]] inline AnswerStream collect_answers(std::function<void(BroadcastAnswers)> done) {
    const auto count = std::make_shared<AnswerCount>(std::move(done));
    return {
        [count](std::size_t sockets) { count->expect(sockets); },
        [count](boost::system::error_code ec, Value answer) { count->add(ec, std::move(answer)); }};
}

}  // namespace socketio::hub
