// Sockets that come back to any server of a cluster whose adapters keep sessions. The rows of docs/races.md, and
// seeds in which everything happens at once. What must hold:
//   while a socket lasts, over all its connections, its client gets what the store has for it, in the store's
//   order, without a gap and nothing twice;
//   who comes back has its rooms and data; nobody waits for ever; nothing is left over.
// `--seed N` replays a seed exactly; `--seeds N` runs that many.

#include "sim/adapter_recovery_world.hpp"
#include "sim/seeds.hpp"
#include "socketio/namespace.hpp"
#include "socketio/socket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <any>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::sim {
namespace {

Seeds seeds;

using Numbers = std::vector<int>;

/// Some of three, by chance, since ids are.
std::vector<std::string> rooms_for(const std::string& sid) {
    std::vector<std::string> rooms;
    for (std::size_t room = 0; room < 3; ++room) {
        if (sid[10 + room] % 2 == 0) rooms.push_back("room" + std::to_string(room));
    }
    return rooms;
}

// ---- The application ---------------------------------------------------------------------------

class StoredApp {
public:
    explicit StoredApp(StoredCluster& cluster)
        : cluster_(cluster), root_(cluster.make_namespace("/")) {
        root_.on_connection([this](Socket& socket) { on_connection(socket); });
    }

    [[nodiscard]] Namespace& root() noexcept { return root_; }
    void emit(unsigned shard, const Audience& audience, int number) {
        cluster_.on(shard, [&] {
            BroadcastOperator(root_).to(audience.rooms).except(audience.except).emit("t", number);
        });
    }
    void emit_to_all(unsigned shard, int number) { emit(shard, {}, number); }
    struct Place {
        Socket* socket;
        unsigned shard;
    };
    [[nodiscard]] const Place* find(const std::string& sid) const {
        const auto found = places_.find(sid);
        return found == places_.end() ? nullptr : &found->second;
    }
    void emit_directly(const std::string& sid, int number) {
        const auto place = *find(sid);
        cluster_.on(place.shard, [&] { place.socket->emit("t", number); });
    }
    [[nodiscard]] std::size_t sockets() const noexcept { return places_.size(); }

private:
    void on_connection(Socket& socket) {
        const std::string sid(socket.id());
        if (!socket.recovered()) {
            for (const auto& room : rooms_for(sid)) socket.join(room);
            socket.data() = Value(sid);
        }
        auto rooms = socket.rooms();
        auto wanted = rooms_for(sid);
        wanted.push_back(sid);
        std::sort(rooms.begin(), rooms.end());
        std::sort(wanted.begin(), wanted.end());
        if (rooms != wanted) cluster_.failures.emplace_back("rooms come back");
        const auto* data = std::any_cast<Value>(&socket.data());
        if (data == nullptr || *data != Value(sid)) {
            cluster_.failures.emplace_back("data come back");
        }
        if (places_.contains(sid)) cluster_.failures.emplace_back("one socket for each client");
        places_[sid] = {&socket, cluster_.current()};
        socket.on_disconnect([this, sid](Socket&, DisconnectReason) { places_.erase(sid); });
    }

    StoredCluster& cluster_;
    Namespace& root_;
    std::map<std::string, Place> places_;
};

// ---- Races: one row of docs/races.md each --------------------------------------------------------

/// Two servers of two shards each, 0 and 1, 2 and 3; a client whose socket is on shard 0, and has got one event.
class AdapterRecoveryRaces : public testing::Test {
protected:
    explicit AdapterRecoveryRaces(const RecoveryOptions& options = {})
        : cluster(1, 2, 2, options) {}
    ~AdapterRecoveryRaces() override {
        EXPECT_TRUE(cluster.failures.empty()) << cluster.failures.front();
    }
    void SetUp() override {
        client.come(0);
        settle();
        EXPECT_TRUE(client.connected());
        sid = client.sid();
        app.emit_to_all(3, 0);
        settle();
        EXPECT_EQ(client.numbers(), Numbers{0});
    }
    /// Nothing is under way, and the client has read what it was sent.
    void settle() {
        cluster.do_all();
        client.read();
    }
    void tick() { cluster.pass(Milliseconds(10)); }
    void expect_recovered(unsigned shard) {
        EXPECT_TRUE(client.connected());
        EXPECT_TRUE(client.recovered());
        EXPECT_EQ(client.sid(), sid);
        ASSERT_NE(app.find(sid), nullptr);
        EXPECT_EQ(app.find(sid)->shard, shard);
        EXPECT_EQ(app.sockets(), 1U);
    }
    void expect_anew() {
        EXPECT_TRUE(client.connected());
        EXPECT_FALSE(client.recovered());
        EXPECT_NE(client.sid(), sid);
    }
    void expect_nothing_left() {
        for (unsigned shard = 0; shard < 4; ++shard) {
            EXPECT_EQ(cluster.desk(shard).asking(), 0U) << shard;
            EXPECT_EQ(cluster.desk(shard).ahead(), 0U) << shard;
            EXPECT_EQ(cluster.desk(shard).arrivals(), 0U) << shard;
        }
    }

