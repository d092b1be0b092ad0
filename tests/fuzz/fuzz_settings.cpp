// Any text as a configuration: read in full or refused with places, in bounded time and memory, and never
// with a word of the environment in what is said.

#include "base/assert.hpp"
#include "config/reading/problems.hpp"
#include "config/reading/read_settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace chartcast::config;

constexpr std::string_view secret = "cHaRtCaSt-secret";

std::optional<std::string> environment(const std::string& name) {
    if (name.size() > 3) return std::nullopt;
    return std::string(secret);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto half = text.find("\n#next\n");
    std::vector<SettingsText> texts{{"1.yaml", text.substr(0, half), ""}};
    if (half != std::string::npos) texts.push_back({"2.yaml", text.substr(half), "folder"});
    try {
        const auto settings = read_settings(texts, environment);
        SOCKETIO_ASSERT(!settings.server.listen.empty());
        for (const auto& chart : settings.charts) SOCKETIO_ASSERT(chart.option.if_object());
    } catch (const SettingsError& error) {
        SOCKETIO_ASSERT(!error.lines().empty());
        SOCKETIO_ASSERT(error.lines().size() <= Problems::kept_max + 1);
        SOCKETIO_ASSERT(text.find(secret) != std::string::npos ||
                        std::string_view(error.what()).find(secret) == std::string_view::npos);
    }
    return 0;
}
