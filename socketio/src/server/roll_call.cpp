#include "server/roll_call.hpp"

#include <algorithm>

namespace socketio {

void RollCall::expect(std::size_t servers, const std::vector<std::string>& names) {
    expected_ = servers;
    names_ = Names(names.begin(), names.end());
}

bool RollCall::answer(std::string_view server) {
    if (answers() >= servers_max) return false;
    if (server.empty()) {
        ++nameless_;
        return true;
    }
    if (!answered_.emplace(server).second) return false;
    // It was given up too early.
    std::erase(gone_, server);
    return true;
}

bool RollCall::gone(std::string_view server) {
    if (!server.empty()) {
        if (has_answered(server)) return false;
        if (std::find(gone_.begin(), gone_.end(), server) != gone_.end()) return false;
    }
    // One that came after the question was asked, or has not the namespace.
    if (has_all_names() && names_.find(server) == names_.end()) return false;
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
    // Names and numbers need not agree: a server may have come or gone since it was counted.
    const auto asked = std::min(expected(), servers_max);
    if (asked > answers()) all.resize(std::max(all.size(), asked - answers()));
    return all;
}

}  // namespace socketio
