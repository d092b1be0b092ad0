#pragma once
// How a source is, told once for each change, to its owner and to the log. Lives on shard 0.

#include "ops/log.hpp"
#include "sources/chart_source.hpp"

#include <string>
#include <utility>

namespace chartcast::sources {

class SourceReport {
public:
    SourceReport(SourcePort& port, std::string dataset)
        : port_(port), dataset_(std::move(dataset)) {}

    /// Empty: all is well.
    void say(const std::string& problem) {
        if (problem == said_) return;
        said_ = problem;
        if (problem.empty()) {
            ops::log(socketio::LogLevel::info, "source works again", {{"dataset", dataset_}});
        } else {
            ops::log(socketio::LogLevel::warn, "source failed",
                     {{"dataset", dataset_}, {"problem", problem}});
        }
        port_.report(dataset_, problem);
    }

    [[nodiscard]] const std::string& dataset() const noexcept { return dataset_; }

private:
    SourcePort& port_;
    std::string dataset_;
    std::string said_;
};

}  // namespace chartcast::sources