    StoredCluster cluster;
    StoredApp app{cluster};
    Wanderer client{cluster};
    std::string sid;
};

TEST_F(AdapterRecoveryRaces, ReturnToAnyServer) {
    Numbers all{0};
    int number = 0;
    for (const unsigned to : {2U, 3U, 0U, 1U, 1U, 2U}) {
        app.emit(1, {{sid}, {}}, ++number);
        settle();
        app.emit_to_all(0, ++number);
        app.emit_directly(sid, ++number);
        client.lose();
        cluster.do_all();
        app.emit(2, {{"nowhere"}, {}}, -1);
        app.emit(2, {{}, {sid}}, -1);
        app.emit(cluster.outside, {{sid, "nowhere"}, {}}, ++number);
        tick();
        client.come(to);
        settle();
        app.emit_to_all(3, ++number);
        settle();
        if (testing::Test::HasFailure()) return;
        expect_recovered(to);
    }
    for (int i = 1; i <= number; ++i) all.push_back(i);
    EXPECT_EQ(client.numbers(), all);
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, DisconnectAndBroadcastOnItsWayToTheStore) {
    for (const bool is_stored_first : {true, false}) {
        const auto seen = client.numbers();
        app.emit_to_all(0, 1);
        app.emit_directly(sid, 2);
        if (is_stored_first) cluster.do_all_but_streams();
        client.lose();
        if (!is_stored_first) {
            while (cluster.store_session(0)) continue;
        }
        tick();
        client.come(2);
        settle();
        expect_recovered(2);
        auto wanted = seen;
        wanted.insert(wanted.end(), {1, 2});
        EXPECT_EQ(client.numbers(), wanted);
        client.lose();
        cluster.do_all();
        tick();
        client.come(0);
        settle();
        expect_recovered(0);
    }
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, ReturnElsewhereAndStoringOfTheSession) {
    client.lose();
    tick();
    client.come(2);
    // The letters of server 1, whose question overtakes the session.
    cluster.read_all_letters();
    while (cluster.store_session(1)) continue;
    settle();
    expect_anew();
    EXPECT_EQ(cluster.store.sessions().count(std::string(client.pid())), 0U);

    sid = client.sid();
    app.emit_to_all(0, 1);
    settle();
    client.lose();
    while (cluster.store_session(1)) continue;
    tick();
    client.come(0);
    settle();
    expect_recovered(0);
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, ReturnAndEndOfTheOldConnectionOfTheSameServer) {
    for (const unsigned to : {0U, 1U, 0U}) {
        client.lose(false);
        app.emit_to_all(2, static_cast<int>(to) + 1);
        tick();
        client.come(to);
        settle();
        expect_recovered(to);
    }
    EXPECT_EQ(client.numbers(), (Numbers{0, 1, 2, 1}));
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, ReturnElsewhereAndEndOfTheOldConnection) {
    auto& old = client.line();
    client.lose(false);
    tick();
    client.come(2);
    settle();
    expect_anew();
    EXPECT_TRUE(old.is_open()) << "another server cannot know that it is dead";
    old.lose(DisconnectReason::ping_timeout);
    settle();
    EXPECT_EQ(cluster.store.sessions().size(), 1U) << "nobody will ask for it";
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, TwoReturnsAtOnce) {
    client.lose();
    cluster.do_all();
    Wanderer other(cluster);
    other.know(client);
    tick();
    other.come(1);
    client.come(2);
    settle();
    other.read();
    EXPECT_NE(client.recovered(), other.recovered()) << "who asked first has it";
    EXPECT_TRUE(client.connected());
    EXPECT_TRUE(other.connected());
    EXPECT_EQ(app.sockets(), 2U);
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, TwoReturnsToOneServer) {
    client.lose();
    cluster.do_all();
    Wanderer older(cluster);
    older.know(client);
    tick();
    older.come(1);
    settle();
    older.read();
    EXPECT_TRUE(older.recovered());
    tick();
    client.come(0);
    settle();
    expect_recovered(0);
    EXPECT_FALSE(older.line().is_open()) << "the newest connection wins";
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, AnswerAndEndOfTheNewConnection) {
    client.lose();
    app.emit_to_all(0, 1);
    cluster.do_all();
    tick();
    client.come(2);
    cluster.read_all_letters();
    while (cluster.store_session(1)) continue;
    EXPECT_TRUE(cluster.store.sessions().empty()) << "it is on its way";
    client.lose();
    settle();
    EXPECT_EQ(cluster.store.sessions().size(), 1U) << "nobody was there to take it";
    tick();
    client.come(1);
    settle();
    expect_recovered(1);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1}));
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, AnswerAndTheTimeForIt) {
    client.lose();
    cluster.do_all();
    tick();
    client.come(2);
    cluster.read_all_letters();
    app.emit_to_all(0, 1);
    cluster.pass(Milliseconds(4'900));
    client.read();
    EXPECT_TRUE(client.waits());
    cluster.pass(Milliseconds(200));
    client.read();
    expect_anew();
    expect_nothing_left();
    settle();
    EXPECT_EQ(cluster.store.sessions().size(), 1U) << "the late answer is given back";
    EXPECT_EQ(client.numbers(), (Numbers{0, 1})) << "as the new socket that it is";
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, AnswerAndBroadcast) {
    // The broadcast is in the answer, and comes before it, at the same time or behind it.
    for (const int reads_before : {0, 1, 2, 3}) {
        const auto seen = client.numbers();
        client.lose();
        cluster.do_all();
        tick();
        client.come(3);
        for (const int number : {1, 2, 3}) app.emit_to_all(0, number);
        while (cluster.store_broadcast(0)) continue;
        cluster.read_all_letters();
        while (cluster.store_session(1)) continue;
        for (int i = 0; i < reads_before; ++i) (void)cluster.read_stream(1);
        cluster.read_all_letters();
        cluster.do_all_but_streams();
        client.read();
        expect_recovered(3);
        settle();
        app.emit_to_all(2, 4);
        settle();
        auto wanted = seen;
        wanted.insert(wanted.end(), {1, 2, 3, 4});
        EXPECT_EQ(client.numbers(), wanted) << reads_before;
        expect_nothing_left();
        client.lose();
        cluster.do_all();
        tick();
        client.come(0);
        settle();
    }
}

TEST_F(AdapterRecoveryRaces, BroadcastBehindTheAnswerAndTheAnswerOnItsWay) {
    // Stored when the answer has left the store, and read by the server ahead of it.
    client.lose();
    cluster.do_all();
    app.emit_to_all(0, 1);
    cluster.do_all();
    tick();
    client.come(2);
    cluster.read_all_letters();
    while (cluster.store_session(1)) continue;
    app.emit(0, {{sid}, {}}, 2);
    app.emit(0, {{"nowhere"}, {}}, -1);
    app.emit(0, {{}, {sid}}, -1);
    while (cluster.store_broadcast(0)) continue;
    (void)cluster.read_streams();
    cluster.read_all_letters();
    EXPECT_EQ(cluster.desk(2).arrivals(), 3U);
    settle();
    expect_recovered(2);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1, 2}));
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, ReturnToAServerThatIsBehindAndItsEnd) {
    client.lose();
    app.emit_to_all(0, 1);
    cluster.do_all_but_streams();
    tick();
    client.come(2);
    cluster.do_all_but_streams();
    client.read();
    expect_recovered(2);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1}));
    EXPECT_EQ(cluster.desk(2).ahead(), 1U);
    client.lose();
    EXPECT_EQ(cluster.desk(2).ahead(), 0U);
    cluster.do_all();
    tick();
    client.come(3);
    settle();
    expect_recovered(3);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1}));
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, EmitAndDisconnect) {
    app.emit_directly(sid, 1);
    cluster.on(0, [&] { app.find(sid)->socket->disconnect(); });
    settle();
    EXPECT_EQ(client.numbers(), Numbers{0}) << "as in Node: it had left when the event came back";
    EXPECT_TRUE(cluster.store.sessions().empty()) << "the server's own decision";
    expect_nothing_left();
}

