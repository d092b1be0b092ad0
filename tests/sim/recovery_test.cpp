// Sockets that come back on any shard while letters between shards are under way. The rows of docs/races.md, and
// seeds in which everything happens at once. What must hold:
//   each client gets each event that was for it exactly once, those of one source in their order;
//   a client that comes back gets its socket back, with rooms and data; one socket for each client;
//   nothing is left over when everybody has said goodbye.
// `--seed N` replays a seed exactly; `--seeds N` runs that many.

#include "sim/recovery_world.hpp"
#include "sim/seeds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <any>
#include <iostream>
#include <numeric>
#include <set>

namespace socketio::sim {
namespace {

Seeds seeds;

using Numbers = std::vector<int>;

// ---- The application ---------------------------------------------------------------------------

/// Knows which socket is where, and what it was given.
class App {
public:
    explicit App(Cluster& cluster) : cluster_(cluster), root_(cluster.make_namespace("/")) {
        root_.on_connection([this](Socket& socket) { on_connection(socket); });
    }

    [[nodiscard]] Namespace& root() noexcept { return root_; }
    /// Of the next socket that does not come back.
    void plan(std::vector<std::string> rooms, int data) {
        planned_rooms_ = std::move(rooms);
        planned_data_ = data;
    }
    struct Place {
        Socket* socket;
        unsigned shard;
    };
    [[nodiscard]] const Place* find(const std::string& sid) const {
        const auto found = places_.find(sid);
        return found == places_.end() ? nullptr : &found->second;
    }
    void emit(unsigned source, const Audience& audience, int number) {
        cluster_.on(source, [&] {
            BroadcastOperator(root_).to(audience.rooms).except(audience.except).emit("t", number);
        });
    }
    void emit_to_all(unsigned source, int number) { emit(source, {}, number); }
    /// To a socket that is there.
    void emit_directly(const std::string& sid, int number) {
        const auto place = *find(sid);
        cluster_.on(place.shard, [&] { place.socket->emit("t", number); });
    }
    [[nodiscard]] std::size_t sockets() const noexcept { return places_.size(); }

private:
    void on_connection(Socket& socket) {
        const std::string sid(socket.id());
        if (!socket.recovered()) {
            for (const auto& room : planned_rooms_) socket.join(room);
            socket.data() = planned_data_;
            given_[sid] = {socket.rooms(), planned_data_};
        }
        check(socket, given_[sid]);
        if (places_.contains(sid)) cluster_.failures.push_back("one socket for each client");
        places_[sid] = {&socket, cluster_.current()};
        socket.on_disconnect([this, sid](Socket&, DisconnectReason) { places_.erase(sid); });
    }
    struct Given {
        std::vector<std::string> rooms;
        int data;
    };
    void check(Socket& socket, const Given& given) {
        auto rooms = socket.rooms();
        auto wanted = given.rooms;
        std::sort(rooms.begin(), rooms.end());
        std::sort(wanted.begin(), wanted.end());
        if (rooms != wanted) cluster_.failures.push_back("rooms come back");
        const auto* data = std::any_cast<int>(&socket.data());
        if (data == nullptr || *data != given.data) cluster_.failures.push_back("data come back");
    }

