// What can be configured, but is not in this build.
#include "config/reading/parts.hpp"

namespace chartcast::config {
namespace {

bool has_something(const socketio::Value& value) {
    if (const auto* array = value.if_array()) return !array->empty();
    if (const auto* object = value.if_object()) return !object->empty();
    return false;
}

std::string_view driver_name(ConnectionSettings::Driver driver) {
    using enum ConnectionSettings::Driver;
    switch (driver) {
        case postgresql: return "PostgreSQL";
        case mysql: return "MySQL";
        case odbc: return "ODBC";
        case sqlite: break;
    }
    return "SQLite";
}

void note_sources(const Settings& settings, std::vector<std::string>& notes) {
    for (const auto& [id, connection] : settings.connections) {
        if (connection.driver == ConnectionSettings::Driver::sqlite) continue;
        notes.push_back("connections." + id + ": this build has no driver for " +
                        std::string(driver_name(connection.driver)) +
                        "; charts of datasets that use it show the error of their source");
    }
    for (const auto& dataset : settings.datasets) {
        if (!std::holds_alternative<HttpSource>(dataset.source)) continue;
        notes.push_back("datasets." + dataset.id +
                        ".source.http: this build fetches nothing over HTTP; charts of the dataset "
                        "show the error of their source");
    }
}

}  // namespace

void note_missing(Settings& settings) {
    auto& notes = settings.not_in_this_build;
    note_sources(settings, notes);
    if (settings.cluster && !settings.datasets.empty()) {
        notes.emplace_back(
            "cluster: datasets are each node's own in this build; what goes through Redis is "
            "Socket.IO traffic, raw charts and emitters");
    }
    if (has_something(settings.alerts)) {
        notes.emplace_back("alerts: this build checks them, but raises none");
    }
    if (has_something(settings.notify)) {
        notes.emplace_back("notify: this build sends no notifications");
    }
}

}  // namespace chartcast::config
