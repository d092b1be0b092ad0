#pragma once
// The demo's CRM moves by itself, an event every second or so, at a pace that people can follow. Lives on
// shard 0; it writes on a thread of its own.

#include "demo/crm_writer.hpp"
#include "sources/blocking_pool.hpp"
#include "sources/deadline.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace chartcast::demo {

class CrmPace {
public:
    struct Options {
        CrmWriter::Options writer;
        std::chrono::milliseconds shortest{300};
        std::chrono::milliseconds longest{2'000};
    };

    CrmPace(boost::asio::io_context& io, sources::Post post, Options options);

    void start();
    /// For good. An event that is being written is finished.
    void stop();
    [[nodiscard]] std::size_t events() const noexcept { return events_; }

private:
    void wait();
    void write();
    void written(const std::string& problem);

    Options options_;
    Dice dice_;
    std::shared_ptr<CrmWriter> writer_;
    sources::Deadline next_;
    std::shared_ptr<sources::BlockingPool::Lane> lane_;
    std::string problem_;
    std::size_t events_ = 0;
    /// What comes back later asks whether this is still there.
    std::shared_ptr<CrmPace*> self_;
    sources::BlockingPool pool_;
};

}  // namespace chartcast::demo
