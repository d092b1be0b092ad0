#pragma once
// How threads talk to a shard: letters, read in the order they were put in, so FIFO for each sender.
// put() from any thread, take() on the shard's. The only lock on the way of a message.

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace socketio::shard {

/// Work that is done once on the shard it was sent to. Thrown away unread when the shard is gone.
class Letter {
public:
    virtual ~Letter() = default;
    virtual void read() = 0;
};

template <class Work>
std::unique_ptr<Letter> make_letter(Work work) {
    class WorkLetter final : public Letter {
    public:
        explicit WorkLetter(Work given) : work_(std::move(given)) {}
        void read() override { work_(); }

    private:
        Work work_;
    };
    return std::make_unique<WorkLetter>(std::move(work));
}

class Mailbox {
public:
    /// True when it was empty, and not closed: the shard must be woken. One wake-up serves all letters until take().
    [[nodiscard]] bool put(std::unique_ptr<Letter> letter);
    [[nodiscard]] std::vector<std::unique_ptr<Letter>> take();
    /// Letters that are in it, and all that are put in later, are thrown away: nobody reads them.
    void close();

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Letter>> letters_;
    bool closed_ = false;
};

}  // namespace socketio::shard
