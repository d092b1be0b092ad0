#pragma once
// Events between servers: out by way of the adapter, with the questions that wait for answers, and in to the
// handlers of a namespace. Any thread for what goes out; the rest lives on shard 0.

#include "shard/shard_group.hpp"
#include "socketio/adapter.hpp"
#include "socketio/namespace.hpp"
#include "socketio/server_side.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace socketio {

class ServerSideDesk {
public:
    /// `adapter` may be null. Of more than `questions_max` open questions the oldest ends as if its time were
    /// over.
    ServerSideDesk(shard::ShardGroup& shards, Adapter* adapter, std::size_t questions_max);
    ~ServerSideDesk();
    ServerSideDesk(const ServerSideDesk&) = delete;
    ServerSideDesk& operator=(const ServerSideDesk&) = delete;

    /// Both throw std::logic_error when the adapter has no such events.
    void emit(ServerSideEvent event);
    void ask(ServerSideEvent event, std::chrono::milliseconds timeout,
             ServerSideAnswersHandler handler);

    /// To the handlers of that namespace.
    void deliver(const Namespace& nsp, const ServerSideEvent& event, const ServerSideReply& reply);

private:
    class Question;

    void require_adapter() const;
    [[nodiscard]] std::shared_ptr<Question> open(std::chrono::milliseconds timeout,
                                                 ServerSideAnswersHandler done);

    shard::ShardGroup& shards_;
    Adapter* const adapter_;
    const std::size_t questions_max_;
    /// The oldest first.
    std::map<std::uint64_t, std::shared_ptr<Question>> questions_;
    std::uint64_t next_number_ = 0;
};

}  // namespace socketio
