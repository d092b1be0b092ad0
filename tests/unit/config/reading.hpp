#pragma once
// Texts to settings for tests.

#include "config/reading/read_settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace chartcast::config {

inline Environment environment_of(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

inline Settings read(const std::string& text, const Environment& environment = environment_of({})) {
    try {
        return read_settings({{"c.yaml", text, ""}}, environment);
    } catch (const SettingsError& error) {
        ADD_FAILURE() << error.what();
        return {};
    }
}

inline std::vector<std::string> problems_of(const std::vector<SettingsText>& texts,
                                            const Environment& environment = environment_of({})) {
    try {
        (void)read_settings(texts, environment);
        return {};
    } catch (const SettingsError& error) {
        return error.lines();
    }
}

inline std::vector<std::string> problems_of(const std::string& text,
                                            const Environment& environment = environment_of({})) {
    return problems_of(std::vector<SettingsText>{{"c.yaml", text, ""}}, environment);
}

inline std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace chartcast::config
