#pragma once
// From texts in YAML (or JSON) to settings: reads, checks, and explains what is wrong. Pure: opens no file.
// Takes too long for a shard; any other thread.

#include "config/reading/environment.hpp"
#include "config/settings.hpp"

#include <string>
#include <vector>

namespace chartcast::config {

struct SettingsText {
    /// As mistakes name it: usually the path of the file.
    std::string name;
    std::string text;
    /// The folder that relative paths in it start from; empty: the program's own.
    std::string folder;
};

/// Everything that is wrong, each in a line `file:line:column: path.to.key: what; what would do`.
class SettingsError : public ConfigError {
public:
    explicit SettingsError(std::vector<std::string> lines);
    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

private:
    std::vector<std::string> lines_;
};

/// Several texts are one configuration. Throws SettingsError.
[[nodiscard]] Settings read_settings(const std::vector<SettingsText>& texts,
                                     const Environment& environment);

}  // namespace chartcast::config