TEST_F(AdapterRecoveryRaces, ReturnAndEndOfTheServer) {
    for (const unsigned shard : {0U, 1U}) {
        cluster.on(shard,
                   [&] { cluster.hub(shard).close_all(DisconnectReason::server_shutting_down); });
    }
    app.emit_to_all(2, 1);
    cluster.do_all();
    EXPECT_EQ(cluster.store.sessions().size(), 1U);
    client.lose(false);
    tick();
    client.come(3);
    settle();
    expect_recovered(3);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1}));

    // Once more, and that one ends while the answer is under way.
    client.lose();
    cluster.do_all();
    tick();
    client.come(2);
    cluster.read_all_letters();
    while (cluster.store_session(1)) continue;
    cluster.on(2, [&] { cluster.hub(2).close_all(DisconnectReason::server_shutting_down); });
    settle();
    EXPECT_EQ(cluster.store.sessions().size(), 1U) << "given back";
    expect_nothing_left();
}

class AdapterRecoveryMiddlewareRaces : public AdapterRecoveryRaces {
protected:
    explicit AdapterRecoveryMiddlewareRaces(const RecoveryOptions& options = not_skipping())
        : AdapterRecoveryRaces(options) {
        app.root().use([this](Socket& socket, const Next& next) {
            if (refuses) return next.refuse("no");
            if (!socket.recovered()) return next();
            decision.emplace(next);
        });
    }
    static RecoveryOptions not_skipping() {
        RecoveryOptions options;
        options.skip_middlewares = false;
        return options;
    }
    /// Its middleware has been asked.
    void come_back(unsigned shard) {
        client.lose();
        cluster.do_all();
        tick();
        client.come(shard);
        settle();
    }

