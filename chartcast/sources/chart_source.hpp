#pragma once
// Where rows come from that nobody pushes. A source lives on shard 0 and does what blocks on a thread of its
// own pool; it hands over whole batches and says how it is.

#include "live/entry.hpp"
#include <socketio/value.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace chartcast::sources {

/// What a source hands its findings to. Lives on shard 0.
class SourcePort {
public:
    virtual ~SourcePort() = default;

    /// `done` when the batch was decided: empty when it was accepted, else why it was not. A source waits
    /// for it before it hands over more.
    virtual void publish(const std::string& dataset, live::Operation operation,
                         socketio::Array rows, std::function<void(std::string problem)> done) = 0;
    /// Empty when all is well. Said once for each change.
    virtual void report(const std::string& dataset, const std::string& problem) = 0;
};

class ChartSource {
public:
    virtual ~ChartSource() = default;

    virtual void start() = 0;
    /// No call to the port comes afterwards.
    virtual void stop() = 0;
    /// Somebody watches the dataset, or nobody does any more.
    virtual void watched(bool by_somebody) = 0;

    struct Counts {
        std::size_t runs = 0;
        std::size_t batches = 0;
        std::size_t failures = 0;
    };
    [[nodiscard]] virtual Counts counts() const = 0;
};

}  // namespace chartcast::sources
