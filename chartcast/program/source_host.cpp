#include "program/source_host.hpp"

#include "sources/make_sources.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

namespace chartcast::program {

SourceHost::SourceHost(socketio::Server& server, viewers::Owner& owner)
    : server_(server), owner_(owner) {
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
        auto& source = *(sources_[dataset] = std::move(made));
        source.start();
        if (watched_.contains(dataset)) source.watched(true);
    }
}

void SourceHost::stop() {
    for (const auto& [dataset, source] : sources_) source->stop();
    sources_.clear();
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
    const auto problem = owner_.source_problems().find(dataset);
    if (problem == owner_.source_problems().end() || problem->second.empty()) return;
    owner_.report_source(dataset, {});
}

void SourceHost::watched(const std::string& dataset, bool by_somebody) {
    if (by_somebody) {
        watched_.insert(dataset);
    } else {
        watched_.erase(dataset);
    }
    const auto found = sources_.find(dataset);
    if (found != sources_.end()) found->second->watched(by_somebody);
}

void SourceHost::publish(const std::string& dataset, live::Operation operation,
                         socketio::Array rows, std::function<void(std::string problem)> done) {
    owner_.publish_from_source(dataset, operation, std::move(rows), std::move(done));
}

void SourceHost::report(const std::string& dataset, const std::string& problem) {
    owner_.report_source(dataset, problem);
}

}  // namespace chartcast::program