    void decide(unsigned shard) {
        cluster.on(shard, [&] { (*decision)(); });
        decision.reset();
    }

    bool refuses = false;
    std::optional<Next> decision;
};

TEST_F(AdapterRecoveryMiddlewareRaces, BroadcastAndTheirDecision) {
    come_back(2);
    ASSERT_TRUE(decision);
    EXPECT_FALSE(client.connected());
    app.emit_to_all(0, 1);
    app.emit(3, {{sid}, {}}, 2);
    settle();
    EXPECT_EQ(client.numbers(), Numbers{0});
    decide(2);
    app.emit_to_all(0, 3);
    settle();
    expect_recovered(2);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1, 2, 3}));
    expect_nothing_left();
}

TEST_F(AdapterRecoveryMiddlewareRaces, RefusalAndReturn) {
    refuses = true;
    come_back(2);
    EXPECT_EQ(client.error(), "no");
    EXPECT_TRUE(cluster.store.sessions().empty()) << "it is over";
    expect_nothing_left();
    refuses = false;
    client.lose();
    tick();
    client.come(0);
    settle();
    expect_anew();
}

TEST_F(AdapterRecoveryMiddlewareRaces, DecisionAndEndOfTheConnection) {
    come_back(2);
    ASSERT_TRUE(decision);
    client.lose();
    decide(2);
    cluster.do_all();
    EXPECT_EQ(cluster.store.sessions().size(), 1U);
    expect_nothing_left();
    app.emit_to_all(0, 1);
    cluster.do_all();
    tick();
    client.come(0);
    settle();
    ASSERT_TRUE(decision);
    decide(0);
    settle();
    expect_recovered(0);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1}));
}

class AdapterRecoveryPatienceRaces : public AdapterRecoveryMiddlewareRaces {
protected:
    AdapterRecoveryPatienceRaces() : AdapterRecoveryMiddlewareRaces(keeping_two()) {}
    static RecoveryOptions keeping_two() {
        auto options = not_skipping();
        options.packets_max = 2;
        return options;
    }
};

TEST_F(AdapterRecoveryPatienceRaces, DecisionAndMoreBroadcastsThanAreKept) {
    come_back(2);
    ASSERT_TRUE(decision);
    for (const int number : {1, 2, 3}) app.emit_to_all(0, number);
    settle();
    decide(2);
    EXPECT_FALSE(client.line().is_open()) << "it was sent nothing, and may come back to all of it";
    settle();
    EXPECT_EQ(client.numbers(), Numbers{0});
    EXPECT_EQ(cluster.store.sessions().size(), 1U);
    expect_nothing_left();
    client.lose(false);
    tick();
    client.come(0);
    settle();
    ASSERT_TRUE(decision);
    decide(0);
    settle();
    expect_recovered(0);
    EXPECT_EQ(client.numbers(), (Numbers{0, 1, 2, 3}));
}

