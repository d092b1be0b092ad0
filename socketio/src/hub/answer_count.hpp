#pragma once
// What one shard's sockets answer to a broadcast: complete when each has answered, left or been waited for
// too long. Lives on one shard.

#include "socketio/ack.hpp"
#include "socketio/error.hpp"

#include <cstddef>
#include <functional>
#include <utility>

namespace socketio::hub {

/// The worse of two: Node knows only of timeouts.
[[nodiscard]] inline boost::system::error_code worse_of(boost::system::error_code one,
                                                        boost::system::error_code other) noexcept {
    return !one || other == errc::ack_timeout ? other : one;
}

class AnswerCount {
public:
    explicit AnswerCount(std::function<void(BroadcastAnswers)> done) noexcept
        : done_(std::move(done)) {}

    void expect() noexcept { ++missing_; }
    void add(boost::system::error_code ec, const Args& args) {
        if (ec) {
            answers_.ec = worse_of(answers_.ec, ec);
        } else {
            answers_.values.push_back(args.empty() ? Value() : args.front());
        }
        settle();
    }
    /// Nobody else is expected.
    void all_asked() { settle(); }

private:
    void settle() {
        if (--missing_ == 0) done_(std::move(answers_));
    }

    std::function<void(BroadcastAnswers)> done_;
    BroadcastAnswers answers_;
    /// Asking itself counts as one, so that the first answers do not complete it.
    std::size_t missing_ = 1;
};

}  // namespace socketio::hub
