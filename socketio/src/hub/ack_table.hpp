#pragma once
// The answers that one socket owes its server: a handler for each ack id, with or without a deadline.
// Lives on the socket's shard.

#include "base/deadline_queue.hpp"
#include "socketio/ack.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace socketio::hub {

/// What the table tells its owner.
class AckOwner {
public:
    /// Nobody waits for this answer any more.
    virtual void on_ack_timeout(AckHandler handler) = 0;

protected:
    ~AckOwner() = default;
};

class AckTable {
public:
    AckTable(base::DeadlineQueue& deadlines, AckOwner& owner) noexcept
        : deadlines_(deadlines), owner_(owner) {}
    AckTable(const AckTable&) = delete;
    AckTable& operator=(const AckTable&) = delete;

    /// Ids grow. Waits for ever when `timeout` is zero.
    void add(std::uint64_t id, AckHandler handler, std::chrono::milliseconds timeout);
    /// The handler, which waits no more; nothing for an unknown id.
    [[nodiscard]] std::optional<AckHandler> take(std::uint64_t id);
    [[nodiscard]] std::optional<AckHandler> take_oldest();
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    class Timeout final : public base::Deadline {
    public:
        Timeout(AckTable& table, std::uint64_t id) noexcept : table_(table), id_(id) {}

    private:
        void on_deadline(base::TimePoint now) override;

        AckTable& table_;
        std::uint64_t id_;
    };

    struct Entry {
        AckHandler handler;
        std::unique_ptr<Timeout> timeout;
    };

    base::DeadlineQueue& deadlines_;
    AckOwner& owner_;
    std::map<std::uint64_t, Entry> entries_;
};

}  // namespace socketio::hub
