#pragma once
// The rows of a dataset are the content of a file. Lives on shard 0; the file is read on a thread of the pool.
// docs/sources.md says what a user sees.

#include "sources/deadline.hpp"
#include "sources/source_context.hpp"
#include "sources/source_report.hpp"
#include "sources/whole_file.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace chartcast::sources {

class WholeFileSource final : public ChartSource {
public:
    struct Options {
        std::string dataset;
        std::string path;
        decode::Format format = decode::Format::json;
        live::Operation operation = live::Operation::replace;
        std::shared_ptr<const live::Schema> schema;
        /// How often the file is looked at.
        std::chrono::milliseconds look_every{250};
    };

    WholeFileSource(SourceContext context, Options options);

    void start() override { look(); }
    void stop() override;
    void watched(bool /*by_somebody*/) override {}
    [[nodiscard]] Counts counts() const override { return counts_; }

private:
    void look();
    void look_later();
    void take(WholeFile::Content content);
    void fail(const std::string& problem);
    void decided(const std::string& problem);

    SourceContext context_;
    Options options_;
    std::shared_ptr<BlockingPool::Lane> lane_;
    /// Is lent to one piece of work at a time.
    std::shared_ptr<WholeFile> file_;
    SourceReport report_;
    Deadline next_look_;
    std::string problem_;
    Counts counts_;
    /// What comes back later asks whether this is still there.
    std::shared_ptr<WholeFileSource*> self_;
};

}  // namespace chartcast::sources
