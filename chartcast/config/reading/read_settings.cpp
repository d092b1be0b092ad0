#include "config/reading/read_settings.hpp"

#include "config/reading/merge.hpp"
#include "config/reading/parts.hpp"
#include "config/reading/plain_value.hpp"

#include <filesystem>
#include <utility>

namespace chartcast::config {
namespace {

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) {
        if (!text.empty()) text += '\n';
        text += line;
    }
    return text;
}

NameSet names_in(const Node& root, std::string_view section) {
    NameSet names;
    if (const auto* node = root.find(section)) {
        for (const auto& member : node->members) names.insert(member.key);
    }
    return names;
}

void check_version(const Item& version) {
    if (!version.present()) return;
    const auto text = version.scalar("1");
    if (text && *text != "1") version.complain(version.shown() + " is not known; give 1");
}

/// A section with one part for each id.
template <class Read>
void read_parts(const Item& item, Read read) {
    const auto section = item.section();
    if (!section) return;
    for (const auto& [id, part] : section->members()) {
        if (!is_id(id)) part.complain("is no id; ids are 1 to 64 letters, digits, _ and -");
        if (auto inside = part.section()) read(id, *std::move(inside));
    }
}

void read_all_parts(Section& root, Reading& reading) {
    auto& settings = reading.settings;
    read_parts(root["connections"], [&](const std::string& id, Section section) {
        read_connection(std::move(section), settings.connections[id]);
    });
    std::string reads_stdin;
    read_parts(root["datasets"], [&](const std::string& id, const Section& section) {
        auto& dataset = settings.datasets.emplace_back();
        dataset.id = id;
        read_dataset(section, reading.names, dataset);
        if (!std::holds_alternative<StdinSource>(dataset.source)) return;
        if (!reads_stdin.empty()) {
            section.complain("reads standard input, and so does " + reads_stdin +
                             "; one dataset can");
        }
        reads_stdin = id;
    });
    read_parts(root["charts"], [&](const std::string& id, Section section) {
        auto& chart = settings.charts.emplace_back();
        chart.id = id;
        read_chart(std::move(section), reading.names, chart);
    });
}

void read_rest(Section& root, Reading& reading) {
    auto& settings = reading.settings;
    if (auto section = root["server"].section()) read_server(*std::move(section), settings);
    if (auto section = root["store"].section()) read_store(*std::move(section), reading);
    if (auto section = root["cluster"].section()) read_cluster(*std::move(section), settings);
    if (auto section = root["auth"].section()) read_auth(*std::move(section), settings.auth);
    root["default_chart"].name_of(settings.default_chart, reading.names.charts, "chart");
    read_dashboards(root["dashboards"], reading);
    root["default_dashboard"].name_of(settings.default_dashboard, reading.names.dashboards,
                                      "dashboard");
    const auto alerts = root["alerts"];
    const auto notify = root["notify"];
    check_alerts(alerts, reading.names);
    check_notify(notify, reading.names);
    if (alerts.present()) settings.alerts = plain_value(*alerts.node());
    if (notify.present()) settings.notify = plain_value(*notify.node());
}

Settings read_root(const Node& root, Problems& problems) {
    Reading reading;
    reading.names = {names_in(root, "connections"), names_in(root, "datasets"),
                     names_in(root, "charts"), names_in(root, "notify"),
                     names_in(root, "dashboards")};
    reading.names.charts.emplace(demo_chart);
    Section section(problems, root, "");
    check_version(section["version"]);
    read_all_parts(section, reading);
    read_rest(section, reading);
    section.done();
    return std::move(reading.settings);
}

void anchor(std::string& path, const std::vector<SettingsText>& texts) {
    if (path.empty() || texts.front().folder.empty() || path.front() == '/') return;
    path = (std::filesystem::path(texts.front().folder) / path).lexically_normal().string();
}

/// Paths of files count from the folder of the configuration, wherever the program was started.
void anchor_paths(Settings& settings, const std::vector<SettingsText>& texts) {
    anchor(settings.store.path, texts);
    if (auto& tls = settings.server.tls) {
        anchor(tls->cert, texts);
        anchor(tls->key, texts);
    }
    for (auto& [id, connection] : settings.connections) anchor(connection.path, texts);
    for (auto& dataset : settings.datasets) {
        if (auto* file = std::get_if<FileSource>(&dataset.source)) anchor(file->path, texts);
    }
}

}  // namespace

SettingsError::SettingsError(std::vector<std::string> lines)
    : ConfigError(joined(lines)), lines_(std::move(lines)) {}

Settings read_settings(const std::vector<SettingsText>& texts, const Environment& environment) {
    Problems problems;
    std::vector<Node> documents;
    for (const auto& text : texts) {
        const auto file = problems.add_file(text.name);
        if (auto document = parse_yaml(text.text, file, environment, problems)) {
            documents.push_back(*std::move(document));
        }
    }
    // Half a configuration would miss everything that the other half defines.
    if (documents.size() < texts.size()) throw SettingsError(problems.lines());
    const auto root = merge_documents(std::move(documents), problems);
    auto settings = read_root(root, problems);
    if (!problems.empty()) throw SettingsError(problems.lines());
    if (!texts.empty()) anchor_paths(settings, texts);
    note_missing(settings);
    return settings;
}

}  // namespace chartcast::config
