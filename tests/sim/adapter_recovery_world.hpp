#pragma once
// Servers of several shards each, whose adapters keep sessions and broadcasts in one store. What they tell it,
// what it answers and what it has them read is under way as long as the simulation wants, in order for each of:
//
//   broadcasts, from a server to the store          sessions kept and asked for, from a server to the store
//   answers, from the store to a server             the stream of broadcasts, from the store to a server
//
// and so are the letters between the shards of a server, for each pair.

#include "hub/adapter_recovery.hpp"
#include "hub/delivery.hpp"
#include "sim/recovery_world.hpp"
#include "support/session_store.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

class StoredCluster final : public Cluster {
public:
    StoredCluster(std::uint64_t seed, unsigned servers, unsigned shards,
                  const RecoveryOptions& recovery = {})
        : Cluster(seed, shards, recovery, servers, std::make_shared<test::KeepingAdapter>()),
          links_(servers) {}

    [[nodiscard]] unsigned servers() const noexcept { return static_cast<unsigned>(links_.size()); }
    [[nodiscard]] unsigned server_of(unsigned shard) const noexcept {
        return shard / options.shards;
    }
    [[nodiscard]] hub::AdapterRecovery& desk(unsigned shard) {
        return *hub(shard).adapter_recovery();
    }

    // ---- What is under way, one by one -----------------------------------------------------------
    /// False when nothing of that kind was.
    bool store_broadcast(unsigned server) { return do_next(links_[server].broadcasts); }
    bool store_session(unsigned server) { return do_next(links_[server].sessions); }
    bool read_answer(unsigned server) {
        return do_next(links_[server].answers, server * options.shards);
    }
    bool read_stream(unsigned server) {
        auto& link = links_[server];
        if (link.read == store.entries().size()) return false;
        const auto entry = store.entries()[link.read++];
        on(server * options.shards, [&] { deliver(entry); });
        return true;
    }
    /// Of any server, or a letter.
    bool do_anything() {
        const auto server = static_cast<unsigned>(dice.below(links_.size()));
        switch (dice.between(0, 5)) {
            case 0: return store_broadcast(server);
            case 1: return store_session(server);
            case 2: return read_answer(server);
            case 3: return read_stream(server);
            default:
                if (!has_letters()) return false;
                read_any_letter();
                return true;
        }
    }
    /// Nothing is under way any more.
    void do_all() {
        do {
            do_all_but_streams();
        } while (read_streams());
    }
    /// What servers tell the store, its answers, and letters; what is new in the stream reaches nobody.
    void do_all_but_streams() {
        bool has_more = true;
        while (has_more) {
            read_all_letters();
            has_more = false;
            for (unsigned server = 0; server < servers(); ++server) {
                for (const bool did :
                     {store_broadcast(server), store_session(server), read_answer(server)}) {
                    has_more = has_more || did;
                }
            }
            has_more = has_more || has_letters();
        }
    }
    bool read_streams() {
        bool did = false;
        for (unsigned server = 0; server < servers(); ++server) {
            while (read_stream(server)) did = true;
        }
        return did;
    }

    // ---- NamespacePort: as server/implementation has it ------------------------------------------
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override {
        args.insert(args.begin(), Value(event));
        ClusterBroadcast sent{nsp.name(), std::move(args), std::move(audience), std::move(flags)};
        const auto first = current() == outside ? 0U : first_of(current());
        auto publish = [this, first, sent = std::move(sent)] {
            links_[server_of(first)].broadcasts.push_back([this, sent] { store.append(sent); });
        };
        if (current() == first) return publish();
        post(first, std::move(publish));
    }
    void keep_session(const StoredSession& session, std::chrono::milliseconds) override {
        link().sessions.push_back([this, session] { store.keep(session); });
    }
    void restore_session(const std::string& nsp, const std::string& pid, const std::string& offset,
                         RestoreHandler done) override {
        const auto server = server_of(current());
        link().sessions.push_back([this, server, nsp, pid, offset, done = std::move(done)] {
            const auto answer =
                std::make_shared<std::unique_ptr<RestoredSession>>(store.take(nsp, pid, offset));
            links_[server].answers.push_back([answer, done] { done(std::move(*answer)); });
        });
    }

    test::SessionStore store;

private:
    using Works = std::deque<std::function<void()>>;

    /// Of one server with the store.
    struct Link {
        Works broadcasts;
        Works sessions;
        Works answers;
        /// How much of the stream.
        std::size_t read = 0;
    };

    [[nodiscard]] Link& link() {
        if (current() != first_of(current())) failures.emplace_back("adapters live on shard 0");
        return links_[server_of(current())];
    }
    bool do_next(Works& works, unsigned shard = outside) {
        if (works.empty()) return false;
        const auto work = std::move(works.front());
        works.pop_front();
        on(shard, work);
        return true;
    }
    /// To all shards of the server whose shard 0 this is.
    void deliver(const ClusterBroadcast& entry) {
        const Args args(entry.data.begin() + 1, entry.data.end());
        const auto delivery = std::make_shared<const hub::Delivery>(
            hub::make_adapter_delivery(*this, entry.nsp, entry.audience, entry.flags,
                                       entry.data.front().as_string(), args, entry.offset));
        const auto first = current();
        for (unsigned shard = first + 1; shard < first + options.shards; ++shard) {
            post(shard, [this, shard, delivery] { hub(shard).deliver(*delivery); });
        }
        hub(first).deliver(*delivery);
    }

    std::vector<Link> links_;
};

}  // namespace socketio::sim
