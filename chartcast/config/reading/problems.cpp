#include "config/reading/problems.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace chartcast::config {

std::uint32_t Problems::add_file(std::string name) {
    files_.push_back(std::move(name));
    return static_cast<std::uint32_t>(files_.size() - 1);
}

void Problems::add(Place place, std::string_view path, std::string_view text) {
    if (++count_ > kept_max) return;
    auto line = where(place) + ": ";
    if (!path.empty()) line.append(path).append(": ");
    problems_.push_back({place, line.append(text)});
}

std::string Problems::where(Place place) const {
    std::string text = place.file < files_.size() ? files_[place.file] : "configuration";
    if (place.line == 0) return text;
    return text + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::vector<std::string> Problems::lines() const {
    auto sorted = problems_;
    std::ranges::stable_sort(sorted, {}, [](const Problem& problem) {
        return std::tuple(problem.place.file, problem.place.line, problem.place.column);
    });
    std::vector<std::string> lines;
    lines.reserve(sorted.size() + 1);
    for (auto& problem : sorted) lines.push_back(std::move(problem.text));
    if (count_ > kept_max) {
        lines.push_back("and " + std::to_string(count_ - kept_max) + " more problems");
    }
    return lines;
}

}  // namespace chartcast::config