    Cluster& cluster_;
    Namespace& root_;
    std::vector<std::string> planned_rooms_;
    int planned_data_ = 0;
    std::map<std::string, Place> places_;
    std::map<std::string, Given> given_;
};

// ---- Races: one row of docs/races.md each --------------------------------------------------------

/// Three shards, and a client whose socket is on shard 0.
class RecoveryRaces : public testing::Test {
protected:
    explicit RecoveryRaces(const RecoveryOptions& options = {}) : cluster(1, 3, options) {
        app.plan({"room"}, 5);
        client.come(0);
        settle();
        EXPECT_TRUE(client.connected());
        sid = client.sid();
    }
    ~RecoveryRaces() override { EXPECT_TRUE(cluster.failures.empty()) << cluster.failures.front(); }
    /// All letters are read, and what the client was sent.
    void settle() {
        cluster.read_all_letters();
        client.read();
    }
    void tick() { cluster.pass(Milliseconds(10)); }
    /// It is back, with its socket.
    void expect_recovered(const Wanderer& who, unsigned shard) {
        EXPECT_TRUE(who.connected());
        EXPECT_TRUE(who.recovered());
        EXPECT_EQ(who.sid(), sid);
        ASSERT_NE(app.find(sid), nullptr);
        EXPECT_EQ(app.find(sid)->shard, shard);
    }
    void expect_nothing_left() {
        for (unsigned shard = 0; shard < cluster.size(); ++shard) {
            EXPECT_EQ(cluster.recovery(shard).sessions(), 0U) << shard;
            EXPECT_EQ(cluster.recovery(shard).asking(), 0U) << shard;
        }
    }

