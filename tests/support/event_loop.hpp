#pragma once
// Runs an io_context until something has happened: how tests on one thread wait for events.

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace test_support {

/// True once `done()` holds, checked after each handler and, since other threads may see to it, every few
/// milliseconds; false after `limit`. The limit only ends tests that fail.
template <class Done>
[[nodiscard]] bool run_until(boost::asio::io_context& io, Done done,
                             std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        io.restart();
        io.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace test_support
