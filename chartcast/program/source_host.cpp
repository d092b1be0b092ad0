#include "program/source_host.hpp"

#include "sources/make_sources.hpp"

#include <utility>

namespace chartcast::program {

SourceHost::SourceHost(socketio::Server& server, viewers::Owner& owner)
    : server_(server), owner_(owner) {
    owner_.on_watched(
        [this](const std::string& dataset, bool by_somebody) { watched(dataset, by_somebody); });
}

SourceHost::~SourceHost() = default;

void SourceHost::start(const config::Settings& settings) {
    stop();
    sources_ = sources::make_sources(
        settings, server_.context(0), *this,
        [this](std::function<void()> work) { server_.post(0, std::move(work)); });
    for (const auto& [dataset, source] : sources_) source->start();
}

void SourceHost::stop() {
    for (const auto& [dataset, source] : sources_) source->stop();
    sources_.clear();
}

void SourceHost::watched(const std::string& dataset, bool by_somebody) {
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
