#pragma once
// Stands for a source that is configured well but that this build cannot have: says so, once. Lives on
// shard 0.

#include "sources/source_report.hpp"

#include <string>
#include <utility>

namespace chartcast::sources {

class UnavailableSource final : public ChartSource {
public:
    UnavailableSource(SourcePort& port, std::string dataset, std::string problem)
        : report_(port, std::move(dataset)), problem_(std::move(problem)) {}

    void start() override { report_.say(problem_); }
    void stop() override {}
    void watched(bool /*by_somebody*/) override {}
    [[nodiscard]] Counts counts() const override { return {}; }

private:
    SourceReport report_;
    std::string problem_;
};

}  // namespace chartcast::sources