    Cluster cluster;
    App app{cluster};
    Wanderer client{cluster};
    std::string sid;
};

TEST_F(RecoveryRaces, ReturnAndEndOfTheOldConnection) {
    int number = 0;
    for (const unsigned to : {0U, 1U, 2U, 2U, 1U, 0U, 0U}) {
        for (const bool is_noticed : {true, false}) {
            app.emit_to_all(0, ++number);
            settle();
            app.emit_to_all(0, ++number);
            app.emit_directly(sid, ++number);
            client.lose(is_noticed);
            app.emit(2, {{"room"}, {}}, ++number);
            app.emit(1, {{"room"}, {"room"}}, -1);
            app.emit(cluster.outside, {{sid}, {}}, ++number);
            tick();
            client.come(to);
            app.emit_to_all(1, ++number);
            settle();
            expect_recovered(client, to);
            EXPECT_EQ(app.sockets(), 1U);
        }
    }
    auto numbers = client.numbers();
    std::sort(numbers.begin(), numbers.end());
    Numbers all(static_cast<std::size_t>(number));
    std::iota(all.begin(), all.end(), 1);
    EXPECT_EQ(numbers, all);
    expect_nothing_left();
}

TEST_F(RecoveryRaces, ReturnAndGoodbyeOnTheOldConnection) {
    auto& old = client.line();
    client.lose(false);
    tick();
    client.come(1);
    old.send("1");
    settle();
    EXPECT_FALSE(client.recovered()) << "it had left for good";
    EXPECT_NE(client.sid(), sid);

    sid = client.sid();
    client.lose(false);
    tick();
    auto& second = client.line();
    client.come(0);
    settle();
    expect_recovered(client, 0);
    second.send("1");
    EXPECT_EQ(app.sockets(), 1U) << "who said it is gone already";
    expect_nothing_left();
}

TEST_F(RecoveryRaces, TwoReturnsAtOnce) {
    client.lose();
    Wanderer older(cluster);
    older.know(client);
    tick();
    older.come(1);
    tick();
    client.come(2);
    cluster.read_letter(1, 0);
    settle();
    older.read();
    expect_recovered(client, 2);
    EXPECT_EQ(app.sockets(), 1U);
    EXPECT_FALSE(older.line().is_open()) << "it had the socket first, and lost it";

    // The other way round.
    client.lose();
    older.know(client);
    tick();
    older.come(1);
    tick();
    client.come(0);
    settle();
    older.read();
    expect_recovered(client, 0);
    EXPECT_TRUE(older.line().is_open());
    EXPECT_FALSE(older.recovered()) << "too late, it is a new one";
    EXPECT_NE(older.sid(), sid);
}

TEST_F(RecoveryRaces, ThreeReturnsAtOnce) {
    client.lose();
    Wanderer first(cluster);
    Wanderer second(cluster);
    first.know(client);
    second.know(client);
    tick();
    first.come(1);
    tick();
    second.come(2);
    tick();
    client.come(1);
    app.emit_to_all(0, 1);
    settle();
    first.read();
    second.read();
    expect_recovered(client, 1);
    EXPECT_EQ(client.numbers(), Numbers{1});
    EXPECT_FALSE(second.recovered() && second.line().is_open());
    EXPECT_FALSE(first.recovered() && first.line().is_open());
}

TEST_F(RecoveryRaces, ReturnAndExpiry) {
    client.lose();
    cluster.pass(Milliseconds(119'000));
    client.come(1);
    cluster.read_letter(1, 0);
    cluster.pass(Milliseconds(5'000));
    settle();
    expect_recovered(client, 1);

    client.lose();
    cluster.pass(Milliseconds(119'000));
    client.come(2);
    cluster.pass(Milliseconds(5'000));
    settle();
    EXPECT_TRUE(client.connected());
    EXPECT_FALSE(client.recovered()) << "the letter came too late";
    EXPECT_EQ(cluster.recovery(0).away(), 0U);
    expect_nothing_left();
}

TEST_F(RecoveryRaces, ReturnAndBroadcast) {
    int number = 0;
    // Where the broadcast is read before the state passes: where it was, where it goes to.
    for (const bool seen_there : {true, false}) {
        for (const bool seen_here : {true, false}) {
            SCOPED_TRACE(std::to_string(seen_there) + std::to_string(seen_here));
            client.lose();
            tick();
            app.emit_to_all(2, ++number);
            if (seen_here) cluster.read_letter(2, 1);
            client.come(1);
            if (seen_there) cluster.read_letter(2, 0);
            cluster.read_letter(1, 0);
            cluster.read_letter(0, 1);
            client.read();
            EXPECT_EQ(client.connected(), seen_here || !seen_there)
                << "it waits for what the other one has seen";
            settle();
            expect_recovered(client, 1);
            ASSERT_FALSE(client.numbers().empty());
            EXPECT_EQ(client.numbers().back(), number);
            EXPECT_EQ(client.numbers().size(), static_cast<std::size_t>(number));
            // Back to where it was.
            client.lose();
            tick();
            client.come(0);
            settle();
            expect_recovered(client, 0);
        }
    }
    EXPECT_EQ(client.numbers().size(), static_cast<std::size_t>(number)) << "each once";
}

TEST_F(RecoveryRaces, ReturnAndEndOfTheNewConnection) {
    app.emit_to_all(0, 1);
    settle();
    client.lose();
    app.emit_to_all(0, 2);
    tick();
    client.come(1);
    client.lose();
    settle();
    EXPECT_EQ(cluster.recovery(1).sessions(), 1U) << "nobody is there to take it: it waits";
    EXPECT_EQ(cluster.recovery(0).sessions(), 0U);
    app.emit_to_all(1, 3);
    tick();
    client.come(2);
    settle();
    expect_recovered(client, 2);
    EXPECT_EQ(client.numbers(), (Numbers{1, 2, 3}));
    expect_nothing_left();
}

TEST_F(RecoveryRaces, ReturnAndAnotherBeforeAnythingHasArrived) {
    app.emit_to_all(0, 1);
    settle();
    app.emit_directly(sid, 2);
    client.lose();
    app.emit_to_all(2, 3);
    for (const unsigned shard : {1U, 2U, 1U, 0U}) {
        tick();
        client.come(shard);
        cluster.read_all_letters();
        client.lose(shard == 1);
    }
    app.emit_to_all(1, 4);
    tick();
    client.come(2);
    settle();
    expect_recovered(client, 2);
    EXPECT_EQ(client.numbers(), (Numbers{1, 2, 3, 4}));
    expect_nothing_left();
}

TEST_F(RecoveryRaces, ReturnAndClosingOfTheNamespace) {
    auto& chart = cluster.make_namespace("/chart");
    Wanderer viewer(cluster, "/chart");
    viewer.come(0);
    viewer.read();
    EXPECT_TRUE(viewer.connected());
    const auto close = [&] {
        for (unsigned shard = 0; shard < cluster.size(); ++shard) {
            cluster.on(shard, [&] { cluster.hub(shard).close_namespace("/chart"); });
        }
    };
    viewer.lose();
    tick();
    viewer.come(1);
    cluster.read_letter(1, 0);
    close();
    cluster.read_all_letters();
    viewer.read();
    EXPECT_FALSE(viewer.connected());
    EXPECT_EQ(viewer.error(), "Invalid namespace");

    for (unsigned shard = 0; shard < cluster.size(); ++shard) {
        cluster.on(shard, [&] { cluster.hub(shard).add_namespace(chart); });
    }
    Wanderer other(cluster, "/chart");
    other.come(0);
    other.read();
    other.lose();
    close();
    for (unsigned shard = 0; shard < cluster.size(); ++shard) {
        cluster.on(shard, [&] { cluster.hub(shard).add_namespace(chart); });
    }
    tick();
    other.come(1);
    cluster.read_all_letters();
    other.read();
    EXPECT_TRUE(other.connected());
    EXPECT_FALSE(other.recovered()) << "it closed while the socket was away";
}

TEST_F(RecoveryRaces, ReturnAndEndOfTheServer) {
    client.lose();
    tick();
    client.come(1);
    cluster.read_letter(1, 0);
    cluster.on(1, [&] { cluster.hub(1).close_all(DisconnectReason::server_shutting_down); });
    settle();
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(app.sockets(), 0U);
    EXPECT_EQ(cluster.recovery(1).asking(), 0U);

    Wanderer late(cluster);
    late.know(client);
    tick();
    late.come(2);
    // The letters are thrown away unread with the server.
}

TEST_F(RecoveryRaces, GoodbyeElsewhereAndReturn) {
    client.lose();
    tick();
    client.come(1);
    settle();
    expect_recovered(client, 1);
    EXPECT_EQ(cluster.recovery(0).away(), 1U);
    // The inquiry is under way when the socket leaves for good.
    Wanderer late(cluster);
    late.know(client);
    tick();
    late.come(2);
    cluster.read_letter(2, 0);
    client.line().send("1");
    settle();
    late.read();
    EXPECT_TRUE(late.connected());
    EXPECT_FALSE(late.recovered());
    EXPECT_EQ(cluster.recovery(0).away(), 0U) << "its home has forgotten it";
    expect_nothing_left();
}

TEST_F(RecoveryRaces, GoodbyeElsewhereIsToldAtHome) {
    client.lose();
    tick();
    client.come(1);
    settle();
    client.line().send("1");
    settle();
    EXPECT_EQ(cluster.recovery(0).away(), 0U);
    tick();
    client.come(0);
    settle();
    EXPECT_FALSE(client.recovered());
}

TEST_F(RecoveryRaces, ExpiryElsewhereIsToldAtHome) {
    client.lose();
    tick();
    client.come(1);
    settle();
    client.lose();
    cluster.pass(Milliseconds(125'000));
    cluster.read_all_letters();
    EXPECT_EQ(cluster.recovery(0).away(), 0U);
    expect_nothing_left();
}

TEST_F(RecoveryRaces, AskingInAnotherNamespaceTakesNothingAway) {
    (void)cluster.make_namespace("/b");
    Wanderer thief(cluster, "/b");
    thief.know(client);
    tick();
    thief.come(1);
    cluster.read_all_letters();
    thief.read();
    EXPECT_TRUE(thief.connected());
    EXPECT_FALSE(thief.recovered());
    EXPECT_EQ(cluster.recovery(0).away(), 0U);
    client.lose();
    tick();
    client.come(2);
    settle();
    expect_recovered(client, 2);
}

TEST_F(RecoveryRaces, AskingInAnotherFormatTakesNothingAway) {
    client.lose();
    app.emit_to_all(0, 1);
    Wanderer other(cluster, "/", wire::PacketFormat::msgpack);
    other.know(client);
    tick();
    other.come(1);
    cluster.read_all_letters();
    other.read();
    EXPECT_TRUE(other.connected());
    EXPECT_FALSE(other.recovered());
    EXPECT_EQ(cluster.recovery(0).away(), 0U);
    tick();
    client.come(2);
    settle();
    expect_recovered(client, 2);
    EXPECT_EQ(client.numbers(), Numbers{1});
}

/// The broadcast is made in JSON by the shard where somebody reads it, and in MessagePack where somebody comes back.
TEST_F(RecoveryRaces, ReturnAndBroadcastInTwoFormats) {
    app.plan({"room"}, 6);
    Wanderer other(cluster, "/", wire::PacketFormat::msgpack);
    other.come(1);
    settle();
    other.read();
    other.lose();
    for (const int number : {1, 2, 3}) app.emit(2, {{"room"}, {}}, number);
    cluster.read_letter(2, 0);
    tick();
    other.come(0);
    cluster.read_letter(0, 1);
    settle();
    other.read();
    EXPECT_TRUE(other.recovered());
    EXPECT_EQ(other.numbers(), (Numbers{1, 2, 3}));
    EXPECT_EQ(client.numbers(), (Numbers{1, 2, 3}));
    const auto& [json, msgpack] = cluster.encodings;
    EXPECT_EQ(json, 3U) << "asked for once, where its reader is";
    EXPECT_EQ(msgpack, 3U);
}

/// Logs that hold three events.
class SmallRecoveryRaces : public RecoveryRaces {
protected:
    SmallRecoveryRaces() : RecoveryRaces(RecoveryOptions{.packets_max = 3}) {}
};

TEST_F(SmallRecoveryRaces, ReturnAndTrim) {
    app.emit_to_all(0, 1);
    settle();
    client.lose();
    for (const int number : {2, 3}) app.emit_to_all(0, number);
    tick();
    client.come(1);
    cluster.read_letter(0, 1);
    cluster.read_letter(1, 0);
    // Where it was nothing of it is left now, but it is on its way.
    for (const int number : {4, 5, 6}) app.emit_to_all(0, number);
    settle();
    expect_recovered(client, 1);
    EXPECT_EQ(client.numbers(), (Numbers{1, 2, 3, 4, 5, 6}));

    client.lose();
    tick();
    client.come(2);
    for (const int number : {7, 8, 9, 10}) app.emit_to_all(1, number);
    settle();
    EXPECT_TRUE(client.connected());
    EXPECT_FALSE(client.recovered()) << "what it missed was dropped before the letter came";
}

TEST_F(SmallRecoveryRaces, WhatWasSentToWhoMovedIsKeptWithinTheBoundsToo) {
    app.emit_to_all(0, 1);
    settle();
    client.lose();
    for (const int number : {2, 3}) app.emit_to_all(0, number);
    tick();
    client.come(1);
    cluster.read_all_letters();
    client.lose();
    tick();
    client.come(2);
    settle();
    EXPECT_TRUE(client.connected());
    EXPECT_FALSE(client.recovered()) << "nobody knows any more what was lost";
    sid = client.sid();
    app.emit_to_all(2, 4);
    settle();
    client.lose();
    app.emit_to_all(2, 5);
    tick();
    client.come(0);
    settle();
    expect_recovered(client, 0);
    app.emit_to_all(0, 6);
    settle();
    client.lose();
    tick();
    client.come(1);
    settle();
    expect_recovered(client, 1);
    EXPECT_EQ(client.numbers().back(), 6);
}

// ---- Seeds -------------------------------------------------------------------------------------

class Simulation {
public:
    explicit Simulation(std::uint64_t seed)
        : cluster_(seed, static_cast<unsigned>(1 + seed % 4)), app_(cluster_) {
        for (int i = cluster_.dice.between(1, 5); i > 0; --i) start_traveller();
    }

    std::vector<std::string> run() {
        for (int i = 0; i < 400 && cluster_.failures.empty(); ++i) act();
        come_to_rest();
        for (const auto& traveller : travellers_) check(*traveller);
        say_goodbye();
        return cluster_.failures;
    }
    [[nodiscard]] const std::map<std::string, int>& happened() const noexcept { return happened_; }

private:
    struct Traveller {
        Traveller(Cluster& cluster, wire::PacketFormat its_format)
            : format(its_format), client(cluster, "/", its_format) {}

        wire::PacketFormat format;

        Wanderer client;
        std::vector<std::string> rooms;
        /// By source.
        std::map<unsigned, Numbers> expected;
    };

    [[nodiscard]] unsigned any_shard() {
        return static_cast<unsigned>(cluster_.dice.below(cluster_.size()));
    }
    [[nodiscard]] unsigned any_source() {
        return cluster_.dice.chance(20) ? Cluster::outside : any_shard();
    }
    [[nodiscard]] std::string any_room() {
        return "room" + std::to_string(cluster_.dice.between(0, 2));
    }
    [[nodiscard]] Traveller& any_traveller() {
        return *travellers_[cluster_.dice.below(travellers_.size())];
    }

    void start_traveller() {
        const auto format =
            cluster_.dice.chance(50) ? wire::PacketFormat::json : wire::PacketFormat::msgpack;
        auto& traveller = *travellers_.emplace_back(std::make_unique<Traveller>(cluster_, format));
        for (int room = 0; room < 3; ++room) {
            if (cluster_.dice.chance(50)) traveller.rooms.push_back("room" + std::to_string(room));
        }
        app_.plan(traveller.rooms, static_cast<int>(travellers_.size()));
        traveller.client.come(any_shard());
        traveller.client.read();
        traveller.rooms.push_back(traveller.client.sid());
    }

    void act() {
        auto& dice = cluster_.dice;
        const auto what = dice.between(0, 99);
        auto& traveller = any_traveller();
        if (what < 25) return broadcast();
        if (what < 35) return emit_directly(traveller);
        if (what < 65) return cluster_.read_any_letter();
        if (what < 75) return traveller.client.read();
        if (what < 80) return lose(traveller);
        if (what < 95) return come(traveller, dice.chance(20));
        cluster_.pass(dice.delay(1, 30));
    }
    void broadcast() {
        auto& dice = cluster_.dice;
        Audience audience;
        for (int i = dice.between(0, 2); i > 0; --i) audience.rooms.push_back(any_room());
        if (dice.chance(20)) audience.rooms.push_back(any_traveller().client.sid());
        if (dice.chance(25)) audience.except.push_back(any_room());
        const auto source = any_source();
        const auto number = ++number_;
        const auto is_in = [](const Traveller& traveller, const std::vector<std::string>& rooms) {
            return std::any_of(rooms.begin(), rooms.end(), [&](const auto& room) {
                return std::count(traveller.rooms.begin(), traveller.rooms.end(), room) > 0;
            });
        };
        for (const auto& traveller : travellers_) {
            const bool is_meant = audience.rooms.empty() || is_in(*traveller, audience.rooms);
            if (!is_meant || is_in(*traveller, audience.except)) continue;
            traveller->expected[source].push_back(number);
            ++happened_[traveller->client.connected() ? "broadcast" : "broadcast while away"];
        }
        app_.emit(source, audience, number);
    }
    void emit_directly(Traveller& traveller) {
        const auto* place = app_.find(traveller.client.sid());
        if (place == nullptr) return;
        traveller.expected[place->shard].push_back(++number_);
        ++happened_["direct"];
        app_.emit_directly(traveller.client.sid(), number_);
    }
    void lose(Traveller& traveller) {
        if (!traveller.client.connected()) return;
        const bool is_noticed = cluster_.dice.chance(50);
        ++happened_[is_noticed ? "loss noticed" : "loss unnoticed"];
        if (cluster_.dice.chance(50)) traveller.client.read();
        traveller.client.lose(is_noticed);
    }
    /// Perhaps once more before the first try has led to anything.
    void come(Traveller& traveller, bool is_impatient) {
        auto& client = traveller.client;
        if (client.connected()) return;
        if (client.waits() && !is_impatient) return client.read();
        if (client.waits()) {
            ++happened_["impatient"];
            client.lose(cluster_.dice.chance(50));
        }
        // No two connections of a client are made at the same time.
        cluster_.pass(Milliseconds(1));
        client.come(any_shard());
    }
    void come_to_rest() {
        for (const auto& traveller : travellers_) {
            cluster_.read_all_letters();
            traveller->client.read();
            if (traveller->client.connected()) continue;
            cluster_.pass(Milliseconds(1));
            traveller->client.come(any_shard());
        }
        cluster_.read_all_letters();
        for (const auto& traveller : travellers_) traveller->client.read();
    }
    void check(const Traveller& traveller) {
        const auto& client = traveller.client;
        require(client.connected(), "everybody is back");
        require(client.recoveries() == client.connections() - 1, "with the socket it had");
        const bool is_json = traveller.format == wire::PacketFormat::json;
        happened_[is_json ? "recovered in JSON" : "recovered in MessagePack"] +=
            client.recoveries();
        auto received = client.numbers();
        Numbers expected;
        for (const auto& [source, numbers] : traveller.expected) {
            Numbers own;
            for (const auto number : received) {
                const bool is_of_it = std::binary_search(numbers.begin(), numbers.end(), number);
                if (is_of_it) own.push_back(number);
            }
            require(own == numbers, "of each source, each event once and in order");
            expected.insert(expected.end(), numbers.begin(), numbers.end());
        }
        std::sort(received.begin(), received.end());
        std::sort(expected.begin(), expected.end());
        require(received == expected, "nothing else");
    }
    void say_goodbye() {
        for (const auto& traveller : travellers_) traveller->client.say_goodbye();
        cluster_.read_all_letters();
        for (unsigned shard = 0; shard < cluster_.size(); ++shard) {
            require(cluster_.recovery(shard).asking() == 0, "nobody waits for an answer");
            require(cluster_.recovery(shard).away() == 0, "homes forget who has said goodbye");
        }
    }
    void require(bool kept, const std::string& promise) {
        if (!kept) cluster_.failures.push_back(promise);
    }

    Cluster cluster_;
    App app_;
    std::vector<std::unique_ptr<Traveller>> travellers_;
    int number_ = 0;
    std::map<std::string, int> happened_;
};

TEST(Recovery, NothingIsMissedAndNothingComesTwice) {
    std::map<std::string, int> happened;
    for (auto seed = seeds.first; seed < seeds.end(); ++seed) {
        Simulation simulation(seed);
        for (const auto& promise : simulation.run()) {
            FAIL() << "seed " << seed << ": " << promise << "\nreplay it with --seed " << seed;
        }
        for (const auto& [what, count] : simulation.happened()) happened[what] += count;
    }
    for (const auto& [what, count] : happened) std::cout << count << ' ' << what << '\n';
    if (!seeds.are_many()) return;
    for (const auto* what :
         {"broadcast", "broadcast while away", "direct", "loss noticed", "loss unnoticed",
          "impatient", "recovered in JSON", "recovered in MessagePack"}) {
        EXPECT_GE(happened[what], 200) << what;
    }
}

}  // namespace
}  // namespace socketio::sim

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    socketio::sim::seeds = socketio::sim::read_seeds(argc, argv, 300);
    return RUN_ALL_TESTS();
}
