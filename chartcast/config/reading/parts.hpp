#pragma once
// The parts of a configuration, each read by a function of its own. Lives where a configuration is read.

#include "config/reading/section.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace chartcast::config {

/// Chart of the demo, which is there without being configured.
inline constexpr std::string_view demo_chart = "simpleBarChart";

/// What parts may name of other parts; a part with a mistake in it is there all the same.
struct Names {
    NameSet connections;
    NameSet datasets;
    NameSet charts;
    NameSet notify;
    NameSet dashboards;
};

/// What is read so far.
struct Reading {
    Names names;
    Settings settings;
};

void read_server(Section section, Settings& settings);
void read_store(Section section, Reading& reading);
void read_cluster(Section section, Settings& settings);
void read_auth(Section section, AuthSettings& auth);
void read_connection(Section section, ConnectionSettings& connection);
void read_dataset(Section section, const Names& names, DatasetSettings& dataset);
[[nodiscard]] Source read_source(Section section, const Names& names);
void read_chart(Section section, const Names& names, ChartSettings& chart);
void read_allow(Section section, Allow& allow);
/// All of them together, since one may lead to another. Datasets are read before.
void read_dashboards(const Item& item, Reading& reading);

// Of these only the shape is checked: this build does not run them.
void check_alerts(const Item& alerts, const Names& names);
void check_notify(const Item& notify, const Names& names);

/// What the settings hold that this build does not do: said, or refused.
void note_missing(Settings& settings);

}  // namespace chartcast::config
