#pragma once
// The rows of a dataset are the lines that a file grows by. Lives on shard 0; the file is read on a thread of
// the pool. docs/sources.md says what a user sees.

#include "sources/file_tail.hpp"
#include "sources/row_batcher.hpp"
#include "sources/source_context.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace chartcast::sources {

class FileTailSource final : public ChartSource {
public:
    struct Options {
        std::string dataset;
        std::string path;
        LineFeed::Options lines;
        /// How often a file that has come to its end is looked at.
        std::chrono::milliseconds look_every{250};
    };

    FileTailSource(SourceContext context, Options options);

    void start() override { look(); }
    void stop() override;
    void watched(bool /*by_somebody*/) override {}
    [[nodiscard]] Counts counts() const override { return batcher_.counts; }

private:
    void look();
    void take(FileTail::Piece piece);

    SourceContext context_;
    Options options_;
    std::shared_ptr<BlockingPool::Lane> lane_;
    /// Is lent to one piece of work at a time.
    std::shared_ptr<FileTail> tail_;
    RowBatcher batcher_;
    Deadline next_look_;
    bool reading_ = false;
    bool more_ = true;
    std::string problem_;
    /// What comes back later asks whether this is still there.
    std::shared_ptr<FileTailSource*> self_;
};

}  // namespace chartcast::sources
