#pragma once
// Where rows come from that nobody pushes. A source lives on shard 0 and does what blocks on a thread of its
// own pool; it hands over whole batches and says how it is.

#include "live/entry.hpp"
#include <socketio/value.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace chartcast::sources {

/// What a source hands its findings to. Lives on shard 0.
class SourcePort {
public:
    virtual ~SourcePort() = default;

    /// `done` when the batch was decided: empty when it was accepted, else why it was not. A source waits
    /// for it before it hands over more. Calling it after the source was stopped or destroyed is harmless.
    virtual void publish(const std::string& dataset, live::Operation operation,
                         socketio::Array rows, std::function<void(std::string problem)> done) = 0;
    /// Empty when all is well. Said once for each change.
    virtual void report(const std::string& dataset, const std::string& problem) = 0;
};

class ChartSource {
public:
    virtual ~ChartSource() = default;

    /// Once.
    virtual void start() = 0;
    /// For good. No call to the port comes afterwards.
    virtual void stop() = 0;
    /// Somebody watches the dataset, or nobody does any more.
    virtual void watched(bool by_somebody) = 0;

    struct Counts {
        /// Queries, or reads of something that changed.
        std::size_t runs = 0;
        /// Accepted by the port.
        std::size_t batches = 0;
        std::size_t failures = 0;
        /// Lines of a file or of stdin that are no rows and were passed over.
        std::size_t lines_skipped = 0;
    };
    [[nodiscard]] virtual Counts counts() const = 0;

    /// How often a batch can be expected while somebody watches: what had none for three times as long is
    /// stale. Nothing: batches come when they come.
    [[nodiscard]] virtual std::optional<std::chrono::milliseconds> expected_every() const {
        return std::nullopt;
    }
};

}  // namespace chartcast::sources
