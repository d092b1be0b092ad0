#pragma once
// The sources that a configuration asks for. Lives on shard 0.

#include "config/settings.hpp"
#include "sources/blocking_pool.hpp"
#include "sources/chart_source.hpp"

#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <string>

namespace chartcast::sources {

/// By their datasets; datasets that are pushed have none. None is started yet. They share one pool of
/// threads, which ends with the last of them: destroy them before what `post` needs. `io` is shard 0's.
[[nodiscard]] std::map<std::string, std::unique_ptr<ChartSource>> make_sources(
    const config::Settings& settings, boost::asio::io_context& io, SourcePort& port, Post post);

}  // namespace chartcast::sources
