#pragma once
// The answers of all shards' sockets to a broadcast of another server, on their way to the adapter: how many were
// asked, then each answer. Lives on shard 0.

#include "socketio/value.hpp"

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace socketio {

class AnswerRelay {
public:
    AnswerRelay(unsigned shards, std::function<void(std::size_t)> on_count,
                std::function<void(Value)> on_answer)
        : on_count_(std::move(on_count)), on_answer_(std::move(on_answer)), uncounted_(shards) {}

    /// Of one shard: so many it asked.
    void count(std::size_t clients) {
        clients_ += clients;
        if (--uncounted_ > 0) return;
        on_count_(clients_);
        for (auto& answer : std::exchange(early_, {})) on_answer_(std::move(answer));
    }
    /// After its shard's count, perhaps before those of others.
    void answer(Value value) {
        if (uncounted_ > 0) {
            early_.push_back(std::move(value));
        } else {
            on_answer_(std::move(value));
        }
    }

private:
    const std::function<void(std::size_t)> on_count_;
    const std::function<void(Value)> on_answer_;
    unsigned uncounted_;
    std::size_t clients_ = 0;
    std::vector<Value> early_;
};

}  // namespace socketio
