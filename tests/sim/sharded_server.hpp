#pragma once
// A server of several shards on a simulated network: its shards send each other letters, which take their time and
// keep their order for each pair, as the mailboxes of server/ do. Whoever judges is told what a shard is about to
// do, at the moment in which it does it.

#include "hub/delivery.hpp"
#include "hub/offset_counter.hpp"
#include "hub/recovery.hpp"
#include "sim/scheduler.hpp"
#include "sim/server.hpp"
#include "support/counted_contents.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::sim {

class ShardedServer final : public hub::NamespacePort {
public:
    class Witness {
    public:
        /// A broadcast with that label is about to be delivered there.
        virtual void on_delivery(unsigned shard, int label) = 0;
        virtual void on_surgery(unsigned shard, const hub::RoomSurgery& surgery) = 0;

    protected:
        ~Witness() = default;
    };

    ShardedServer(Scheduler& its_scheduler, const Options& its_options)
        : scheduler(its_scheduler), options(its_options) {
        for (unsigned index = 0; index < options.shards; ++index) {
            shards_.push_back(std::make_unique<Server>(scheduler, options, index));
        }
    }

    void set_witness(Witness& witness) { witness_ = &witness; }
    Namespace& make_namespace(const std::string& name) {
        auto& nsp = namespaces_[name];
        nsp = std::make_unique<Namespace>(name, *this);
        for (auto& shard : shards_) shard->hub.add_namespace(*nsp);
        return *nsp;
    }
    [[nodiscard]] unsigned size() const noexcept { return static_cast<unsigned>(shards_.size()); }
    [[nodiscard]] Server& shard(unsigned index) { return *shards_[index]; }
    [[nodiscard]] Server& any_shard() { return *shards_[scheduler.dice.below(shards_.size())]; }
    template <class Visit>
    void for_each_shard(Visit visit) {
        for (auto& shard : shards_) visit(*shard);
    }
    [[nodiscard]] bool knows(const std::string& sid) const {
        return std::any_of(shards_.begin(), shards_.end(),
                           [&](const auto& shard) { return shard->knows(sid); });
    }
    /// What a thread does that is no shard's.
    template <class Work>
    void outside(Work&& work) {
        const auto before = std::exchange(scheduler.shard, elsewhere);
        std::forward<Work>(work)();
        scheduler.shard = before;
    }
    /// Of the next broadcast.
    void label(int label) { label_ = label; }

    // ---- NamespacePort: as server/implementation has it ------------------------------------------
    [[nodiscard]] hub::EventContents encode(const hub::PlainEvent& event) const override {
        return test::encode_for(options, encodings, event);
    }
    void broadcast(const Namespace& nsp, Audience audience, EmitFlags flags, std::string_view event,
                   Args args) override {
        const bool is_sent_again = options.connection_state_recovery && !flags.is_volatile;
        const auto offset = is_sent_again ? next_offset() : wire::EventOffset::none;
        deliver_everywhere(
            hub::make_delivery(*this, nsp.name(), std::move(audience), flags, event, args, offset));
    }
    void deliver_everywhere(hub::Delivery delivery) override {
        const auto shared = std::make_shared<const hub::Delivery>(std::move(delivery));
        on_every_shard([this, shared, label = std::exchange(label_, 0)](unsigned index) {
            witness_->on_delivery(index, label);
            shards_[index]->hub.deliver(*shared);
        });
    }
    void surgery(hub::RoomSurgery surgery) override {
        const auto shared = std::make_shared<const hub::RoomSurgery>(std::move(surgery));
        on_every_shard([this, shared](unsigned index) {
            witness_->on_surgery(index, *shared);
            shards_[index]->hub.surgery(*shared);
        });
    }
    void post_to_hub(unsigned shard, std::function<void(hub::Hub&)> work) override {
        post(shard, [this, shard, work = std::move(work)] { work(shards_[shard]->hub); });
    }
    void ask(hub::Question question, BroadcastAckHandler handler) override {
        shards_[scheduler.shard]->hub.ask(question, std::move(handler));
    }
    void fetch(hub::SocketQuery query, FetchHandler handler) override {
        handler({{}, shards_[scheduler.shard]->hub.fetch(query.nsp, query.audience), {}});
    }
    void require_setup_phase(const Namespace&) const override {}

    Scheduler& scheduler;
    const Options options;
    mutable test::Encodings encodings{};

private:
    /// Where the threads are that are no shard's.
    static constexpr unsigned elsewhere = 99;

    [[nodiscard]] wire::EventOffset next_offset() {
        if (scheduler.shard != elsewhere) {
            return shards_[scheduler.shard]->hub.recovery()->next_offset();
        }
        const auto now =
            std::chrono::duration_cast<Milliseconds>(scheduler.now().time_since_epoch());
        return others_offsets_.next(static_cast<std::uint64_t>((now + wall_clock_ahead).count()));
    }
    /// On this one at last: what handlers emit there comes behind it everywhere.
    template <class Work>
    void on_every_shard(Work work) {
        for (unsigned index = 0; index < size(); ++index) {
            if (index != scheduler.shard) post(index, [work, index] { work(index); });
        }
        if (scheduler.shard != elsewhere) work(scheduler.shard);
    }
    void post(unsigned to, std::function<void()> work) {
        auto& last = last_arrivals_[{scheduler.shard, to}];
        last = std::max(last, scheduler.now() + scheduler.dice.delay(0, 40));
        scheduler.at(last, [this, to, work = std::move(work)] { shards_[to]->turn(work); });
    }

    std::map<std::string, std::unique_ptr<Namespace>> namespaces_;
    std::vector<std::unique_ptr<Server>> shards_;
    std::map<std::pair<unsigned, unsigned>, base::TimePoint> last_arrivals_;
    hub::OffsetCounter others_offsets_{options.shards, hub::sources_of(options.shards)};
    Witness* witness_ = nullptr;
    int label_ = 0;
};

}  // namespace socketio::sim
