#include "cli/check.hpp"

#include "config/load_settings.hpp"

#include <cstdio>
#include <string>

namespace chartcast::cli {
namespace {

void print(std::FILE* where, const std::string& line) {
    std::fputs((line + "\n").c_str(), where);
}

int report(const config::Settings& settings) {
    for (const auto& note : settings.not_in_this_build) print(stderr, "warning: " + note);
    print(stdout, "ok: " + config::summary(settings));
    return 0;
}

}  // namespace

int run(const config::CheckCommand& command) {
    try {
        return report(config::load_settings(command.files));
    } catch (const config::SettingsError& error) {
        for (const auto& line : error.lines()) print(stderr, line);
        return 1;
    }
}

}  // namespace chartcast::cli