class AdapterRecoveryBoundRaces : public AdapterRecoveryRaces {
protected:
    AdapterRecoveryBoundRaces() : AdapterRecoveryRaces(few()) {}
    static RecoveryOptions few() {
        RecoveryOptions options;
        options.packets_max = 2;
        return options;
    }
};

TEST_F(AdapterRecoveryBoundRaces, AnswerAndMoreBroadcastsThanAreKept) {
    for (const int broadcasts : {2, 3}) {
        client.lose();
        cluster.do_all();
        tick();
        client.come(2);
        cluster.read_all_letters();
        while (cluster.store_session(1)) continue;
        for (int i = 0; i < broadcasts; ++i) app.emit_to_all(0, i + 1);
        while (cluster.store_broadcast(0)) continue;
        (void)cluster.read_streams();
        settle();
        if (broadcasts == 2) {
            expect_recovered(2);
            EXPECT_EQ(client.numbers(), (Numbers{0, 1, 2}));
        } else {
            expect_anew();
        }
        expect_nothing_left();
    }
}

// ---- Seeds -------------------------------------------------------------------------------------

class StoredSimulation {
public:
    explicit StoredSimulation(std::uint64_t seed)
        : cluster_(seed, 2 + static_cast<unsigned>(seed % 2), 1 + static_cast<unsigned>(seed % 3)),
          app_(cluster_) {
        for (int i = cluster_.dice.between(1, 4); i > 0; --i) start_traveller();
    }

    std::vector<std::string> run() {
        for (int i = 0; i < 600 && cluster_.failures.empty(); ++i) act();
        come_to_rest();
        for (const auto& traveller : travellers_) check_at_rest(*traveller);
        check_nothing_left();
        return cluster_.failures;
    }
    [[nodiscard]] const std::map<std::string, int>& happened() const noexcept { return happened_; }

private:
    struct Traveller {
        Traveller(StoredCluster& cluster, wire::PacketFormat format)
            : client(cluster, "/", format) {}

        Wanderer client;
        int connections = 0;
        /// Of the socket that it has, over all connections: from where on its events stand in client.numbers().
        std::string sid = {};
        std::size_t first = 0;
    };

