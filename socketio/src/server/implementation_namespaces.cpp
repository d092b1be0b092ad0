// Server::Implementation's namespaces: those of the set-up, those that clients ask for, and their end.
#include "hub/hub.hpp"
#include "server/implementation.hpp"

#include <stdexcept>
#include <utility>

namespace socketio {

Namespace& Server::Implementation::of(std::string_view name,
                                      const NamespaceRegistry::SetUp& set_up) {
    auto full = NamespaceRegistry::full_name(name);
    if (running_ && !on_first_shard()) {
        if (auto* early = namespaces_.find_early(full)) return *early;
        throw std::logic_error("while the server runs, namespaces are made on shard 0");
    }
    auto* entry = namespaces_.find(full);
    if (entry != nullptr && entry->open) return *entry->nsp;
    const bool is_new = entry == nullptr;
    if (is_new) {
        entry = &namespaces_.add(std::move(full), [&](Namespace& nsp) {
            if (set_up) set_up(nsp);
            tell_of(nsp);
        });
    }
    open(*entry);
    return *entry->nsp;
}

void Server::Implementation::tell_of(Namespace& nsp) {
    for (const auto& handler : new_namespace_handlers_) handler(nsp);
}

void Server::Implementation::open(NamespaceRegistry::Entry& entry) {
    entry.open = true;
    if (running_) open_everywhere(*entry.nsp);
}

void Server::Implementation::on_new_namespace(NamespaceHandler handler) {
    require_not_running();
    new_namespace_handlers_.push_back(std::move(handler));
}

// ---- Namespaces that clients ask for -----------------------------------------------------------------

Namespace& Server::Implementation::of_matching(NamespaceMatcher matches) {
    require_not_running();
    // No client can ask for a name without a slash.
    auto name = "parent " + std::to_string(parents_.size());
    parents_.push_back({std::move(matches), std::make_unique<Namespace>(std::move(name), *this)});
    return *parents_.back().nsp;
}

void Server::Implementation::request_namespace(std::string name, Value auth,
                                               std::function<void(bool)> answer) {
    if (parents_.empty()) return answer(false);
    const auto home = shards_.current()->index();
    shards_.on_shard(0, [this, home, name = std::move(name), auth = std::move(auth),
                         answer = std::move(answer)] {
        const bool is_open = open_child(name, auth);
        // After the letter that opens it there.
        shards_.on_shard(home, [answer, is_open] { answer(is_open); });
    });
}

bool Server::Implementation::open_child(const std::string& name, const Value& auth) {
    auto* entry = namespaces_.find(name);
    if (entry != nullptr && entry->open) return true;
    // What the application made and closed is not a client's to open.
    if (entry != nullptr && entry->nsp->setup().parent == nullptr) return false;
    const auto* parent = find_parent(name, auth);
    if (parent == nullptr) return false;
    if (entry == nullptr) {
        if (children_made_ >= options_.child_namespaces_max) {
            log_.write(LogLevel::warn, "too many child namespaces",
                       [&] { return base::LogFields{{"nsp", name}}; });
            return false;
        }
        const bool made = shards_[0].hub().guarded(name, "new namespace", [&] {
            entry = &namespaces_.add(name, [&](Namespace& child) {
                child.set_up_as(*parent->nsp);
                child.set_parent(*parent->nsp);
                tell_of(child);
            });
        });
        if (!made) return false;
        ++children_made_;
    }
    open(*entry);
    return true;
}

const Server::Implementation::Parent* Server::Implementation::find_parent(const std::string& name,
                                                                          const Value& auth) {
    for (const auto& parent : parents_) {
        bool matched = false;
        (void)shards_[0].hub().guarded(name, "namespace matcher",
                                       [&] { matched = parent.matches(name, auth); });
        if (matched) return &parent;
    }
    return nullptr;
}

void Server::Implementation::on_child_presence(const std::string& name, bool present) {
    if (!options_.cleanup_empty_child_namespaces) return;
    // Never inside the call: a socket is on its way out.
    shards_.post(0, [this, name, present] {
        auto* entry = namespaces_.find(name);
        if (entry == nullptr) return;
        entry->busy_shards += present ? 1U : -1U;
        if (entry->busy_shards == 0 && entry->open) close_deserted(name);
    });
}

void Server::Implementation::close_deserted(const std::string& name) {
    namespaces_.find(name)->open = false;
    if (adapter_runs_) options_.adapter->on_namespace_closed(name);
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, name] {
            if (shards_[index].hub().close_if_deserted(name)) return;
            // Somebody came meanwhile.
            shards_.post(0, [this, name] {
                auto& entry = *namespaces_.find(name);
                if (!entry.open) open(entry);
            });
        });
    }
}

bool Server::Implementation::is_parent(std::string_view name) const noexcept {
    return !name.starts_with('/');
}

void Server::Implementation::for_each_child(std::string_view parent,
                                            const std::function<void(const Namespace&)>& visit) {
    namespaces_.for_each_open([&](const Namespace& nsp) {
        const auto* of = nsp.setup().parent;
        if (of != nullptr && of->name() == parent) visit(nsp);
    });
}

void Server::Implementation::open_everywhere(const Namespace& nsp) {
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index, [this, index, &nsp] { shards_[index].hub().add_namespace(nsp); });
    }
    if (adapter_runs_) options_.adapter->on_namespace_opened(nsp.name());
}

void Server::Implementation::close_namespace(std::string_view name) {
    if (!running_ || !on_first_shard()) {
        throw std::logic_error("namespaces are closed on shard 0 of a server that runs");
    }
    const auto full = NamespaceRegistry::full_name(name);
    auto* entry = namespaces_.find(full);
    if (entry == nullptr || !entry->open) return;
    if (entry->nsp.get() == root_) throw std::invalid_argument("the root namespace stays open");
    entry->open = false;
    if (adapter_runs_) options_.adapter->on_namespace_closed(full);
    for (unsigned index = 0; index < shards_.size(); ++index) {
        shards_.on_shard(index,
                         [this, index, full] { shards_[index].hub().close_namespace(full); });
    }
}

void Server::Implementation::on_remote_broadcast(RemoteBroadcastFilter filter) {
    require_not_running();
    remote_broadcast_filters_.push_back(std::move(filter));
}

bool Server::Implementation::on_first_shard() noexcept {
    return shards_[0].is_current();
}

void Server::Implementation::require_setup_phase(const Namespace& nsp) const {
    // A namespace that is being made is known to shard 0 alone.
    const bool in_making = shards_[0].is_current() && namespaces_.is_in_making(nsp);
    if (!in_making) require_not_running();
}

}  // namespace socketio
