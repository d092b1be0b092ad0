#pragma once
// The rows of a dataset are the lines that another program pipes in. Lives on shard 0: a pipe or a terminal is
// read when it has something, a file on a thread of the pool. docs/sources.md says what a user sees.

#include "sources/row_batcher.hpp"
#include "sources/source_context.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace chartcast::sources {

class StdinSource final : public ChartSource {
public:
    struct Options {
        std::string dataset;
        LineFeed::Options lines;
        int descriptor = 0;
        /// How long a row waits for others.
        std::chrono::milliseconds delay{50};
    };

    StdinSource(SourceContext context, Options options);
    ~StdinSource() override;

    void start() override;
    void stop() override;
    void watched(bool /*by_somebody*/) override {}
    [[nodiscard]] Counts counts() const override { return batcher_.counts; }

private:
    /// Reads pieces from the descriptor, in whatever way it admits.
    class Reader;

    void read();
    void take(std::string_view bytes);
    void ended(const std::string& problem);

    SourceContext context_;
    Options options_;
    LineFeed feed_;
    RowBatcher batcher_;
    std::shared_ptr<Reader> reader_;
    bool reading_ = false;
    bool ended_ = false;
    /// What comes back later asks whether this is still there.
    std::shared_ptr<StdinSource*> self_;
};

}  // namespace chartcast::sources