    [[nodiscard]] unsigned shards() const { return cluster_.servers() * cluster_.options.shards; }
    [[nodiscard]] unsigned any_shard() {
        return static_cast<unsigned>(cluster_.dice.below(shards()));
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
        traveller.client.come(any_shard());
        read(traveller);
    }
    void act() {
        auto& dice = cluster_.dice;
        const auto what = dice.between(0, 99);
        auto& traveller = any_traveller();
        if (what < 15) return broadcast();
        if (what < 20) return emit_directly(traveller);
        if (what < 70) return (void)cluster_.do_anything();
        if (what < 80) return read(traveller);
        if (what < 84) return lose(traveller);
        if (what < 94) return come(traveller, dice.chance(20));
        if (what < 99) return cluster_.pass(dice.delay(1, 30));
        cluster_.pass(dice.delay(1'000, 6'000));
        ++happened_["long wait"];
    }
    void broadcast() {
        auto& dice = cluster_.dice;
        Audience audience;
        for (int i = dice.between(0, 2); i > 0; --i) audience.rooms.push_back(any_room());
        const auto& sid = any_traveller().client.sid();
        if (dice.chance(20) && !sid.empty()) audience.rooms.push_back(sid);
        if (dice.chance(25)) audience.except.push_back(any_room());
        app_.emit(dice.chance(20) ? Cluster::outside : any_shard(), audience, ++number_);
        ++happened_["broadcast"];
    }
    void emit_directly(const Traveller& traveller) {
        if (app_.find(traveller.client.sid()) == nullptr) return;
        app_.emit_directly(traveller.client.sid(), ++number_);
        ++happened_["direct"];
    }
    void lose(Traveller& traveller) {
        if (!traveller.client.connected()) return;
        const bool is_noticed = cluster_.dice.chance(70);
        ++happened_[is_noticed ? "loss noticed" : "loss unnoticed"];
        if (cluster_.dice.chance(50)) read(traveller);
        if (!traveller.client.connected()) return;
        traveller.client.lose(is_noticed);
    }
    void come(Traveller& traveller, bool is_impatient) {
        auto& client = traveller.client;
        if (client.connected()) return;
        if (client.waits() && !is_impatient) return read(traveller);
        if (client.waits()) {
            ++happened_["impatient"];
            client.lose(cluster_.dice.chance(50));
        }
        cluster_.pass(Milliseconds(1));
        client.come(any_shard());
    }
    /// A new socket has nothing of what the old one was sent: that one's events are judged now.
    void read(Traveller& traveller) {
        auto& client = traveller.client;
        const auto before = client.numbers().size();
        client.read();
        if (client.connections() == traveller.connections) return;
        traveller.connections = client.connections();
        if (client.recovered()) {
            ++happened_["recovered"];
            return;
        }
        ++happened_["connected anew"];
        check(traveller, before);
        traveller.sid = client.sid();
        traveller.first = before;
    }
    void check(const Traveller& traveller, std::size_t end) {
        const auto& numbers = traveller.client.numbers();
        if (traveller.sid.empty() || traveller.first == end) return;
        const Numbers got(numbers.begin() + static_cast<std::ptrdiff_t>(traveller.first),
                          numbers.begin() + static_cast<std::ptrdiff_t>(end));
        const auto all = stored_for(traveller.sid);
        const auto begin = std::find(all.begin(), all.end(), got.front());
        const auto left = static_cast<std::size_t>(all.end() - begin);
        const bool is_run = got.size() <= left && std::equal(got.begin(), got.end(), begin);
        require(is_run, "each event for a socket once, in order and without a gap");
    }
    /// At rest it has got the last one, too.
    void check_at_rest(const Traveller& traveller) {
        const auto& numbers = traveller.client.numbers();
        require(traveller.client.connected(), "everybody is back");
        check(traveller, numbers.size());
        const auto all = stored_for(traveller.sid);
        if (traveller.first == numbers.size() || all.empty()) return;
        require(numbers.back() == all.back(), "up to the last one");
    }
    [[nodiscard]] Numbers stored_for(const std::string& sid) const {
        auto rooms = rooms_for(sid);
        rooms.push_back(sid);
        Numbers all;
        for (const auto& entry : cluster_.store.entries()) {
            if (!test::SessionStore::is_for(entry.audience, rooms)) continue;
            all.push_back(static_cast<int>(entry.data.at(1).as_int64()));
        }
        return all;
    }
    void come_to_rest() {
        for (int i = 0; i < 2; ++i) {
            cluster_.do_all();
            for (const auto& traveller : travellers_) read(*traveller);
            for (const auto& traveller : travellers_) {
                if (traveller->client.connected()) continue;
                cluster_.pass(Milliseconds(1));
                traveller->client.come(any_shard());
            }
        }
        app_.emit_to_all(0, ++number_);
        cluster_.do_all();
        for (const auto& traveller : travellers_) read(*traveller);
    }
    void check_nothing_left() {
        for (unsigned shard = 0; shard < shards(); ++shard) {
            const auto& desk = cluster_.desk(shard);
            require(desk.asking() == 0, "nobody waits for an answer");
            require(desk.ahead() == 0, "nobody is ahead of its server");
            require(desk.arrivals() == 0, "no broadcast is kept for nobody");
        }
    }
    void require(bool kept, const std::string& promise) {
        if (!kept) cluster_.failures.push_back(promise);
    }

    StoredCluster cluster_;
    StoredApp app_;
    std::vector<std::unique_ptr<Traveller>> travellers_;
    int number_ = 0;
    std::map<std::string, int> happened_;
};

TEST(AdapterRecovery, NothingIsMissedAndNothingComesTwice) {
    std::map<std::string, int> happened;
    for (auto seed = seeds.first; seed < seeds.end(); ++seed) {
        StoredSimulation simulation(seed);
        for (const auto& promise : simulation.run()) {
            FAIL() << "seed " << seed << ": " << promise << "\nreplay it with --seed " << seed;
        }
        for (const auto& [what, count] : simulation.happened()) happened[what] += count;
    }
    for (const auto& [what, count] : happened) std::cout << count << ' ' << what << '\n';
    if (!seeds.are_many()) return;
    for (const auto* what : {"broadcast", "direct", "loss noticed", "loss unnoticed", "impatient",
                             "recovered", "connected anew", "long wait"}) {
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
