#pragma once
// Configuration files of this machine. Reads files: not on a shard.

#include "config/reading/read_settings.hpp"

#include <string>
#include <vector>

namespace chartcast::config {

/// The variables of this process.
[[nodiscard]] Environment process_environment();

/// The texts of files and of folders: of a folder its *.yaml, *.yml and *.json in the order of their names,
/// hidden ones left out. Throws SettingsError.
[[nodiscard]] std::vector<SettingsText> read_files(const std::vector<std::string>& paths);

/// From files to settings that are ready for use. Throws SettingsError.
[[nodiscard]] Settings load_settings(const std::vector<SettingsText>& texts);
[[nodiscard]] Settings load_settings(const std::vector<std::string>& paths);

/// "3 datasets, 2 charts, 2 connections, 1 key, 2 alerts, 1 dashboard".
[[nodiscard]] std::string summary(const Settings& settings);

}  // namespace chartcast::config
