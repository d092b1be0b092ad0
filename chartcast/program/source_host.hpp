#pragma once
// The sources of a configuration, between the datasets that they fill and those who watch them. Lives on
// shard 0.

#include "config/settings.hpp"
#include "sources/chart_source.hpp"
#include "viewers/owner.hpp"
#include <socketio/server.hpp>

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace chartcast::program {

class SourceHost final : private sources::SourcePort {
public:
    /// Both outlive the host.
    SourceHost(socketio::Server& server, viewers::Owner& owner);
    ~SourceHost();

    /// Instead of those that run, but for those that are configured as they were: a file that is followed is
    /// not read again, and a query does not run, because a title somewhere has changed.
    void start(config::SettingsPtr settings);
    void stop();
    void watched(const std::string& dataset, bool by_somebody);

    /// Empty when the source works.
    [[nodiscard]] std::string problem_of(const std::string& dataset) const;

    using Sources = std::map<std::string, std::unique_ptr<sources::ChartSource>>;
    [[nodiscard]] const Sources& sources() const noexcept { return sources_; }

private:
    // ---- SourcePort ----------------------------------------------------------------------------
    void publish(const std::string& dataset, live::Operation operation, socketio::Array rows,
                 std::function<void(std::string problem)> done) override;
    void report(const std::string& dataset, const std::string& problem) override;

    struct Health {
        std::string problem;
        /// When a batch was accepted last, or was first to be expected.
        std::chrono::steady_clock::time_point accepted_at;
    };

    void tell(const std::string& dataset);
    void look_who_is_late();
    [[nodiscard]] bool stays(const config::DatasetSettings& dataset,
                             const config::Settings& settings) const;
    /// Its problem is no longer one.
    void remove(Sources::iterator source);

    socketio::Server& server_;
    viewers::Owner& owner_;
    Sources sources_;
    std::map<std::string, Health> health_;
    boost::asio::steady_timer late_timer_;
    /// What they were made of.
    config::SettingsPtr settings_;
    std::set<std::string> watched_;
};

}  // namespace chartcast::program
