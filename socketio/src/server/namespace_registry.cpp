#include "server/namespace_registry.hpp"

#include <stdexcept>
#include <utility>

namespace socketio {

std::string NamespaceRegistry::full_name(std::string_view name) {
    std::string full(name);
    if (!full.starts_with('/')) full.insert(0, 1, '/');
    return full;
}

Namespace* NamespaceRegistry::find_early(std::string_view full) const {
    const auto found = early_.find(full);
    return found == early_.end() ? nullptr : found->second.nsp.get();
}

NamespaceRegistry::Entry* NamespaceRegistry::find(std::string_view full) {
    for (auto* entries : {&early_, &late_}) {
        const auto found = entries->find(full);
        if (found != entries->end()) return &found->second;
    }
    return nullptr;
}

const Namespace* NamespaceRegistry::find_open(std::string_view full) const {
    for (const auto* entries : {&early_, &late_}) {
        const auto found = entries->find(full);
        if (found != entries->end()) return found->second.open ? found->second.nsp.get() : nullptr;
    }
    return nullptr;
}

NamespaceRegistry::Entry& NamespaceRegistry::add(std::string full, const SetUp& set_up) {
    auto nsp = std::make_unique<Namespace>(full, port_);
    if (set_up) {
        // One that is made while another is being made is none of the other's business.
        auto* outer = std::exchange(in_making_, nsp.get());
        try {
            set_up(*nsp);
        } catch (...) {
            in_making_ = outer;
            throw;
        }
        in_making_ = outer;
    }
    if (find(full) != nullptr) {
        throw std::logic_error("the namespace \"" + full + "\" was made while it was being made");
    }
    auto& entries = running_ ? late_ : early_;
    return entries.emplace(std::move(full), Entry{std::move(nsp)}).first->second;
}

std::vector<std::string> NamespaceRegistry::open_names() const {
    std::vector<std::string> names;
    for (const auto* entries : {&early_, &late_}) {
        for (const auto& [name, entry] : *entries) {
            if (entry.open) names.push_back(name);
        }
    }
    return names;
}

}  // namespace socketio
