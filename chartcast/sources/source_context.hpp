#pragma once
// What all sources work with. Lives on shard 0.

#include "sources/blocking_pool.hpp"
#include "sources/chart_source.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>

namespace chartcast::sources {

/// `io` and `port` outlive the sources.
struct SourceContext {
    boost::asio::io_context& io;
    SourcePort& port;
    std::shared_ptr<BlockingPool> pool;
};

}  // namespace chartcast::sources
