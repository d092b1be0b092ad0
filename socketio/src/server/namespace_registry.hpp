#pragma once
// The namespaces of the process. Those that were set up before run() stay where they are, so that any thread
// may look them up; those that appear later, and which of all are open, are known on shard 0 alone.

#include "hub/namespace_port.hpp"
#include "socketio/namespace.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace socketio {

class NamespaceRegistry {
public:
    using SetUp = std::function<void(Namespace&)>;

    struct Entry {
        std::unique_ptr<Namespace> nsp;
        bool open = true;
        /// Shards that have sockets in it; of children of a parent namespace.
        unsigned busy_shards = 0;
    };

    /// As clients write it: with a slash in front.
    [[nodiscard]] static std::string full_name(std::string_view name);

    explicit NamespaceRegistry(hub::NamespacePort& port) noexcept : port_(port) {}

    /// From now on what is added stands apart.
    void start_running() noexcept { running_ = true; }

    /// Set up before run(); nullptr otherwise. Any thread.
    [[nodiscard]] Namespace* find_early(std::string_view full) const;
    /// nullptr when it never existed. Shard 0, or before run().
    [[nodiscard]] Entry* find(std::string_view full);
    /// Open ones only. Shard 0, or before run().
    [[nodiscard]] const Namespace* find_open(std::string_view full) const;
    /// A new one. What `set_up` throws undoes it.
    Entry& add(std::string full, const SetUp& set_up);
    /// `add` has not returned yet.
    [[nodiscard]] bool is_in_making(const Namespace& nsp) const noexcept {
        return in_making_ == &nsp;
    }

    [[nodiscard]] std::vector<std::string> open_names() const;
    /// Shard 0.
    template <class Visit>
    void for_each_open(Visit visit) {
        for (auto* entries : {&early_, &late_}) {
            for (auto& [name, entry] : *entries) {
                if (entry.open) visit(*entry.nsp);
            }
        }
    }
    template <class Visit>
    void for_each_early(Visit visit) const {
        for (const auto& [name, entry] : early_) visit(*entry.nsp);
    }

private:
    using Entries = std::map<std::string, Entry, std::less<>>;

    hub::NamespacePort& port_;
    Entries early_;
    Entries late_;
    const Namespace* in_making_ = nullptr;
    bool running_ = false;
};

}  // namespace socketio
