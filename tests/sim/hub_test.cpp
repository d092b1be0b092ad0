// Clients of every kind and format on a bad network against the sessions and hubs of one to three shards. What must
// hold:
//   each member of a room gets each broadcast exactly once, and everything in the order it was sent;
//   each event of a client reaches its handler once and in order, also across an upgrade;
//   after a disconnect nothing is sent and no handler runs; each ack handler is called once;
//   nothing is written to a probe but `3probe`; queues keep their bounds; nothing is left over;
//   sockets that come back, to any shard, have missed nothing and get nothing twice (sim/lives.hpp).
// `--seed N` replays a seed exactly; `--seeds N` runs that many.

#include "sim/app.hpp"
#include "sim/client.hpp"
#include "sim/lives.hpp"
#include "sim/seeds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <set>

namespace socketio::sim {
namespace {

Seeds seeds;

/// Generous: everybody who comes back soon gets its socket back. Otherwise something runs out now and then.
RecoveryOptions make_recovery(Dice& dice) {
    RecoveryOptions recovery;
    const bool is_generous = dice.chance(60);
    recovery.max_disconnection_duration =
        is_generous ? dice.delay(4'000, 8'000) : dice.delay(50, 2'000);
    recovery.skip_middlewares = dice.chance(60);
    if (is_generous) return recovery;
    recovery.sessions_max = static_cast<std::size_t>(dice.between(1, 20));
    recovery.packets_max = static_cast<std::size_t>(dice.between(5, 2'000));
    recovery.packet_bytes_max = static_cast<std::size_t>(dice.between(500, 200'000));
    return recovery;
}

Options make_options(Dice& dice) {
    Options options;
    options.shards = static_cast<unsigned>(dice.between(1, 3));
    options.ping_interval = dice.delay(300, 1'500);
    options.ping_timeout = dice.delay(400, 900);
    options.upgrade_timeout = dice.delay(200, 900);
    options.connect_timeout = Milliseconds(1'500);
    options.send_queue_packets_max = static_cast<std::size_t>(dice.between(20, 120));
    options.send_queue_bytes_max = static_cast<std::size_t>(dice.between(3'000, 20'000));
    options.pending_acks_max = static_cast<std::size_t>(dice.between(2, 40));
    options.allow_eio3 = true;
    if (dice.chance(60)) options.parser = dice.chance(80) ? Parser::by_client : Parser::msgpack;
    if (dice.chance(70)) {
        options.connection_state_recovery = make_recovery(dice);
        // What was missed has to fit into half of a queue.
        const auto factor = static_cast<std::size_t>(dice.between(1, 8));
        options.send_queue_packets_max *= factor;
        options.send_queue_bytes_max *= factor;
    }
    return options;
}

/// Clients of old protocols read JSON where there is a choice.
wire::PacketFormat choose_format(Dice& dice, Parser parser, EngineProtocol protocol) {
    const bool may_choose = parser == Parser::by_client && protocol == EngineProtocol::v4;
    const bool chooses_msgpack = may_choose && dice.chance(50);
    return parser == Parser::msgpack || chooses_msgpack ? wire::PacketFormat::msgpack
                                                        : wire::PacketFormat::json;
}

class Simulation {
public:
    explicit Simulation(std::uint64_t seed)
        : scheduler_(seed),
          server_(scheduler_, make_options(scheduler_.dice)),
          lives_(server_),
          app_(server_, transcript_, lives_) {
        for (int i = scheduler_.dice.between(3, 9); i > 0; --i) {
            const auto protocol =
                scheduler_.dice.chance(25) ? EngineProtocol::v3 : EngineProtocol::v4;
            const auto format = choose_format(scheduler_.dice, server_.options.parser, protocol);
            clients_.push_back(
                std::make_unique<SimClient>(server_, transcript_, lives_, protocol, format));
        }
    }

    /// What was broken, or nothing.
    std::vector<std::string> run() {
        scheduler_.run_for(Milliseconds(5'000));
        app_.calm_down();
        for (const auto& client : clients_) client->calm_down();
        // What went wrong before the calm may still end sessions for a while.
        scheduler_.run_for(Milliseconds(1'000));
        const auto settled = sessions_of_both();
        scheduler_.run_for(Milliseconds(3'000));
        const auto later = sessions_of_both();
        scheduler_.require(
            std::includes(later.begin(), later.end(), settled.begin(), settled.end()),
            "a good connection stays");
        check_transcripts();
        check_numbers();
        check_lives();
        server_.for_each_shard([](Server& shard) {
            shard.turn([&] { shard.hub.close_all(DisconnectReason::server_shutting_down); });
        });
        scheduler_.run_for(Milliseconds(1'000));
        check_transcripts();
        app_.check_end();
        // What is kept for those who might come back goes with its time.
        if (lives_.enabled()) scheduler_.run_for(Milliseconds(20'000));
        server_.for_each_shard([this](Server& shard) { check_nothing_left(shard); });
        return scheduler_.broken;
    }
    [[nodiscard]] std::map<std::string, std::size_t> happened() const {
        auto all = app_.happened();
        for (const auto& [what, count] : lives_.happened) all[what] += count;
        const auto& [json, msgpack] = server_.encodings;
        all["event in several forms, as JSON"] += json;
        all["event in several forms, as MessagePack"] += msgpack;
        return all;
    }

private:
    /// A session that both sides still have must have got everything.
    void check_transcripts() {
        const auto alive = sessions_of_both();
        for (const auto& [key, inbox] : transcript_.all()) {
            const auto fault = inbox.fault(alive.contains(key.first));
            scheduler_.require(fault.empty(), key.first + ' ' + key.second + ": " + fault);
        }
    }
    void check_numbers() {
        for (const auto& client : clients_) {
            if (client->session()->closed() || !server_.knows(client->session()->sid())) continue;
            for (const auto* nsp : {"/", "/b"}) {
                const auto sent = client->sent_to(nsp);
                scheduler_.require(!sent || sent == app_.got(client->session()->sid(), nsp),
                                   "no event of a live client is lost");
            }
        }
    }
    void check_lives() {
        for (const auto& client : clients_) {
            const auto& session = *client->session();
            if (session.closed() || !server_.knows(session.sid())) continue;
            for (const auto& sid : client->sids()) lives_.check_complete(sid);
        }
    }
    void check_nothing_left(Server& shard) {
        scheduler_.require(shard.sessions() == 0, "no session is left over");
        scheduler_.require(shard.hub.clients_count() == 0, "no client is left over");
        scheduler_.require(shard.deadlines.empty(), "no deadline is left over");
        const auto* recovery = shard.hub.recovery();
        if (recovery == nullptr) return;
        const bool is_empty = recovery->sessions() == 0 && recovery->asking() == 0 &&
                              recovery->away() == 0 && recovery->log().bytes() == 0;
        scheduler_.require(is_empty, "nothing is kept for those who did not come back");
    }
    /// The sids of the sessions that client and server have and keep.
    [[nodiscard]] std::set<std::string> sessions_of_both() const {
        std::set<std::string> found;
        for (const auto& client : clients_) {
            const auto& session = *client->session();
            const bool counts = !session.closed() && !client->is_lurker();
            if (counts && server_.knows(session.sid())) found.insert(session.sid());
        }
        return found;
    }

    Scheduler scheduler_;
    Transcript transcript_;
    ShardedServer server_;
    Lives lives_;
    App app_;
    std::vector<std::unique_ptr<SimClient>> clients_;
};

/// What has to happen for the promises to mean anything.
constexpr std::array needed = {"delivery",
                               "volatile delivery",
                               "event by polling",
                               "event by websocket",
                               "ack",
                               "connect_error",
                               "upgrade",
                               "upgrade with messages under way",
                               "client namespace disconnect",
                               "server namespace disconnect",
                               "transport close",
                               "transport error",
                               "ping timeout",
                               "slow client",
                               "forced server close",
                               "server shutting down",
                               "broadcast of another thread",
                               "event in several forms, as JSON",
                               "event in several forms, as MessagePack",
                               "recovered on its shard",
                               "recovered on another shard",
                               "recovered in JSON",
                               "recovered in MessagePack",
                               "event sent again",
                               "asked in vain"};

TEST(Hub, KeepsItsPromisesOnABadNetwork) {
    std::map<std::string, std::size_t> happened;
    for (auto seed = seeds.first; seed < seeds.end(); ++seed) {
        Simulation simulation(seed);
        for (const auto& promise : simulation.run()) {
            FAIL() << "seed " << seed << ' ' << promise << "\nreplay it with --seed " << seed;
        }
        for (const auto& [what, count] : simulation.happened()) happened[what] += count;
    }
    for (const auto& [what, count] : happened) std::cout << count << ' ' << what << '\n';
    if (!seeds.are_many()) return;
    for (const auto* what : needed) EXPECT_GE(happened[what], 20U) << what;
}

/// Nothing but the seed decides what happens.
TEST(Hub, HappensAgainAsItDid) {
    for (auto seed = seeds.first; seed < std::min(seeds.end(), seeds.first + 5); ++seed) {
        Simulation one(seed);
        Simulation other(seed);
        EXPECT_EQ(one.run(), other.run());
        EXPECT_EQ(one.happened(), other.happened()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace socketio::sim

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    socketio::sim::seeds = socketio::sim::read_seeds(argc, argv, 200);
    return RUN_ALL_TESTS();
}
