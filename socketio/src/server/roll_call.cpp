#include "server/roll_call.hpp"

#include <algorithm>

namespace socketio {

void RollCall::expect(std::size_t servers, const std::vector<std::string>& names) {
    expected_ = servers;
    names_ = Names(names.begin(), names.end());
}

bool RollCall::may_answer(std::string_view server) const {
    return answers() < servers_max && (server.empty() || !has_answered(server));
}

bool RollCall::answer(std::string_view server) {
    if (!may_answer(server)) return false;
    if (server.empty()) {
        ++nameless_;
        return true;
    }
    answered_.emplace(server);
    // It was given up too early.
    std::erase(gone_, server);
    return true;
}

bool RollCall::gone(std::string_view server) {
    if (!server.empty()) {
        if (has_answered(server)) return false;
        if (std::find(gone_.begin(), gone_.end(), server) != gone_.end()) return false;
        // One that came after the question was asked, or has not the namespace.
        if (has_all_names() && names_.find(server) == names_.end()) return false;
    }
    if (gone_.size() >= servers_max) return false;
    gone_.emplace_back(server);
    return true;
}

std::vector<std::string> RollCall::missing() const {
    auto all = gone_;
    for (const auto& name : names_) {
        const bool is_gone = std::find(gone_.begin(), gone_.end(), name) != gone_.end();
        if (!is_gone && !has_answered(name)) all.push_back(name);
    }
    if (!expected_) return all;
    // Names and numbers need not agree: some may be known by name, and some of those have gone without it.
    const auto asked = std::min(*expected_, servers_max);
    const auto left = asked > answers() ? asked - answers() : std::size_t{0};
    if (all.size() < left) all.resize(left);
    for (auto place = all.begin(); place != all.end() && all.size() > left;) {
        place = place->empty() ? all.erase(place) : place + 1;
    }
    return all;
}

}  // namespace socketio
