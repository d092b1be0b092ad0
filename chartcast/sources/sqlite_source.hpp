#pragma once
// The rows of a dataset are the result of an SQL query, run once for all viewers. Lives on shard 0; the
// query runs on a thread of the pool. docs/sources.md says what a user sees.

#include "sources/refresher.hpp"
#include "sources/source_context.hpp"
#include "sources/source_report.hpp"
#include "sources/sqlite_reader.hpp"

#include <memory>
#include <optional>
#include <string>

namespace chartcast::sources {

class SqliteSource final : public ChartSource {
public:
    struct Options {
        std::string dataset;
        SqliteQuery query;
        RefreshPlan plan;
        /// How often the database is asked for changes, which costs it some 10 microseconds; nothing:
        /// never.
        std::optional<milliseconds> look_every;
        /// Shared by the sources of one connection.
        std::shared_ptr<BlockingPool::Lane> lane;
    };

    SqliteSource(SourceContext context, Options options);

    void start() override;
    void stop() override;
    void watched(bool by_somebody) override;
    [[nodiscard]] Counts counts() const override { return counts_; }
    [[nodiscard]] std::optional<milliseconds> expected_every() const override {
        return options_.plan.every;
    }

private:
    void run();
    void hand_over(SqliteReader::Result result);
    void ended(const std::string& problem);
    void look_later();
    void look();

    SourceContext context_;
    Options options_;
    SourceReport report_;
    Refresher refresher_;
    Deadline next_look_;
    /// Is lent to one piece of work at a time.
    std::shared_ptr<SqliteReader> reader_;
    bool looking_ = false;
    bool run_waits_ = false;
    Counts counts_;
    /// What comes back later asks whether this is still there.
    std::shared_ptr<SqliteSource*> self_;
};

}  // namespace chartcast::sources
