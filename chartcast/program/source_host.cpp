#include "program/source_host.hpp"

#include "sources/make_sources.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace chartcast::program {

SourceHost::SourceHost(socketio::Server& server, viewers::Owner& owner)
    : server_(server), owner_(owner), late_timer_(server.context(0)) {
    owner_.on_watched(
        [this](const std::string& dataset, bool by_somebody) { watched(dataset, by_somebody); });
}

SourceHost::~SourceHost() = default;

void SourceHost::start(config::SettingsPtr settings) {
    auto made_anew = *settings;
    std::set<std::string> kept;
    std::erase_if(made_anew.datasets, [&](const auto& dataset) {
        return stays(dataset, *settings) && kept.insert(dataset.id).second;
    });
    for (auto source = sources_.begin(); source != sources_.end();) {
        const auto next = std::next(source);
        if (!kept.contains(source->first)) remove(source);
        source = next;
    }
    settings_ = std::move(settings);
    auto sources = sources::make_sources(
        made_anew, server_.context(0), *this,
        [this](std::function<void()> work) { server_.post(0, std::move(work)); });
    for (auto& [dataset, made] : sources) {
        health_[dataset].accepted_at = std::chrono::steady_clock::now();
        auto& source = *(sources_[dataset] = std::move(made));
        source.start();
        if (watched_.contains(dataset)) source.watched(true);
    }
    look_who_is_late();
}

void SourceHost::stop() {
    late_timer_.cancel();
    for (const auto& [dataset, source] : sources_) source->stop();
    sources_.clear();
    health_.clear();
}

bool SourceHost::stays(const config::DatasetSettings& dataset,
                       const config::Settings& settings) const {
    if (!sources_.contains(dataset.id)) return false;
    const auto before =
        std::ranges::find(settings_->datasets, dataset.id, &config::DatasetSettings::id);
    if (before->definition != dataset.definition || before->source != dataset.source) return false;
    const auto* sql = std::get_if<config::SqlSource>(&dataset.source);
    if (!sql) return true;
    const auto connection_in = [sql](const config::Settings& from) {
        const auto found = from.connections.find(sql->connection);
        return found == from.connections.end() ? std::nullopt : std::optional(found->second);
    };
    return connection_in(*settings_) == connection_in(settings);
}

void SourceHost::remove(Sources::iterator source) {
    const auto dataset = source->first;
    source->second->stop();
    sources_.erase(source);
    health_.erase(dataset);
    owner_.set_source_state(dataset, live::Freshness::live);
}

void SourceHost::watched(const std::string& dataset, bool by_somebody) {
    if (by_somebody) {
        watched_.insert(dataset);
    } else {
        watched_.erase(dataset);
    }
    const auto found = sources_.find(dataset);
    if (found == sources_.end()) return;
    auto& health = health_[dataset];
    // What nobody watched may have rested.
    if (by_somebody) health.accepted_at = std::chrono::steady_clock::now();
    found->second->watched(by_somebody);
}

std::string SourceHost::problem_of(const std::string& dataset) const {
    const auto found = health_.find(dataset);
    return found == health_.end() ? std::string() : found->second.problem;
}

// ---- From sources --------------------------------------------------------------------------------

void SourceHost::publish(const std::string& dataset, live::Operation operation,
                         socketio::Array rows, std::function<void(std::string problem)> done) {
    owner_.publish_from_source(dataset, operation, std::move(rows),
                               [this, dataset, done = std::move(done)](std::string problem) {
                                   const auto found = health_.find(dataset);
                                   if (problem.empty() && found != health_.end()) {
                                       found->second.accepted_at = std::chrono::steady_clock::now();
                                       tell(dataset);
                                   }
                                   done(std::move(problem));
                               });
}

void SourceHost::report(const std::string& dataset, const std::string& problem) {
    health_[dataset].problem = problem;
    tell(dataset);
}

// ---- What viewers are told -----------------------------------------------------------------------

void SourceHost::tell(const std::string& dataset) {
    const auto& health = health_[dataset];
    auto state = live::Freshness::live;
    if (!health.problem.empty()) {
        state = live::Freshness::source_error;
    } else if (const auto source = sources_.find(dataset); source != sources_.end()) {
        const auto every = source->second->expected_every();
        const auto silent = std::chrono::steady_clock::now() - health.accepted_at;
        if (every && watched_.contains(dataset) && silent > 3 * *every)
            state = live::Freshness::stale;
    }
    owner_.set_source_state(dataset, state);
}

void SourceHost::look_who_is_late() {
    late_timer_.expires_after(std::chrono::seconds(1));
    late_timer_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        for (const auto& [dataset, source] : sources_) {
            if (source->expected_every()) tell(dataset);
        }
        look_who_is_late();
    });
}

}  // namespace chartcast::program
