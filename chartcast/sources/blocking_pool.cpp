#include "sources/blocking_pool.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace chartcast::sources {

BlockingPool::BlockingPool(unsigned threads, Post post)
    : post_(std::move(post)), self_(std::make_shared<BlockingPool*>(this)), threads_(threads) {}

BlockingPool::~BlockingPool() {
    self_.reset();
    stop_.request_stop();
    threads_.stop();
    threads_.join();
}

void BlockingPool::run(const std::shared_ptr<Lane>& lane, std::weak_ptr<void> owner, Work work) {
    Lane::Job job{std::move(owner), std::move(work)};
    if (lane->running_ < lane->width_) {
        begin(lane, std::move(job));
    } else {
        lane->waiting_.push_back(std::move(job));
    }
}

void BlockingPool::begin(const std::shared_ptr<Lane>& lane, Lane::Job job) {
    ++lane->running_;
    // What goes through another thread comes back to be freed here: the owner, the lane and the pool are
    // never destroyed by one of the threads.
    auto back = [pool = std::weak_ptr(self_), lane,
                 owner = std::move(job.owner)](const Then& then) {
        const auto alive = pool.lock();
        if (!alive) return;
        (*alive)->ended(lane);
        if (const auto owned = owner.lock(); owned && then) then();
    };
    boost::asio::post(threads_, [work = std::move(job.work), back = std::move(back), post = post_] {
        post([back, then = work()] { back(then); });
    });
}

void BlockingPool::ended(const std::shared_ptr<Lane>& lane) {
    --lane->running_;
    while (!lane->waiting_.empty() && lane->running_ < lane->width_) {
        auto job = std::move(lane->waiting_.front());
        lane->waiting_.pop_front();
        if (!job.owner.expired()) begin(lane, std::move(job));
    }
}

}  // namespace chartcast::sources
