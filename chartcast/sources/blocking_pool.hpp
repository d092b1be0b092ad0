#pragma once
// Threads for what blocks: SQL, files. Lives on shard 0, and what is done there comes back to shard 0.

#include <boost/asio/thread_pool.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <stop_token>

namespace chartcast::sources {

/// Runs work on shard 0. Any thread; outlives the pool.
using Post = std::function<void(std::function<void()>)>;

class BlockingPool {
public:
    /// What to do on shard 0 with what the work found; may be empty.
    using Then = std::function<void()>;
    using Work = std::function<Then()>;

    /// As much work at a time as a database, say, is to be given. Lives on shard 0.
    class Lane {
    public:
        explicit Lane(unsigned width) : width_(width > 0 ? width : 1) {}

    private:
        friend class BlockingPool;
        struct Job {
            std::weak_ptr<void> owner;
            Work work;
        };
        unsigned width_;
        unsigned running_ = 0;
        std::deque<Job> waiting_;
    };

    BlockingPool(unsigned threads, Post post);
    /// Asks running work to end, and waits for it.
    ~BlockingPool();
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;

    /// `work` on one of the threads, then what it returned on shard 0, unless `owner` is gone by then.
    /// Work that waits for its turn when its owner goes is never begun. Work does not throw.
    void run(const std::shared_ptr<Lane>& lane, std::weak_ptr<void> owner, Work work);

    /// Long work looks at it now and then. Any thread.
    [[nodiscard]] std::stop_token stopping() const noexcept { return stop_.get_token(); }

private:
    void begin(const std::shared_ptr<Lane>& lane, Lane::Job job);
    void ended(const std::shared_ptr<Lane>& lane);

    Post post_;
    std::stop_source stop_;
    /// Gone together with the pool; what comes back to shard 0 later is dropped.
    std::shared_ptr<BlockingPool*> self_;
    boost::asio::thread_pool threads_;
};

}  // namespace chartcast::sources
