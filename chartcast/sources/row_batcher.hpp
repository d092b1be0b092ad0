#pragma once
// Rows that trickle in leave in batches, one at a time. Lives on shard 0.

#include "sources/chart_source.hpp"
#include "sources/deadline.hpp"
#include "sources/line_feed.hpp"
#include "sources/source_context.hpp"
#include "sources/source_report.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chartcast::sources {

class RowBatcher {
public:
    static constexpr std::size_t rows_max = 1'000;

    struct Options {
        std::string dataset;
        live::Operation operation = live::Operation::append;
        /// How long a row waits for others.
        std::chrono::milliseconds delay{0};
        /// A passed over line is forgotten when none followed for as long.
        std::chrono::milliseconds memory = std::chrono::seconds(10);
    };

    /// `ready` when more rows may come, after a time when they should not.
    RowBatcher(const SourceContext& context, Options options, std::function<void()> ready);

    void add(LineRows rows);
    /// What waits leaves without waiting for more.
    void flush();
    /// No call to the port comes afterwards.
    void stop();
    /// Something went wrong with the reading; empty: it goes well.
    void problem(const std::string& text);

    /// As many wait already as fit into a batch.
    [[nodiscard]] bool full() const noexcept { return waiting_.size() >= rows_max; }
    /// Nothing waits, and nothing is being decided.
    [[nodiscard]] bool idle() const noexcept { return waiting_.empty() && !deciding_; }

    ChartSource::Counts counts;

private:
    void plan();
    void publish();
    void decided(const std::string& problem);
    void say();

    SourcePort& port_;
    Options options_;
    std::function<void()> ready_;
    SourceReport report_;
    Deadline due_;
    Deadline forget_;
    bool due_is_set_ = false;
    bool flushing_ = false;
    bool deciding_ = false;
    socketio::Array waiting_;
    std::string reading_problem_;
    std::string refusal_;
    std::string skipped_;
    std::shared_ptr<RowBatcher*> self_;
};

}  // namespace chartcast::sources
