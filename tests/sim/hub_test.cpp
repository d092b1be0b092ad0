// Clients of every kind and format on a bad network against one shard's sessions and hub. What must hold:
//   each member of a room gets each broadcast exactly once, and everything in the order it was sent;
//   each event of a client reaches its handler once and in order, also across an upgrade;
//   after a disconnect nothing is sent and no handler runs; each ack handler is called once;
//   nothing is written to a probe but `3probe`; queues keep their bounds; nothing is left over.
// A seed is replayed with --seed=N; --seeds=N runs that many.

#include "sim/app.hpp"
#include "sim/client.hpp"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <iostream>
#include <set>
#include <string_view>

namespace socketio::sim {
namespace {

std::uint64_t first_seed = 1;
std::uint64_t seed_count = 200;

Options make_options(Dice& dice) {
    Options options;
    options.ping_interval = dice.delay(300, 1'500);
    options.ping_timeout = dice.delay(400, 900);
    options.upgrade_timeout = dice.delay(200, 900);
    options.connect_timeout = Milliseconds(1'500);
    options.send_queue_packets_max = static_cast<std::size_t>(dice.between(20, 120));
    options.send_queue_bytes_max = static_cast<std::size_t>(dice.between(3'000, 20'000));
    options.pending_acks_max = static_cast<std::size_t>(dice.between(2, 40));
    options.allow_eio3 = true;
    if (dice.chance(60)) options.parser = dice.chance(80) ? Parser::by_client : Parser::msgpack;
    if (dice.chance(40)) {
        options.connection_state_recovery = RecoveryOptions{
            .max_disconnection_duration = dice.delay(50, 2'000),
            .sessions_max = static_cast<std::size_t>(dice.between(1, 20)),
            .packets_max = static_cast<std::size_t>(dice.between(5, 2'000)),
        };
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
          app_(server_, transcript_) {
        for (int i = scheduler_.dice.between(3, 9); i > 0; --i) {
            const auto protocol =
                scheduler_.dice.chance(25) ? EngineProtocol::v3 : EngineProtocol::v4;
            const auto format = choose_format(scheduler_.dice, server_.options.parser, protocol);
            clients_.push_back(std::make_unique<SimClient>(server_, transcript_, protocol, format));
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
        server_.turn([this] { server_.hub.close_all(DisconnectReason::server_shutting_down); });
        scheduler_.run_for(Milliseconds(1'000));
        check_transcripts();
        app_.check_end();
        // What is kept for those who might come back goes with its time.
        if (server_.hub.recovery() != nullptr) scheduler_.run_for(Milliseconds(10'000));
        scheduler_.require(server_.sessions() == 0, "no session is left over");
        scheduler_.require(server_.hub.clients_count() == 0, "no client is left over");
        scheduler_.require(server_.deadlines.empty(), "no deadline is left over");
        return scheduler_.broken;
    }
    [[nodiscard]] std::map<std::string, std::size_t> happened() const {
        auto all = app_.happened();
        const auto& [json, msgpack] = server_.encodings;
        all["broadcast to several formats, as JSON"] += json;
        all["broadcast to several formats, as MessagePack"] += msgpack;
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
    Server server_;
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
                               "client namespace disconnect",
                               "server namespace disconnect",
                               "transport close",
                               "transport error",
                               "ping timeout",
                               "slow client",
                               "server shutting down",
                               "broadcast to several formats, as JSON",
                               "broadcast to several formats, as MessagePack"};

TEST(Hub, KeepsItsPromisesOnABadNetwork) {
    std::map<std::string, std::size_t> happened;
    for (auto seed = first_seed; seed < first_seed + seed_count; ++seed) {
        Simulation simulation(seed);
        for (const auto& promise : simulation.run()) {
            FAIL() << "seed " << seed << ' ' << promise << "\nreplay it with --seed=" << seed;
        }
        for (const auto& [what, count] : simulation.happened()) happened[what] += count;
    }
    for (const auto& [what, count] : happened) std::cout << count << ' ' << what << '\n';
    if (seed_count < 100) return;
    for (const auto* what : needed) EXPECT_GE(happened[what], 20U) << what;
}

bool read_number(std::string_view argument, std::string_view name, std::uint64_t& number) {
    if (!argument.starts_with(name)) return false;
    argument.remove_prefix(name.size());
    std::from_chars(argument.data(), argument.data() + argument.size(), number);
    return true;
}

}  // namespace
}  // namespace socketio::sim

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    for (int i = 1; i < argc; ++i) {
        if (socketio::sim::read_number(argv[i], "--seed=", socketio::sim::first_seed)) {
            socketio::sim::seed_count = 1;
        } else {
            socketio::sim::read_number(argv[i], "--seeds=", socketio::sim::seed_count);
        }
    }
    return RUN_ALL_TESTS();
}
