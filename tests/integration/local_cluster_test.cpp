// Two servers of two shards each, joined in one process, with clients on both: what one is asked reaches all.

#include "socketio/local_cluster.hpp"

#include "socketio/adapter.hpp"
#include "socketio/socketio.hpp"
#include "support/running_server.hpp"
#include "support/websocket_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::RunningServer;
using test::WebSocketClient;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Options of_two_shards(std::shared_ptr<Adapter> adapter) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = 2;
    options.adapter = std::move(adapter);
    return options;
}

/// Read every now and then until `holds`; false after 20 s.
template <class Holds>
bool comes_true(Holds holds) {
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::yield();
    }
    return true;
}

/// A client in the root namespace.
class Peer {
public:
    explicit Peer(const Server& server) : client_(server.port()) {
        send("0");
        EXPECT_EQ(next().substr(0, 2), "0{");
    }

    void send(const std::string& packet) { client_.send_text("4" + packet); }
    /// The next Socket.IO packet; empty when none came in time.
    std::string next() {
        (void)comes_true([this] {
            client_.read(4'096, [this](std::string_view text) {
                if (text.front() == '4') packets_.emplace_back(text.substr(1));
            });
            return packets_.size() > taken_;
        });
        return packets_.size() > taken_ ? packets_[taken_++] : std::string();
    }
    /// Reads a question, and answers it.
    void answer(const std::string& question, const std::string& answer) {
        const auto packet = next();
        const auto begin = packet.find('[');
        ASSERT_NE(begin, std::string::npos) << packet;
        EXPECT_EQ(packet.substr(begin), question);
        send("3" + packet.substr(1, begin - 1) + answer);
    }

private:
    WebSocketClient client_;
    std::vector<std::string> packets_;
    std::size_t taken_ = 0;
};

class Cluster : public testing::Test {
protected:
    explicit Cluster(std::unique_ptr<LocalCluster> given = std::make_unique<LocalCluster>())
        : local(std::move(given)) {}

    void SetUp() override {
        ASSERT_TRUE(comes_true([this] { return local->servers() == 2; }));
        for (int i = 0; i < 2; ++i) ones.emplace_back(one);
        for (int i = 0; i < 3; ++i) twos.emplace_back(two);
        for (auto* peers : {&ones, &twos}) {
            for (auto& peer : *peers) all.push_back(&peer);
        }
    }
    static FetchedSockets fetch(const BroadcastOperator& of) {
        std::promise<FetchedSockets> fetched;
        of.fetch_sockets([&](const FetchedSockets& sockets) { fetched.set_value(sockets); });
        return fetched.get_future().get();
    }
    static std::future<BroadcastAnswers> ask(const BroadcastOperator& whom) {
        const auto answers = std::make_shared<std::promise<BroadcastAnswers>>();
        whom.emit_with_ack("ask", {}, 60s,
                           [answers](const BroadcastAnswers& given) { answers->set_value(given); });
        return answers->get_future();
    }

    std::unique_ptr<LocalCluster> local;
    Server one{of_two_shards(local->join())};
    Server two{of_two_shards(local->join())};
    std::optional<RunningServer> running_one{std::in_place, one};
    std::optional<RunningServer> running_two{std::in_place, two};
    std::list<Peer> ones;
    std::list<Peer> twos;
    std::vector<Peer*> all;
};

TEST_F(Cluster, FetchesTheSocketsOfAllServers) {
    const auto fetched = fetch(one.everyone());
    EXPECT_FALSE(fetched.ec);
    EXPECT_THAT(fetched.sockets, SizeIs(5));
    EXPECT_THAT(fetched.missing, IsEmpty());
    EXPECT_THAT(fetch(one.local()).sockets, SizeIs(2));
    EXPECT_THAT(fetch(two.local()).sockets, SizeIs(3));
    EXPECT_THAT(fetch(two.to("nowhere")).sockets, IsEmpty());
    EXPECT_THAT(fetch(two.to(fetched.sockets[0].id)).sockets, SizeIs(1));
}

TEST_F(Cluster, LetsSocketsOfAllServersJoinAndLeave) {
    one.sockets_join({"red", "blue"});
    one.to("red").emit("red");
    for (auto* peer : all) EXPECT_EQ(peer->next(), R"(2["red"])");
    one.everyone().sockets_leave({"red"});
    one.to("red").emit("to nobody");
    one.to("blue").emit("blue");
    for (auto* peer : all) EXPECT_EQ(peer->next(), R"(2["blue"])");
    one.local().sockets_leave({"blue"});
    one.to("blue").emit("to those of two");
    one.emit("all");
    for (auto& peer : ones) EXPECT_EQ(peer.next(), R"(2["all"])");
    for (auto& peer : twos) EXPECT_EQ(peer.next(), R"(2["to those of two"])");
}

TEST_F(Cluster, SendsSocketsOfAllServersAway) {
    two.disconnect_sockets();
    for (auto* peer : all) EXPECT_EQ(peer->next(), "1");
}

TEST_F(Cluster, AsksTheClientsOfAllServers) {
    auto answers = ask(two.everyone());
    for (auto* peer : all) peer->answer(R"(["ask"])", R"(["yes"])");
    const auto given = answers.get();
    EXPECT_FALSE(given.ec);
    EXPECT_THAT(given.values,
                ElementsAre(Value("yes"), Value("yes"), Value("yes"), Value("yes"), Value("yes")));
    EXPECT_THAT(given.missing, IsEmpty());
    auto local_answers = ask(one.local());
    for (auto& peer : ones) peer.answer(R"(["ask"])", R"([1])");
    EXPECT_THAT(local_answers.get().values, SizeIs(2));
}

TEST_F(Cluster, AsksFromAShardAndAnswersThere) {
    std::promise<std::pair<unsigned, std::size_t>> told;
    one.post(1, [&] {
        one.fetch_sockets([&](const FetchedSockets& fetched) {
            told.set_value({one.current_shard(), fetched.sockets.size()});
        });
    });
    EXPECT_EQ(told.get_future().get(), (std::pair<unsigned, std::size_t>(1, 5)));
}

TEST_F(Cluster, DoesNotWaitForAServerThatStops) {
    auto answers = ask(one.everyone());
    for (auto& peer : ones) peer.answer(R"(["ask"])", R"(["one"])");
    for (auto& peer : twos) EXPECT_EQ(peer.next().substr(0, 1), "2");
    running_two.reset();
    const auto given = answers.get();
    EXPECT_FALSE(given.ec);
    EXPECT_THAT(given.values, ElementsAre(Value("one"), Value("one")));
    EXPECT_THAT(given.missing, SizeIs(1));
    EXPECT_THAT(fetch(one.everyone()).sockets, SizeIs(2)) << "who asks next knows that it is gone";
}

TEST_F(Cluster, AQuestionStaysBetweenTwoEmits) {
    one.emit("before");
    auto answers = ask(one.everyone());
    one.emit("after");
    for (auto* peer : all) {
        EXPECT_EQ(peer->next(), R"(2["before"])");
        peer->answer(R"(["ask"])", "[1]");
        EXPECT_EQ(peer->next(), R"(2["after"])");
    }
    EXPECT_THAT(answers.get().values, SizeIs(5));
}

/// One that keeps sessions gives events their offsets.
class KeepingCluster : public Cluster {
protected:
    KeepingCluster() : Cluster(std::make_unique<LocalCluster>(RecoveryOptions{})) {}
};

TEST_F(KeepingCluster, GivesEventsOneOrderOnAllServers) {
    constexpr int count = 200;
    {
        std::jthread other([this] {
            for (int i = 0; i < count; ++i) two.emit("two", i);
        });
        for (int i = 0; i < count; ++i) one.emit("one", i);
    }
    std::vector<std::string> order;
    for (int i = 0; i < 2 * count; ++i) order.push_back(all.front()->next());
    EXPECT_EQ(std::set<std::string>(order.begin(), order.end()).size(), order.size());
    for (auto* peer : all) {
        if (peer == all.front()) continue;
        for (const auto& event : order) ASSERT_EQ(peer->next(), event);
    }
    // What is done to sockets keeps its place too.
    one.emit("goodbye");
    one.disconnect_sockets();
    for (auto* peer : all) {
        EXPECT_EQ(peer->next(), R"(2["goodbye"])");
        EXPECT_EQ(peer->next(), "1");
    }
}

/// Knows which rooms there are.
class RoomKeeper final : public Adapter {
public:
    void start(AdapterHost&) override {}
    void stop() override {}
    void publish(const ClusterBroadcast&) override {}
    [[nodiscard]] bool follows_rooms() const noexcept override { return true; }
    void on_room(const std::string& nsp, const std::string& room, bool is_there,
                 bool is_own) override {
        EXPECT_EQ(nsp, "/");
        if (is_own) {
            own += is_there ? 1 : -1;
        } else if (is_there) {
            EXPECT_TRUE(rooms.insert(room).second) << room;
        } else {
            EXPECT_EQ(rooms.erase(room), 1U) << room;
        }
    }

    // Touched on shard 0.
    std::set<std::string> rooms;
    int own = 0;
};

TEST(FollowedRooms, AreThoseOfAllShards) {
    const auto keeper = std::make_shared<RoomKeeper>();
    Server server(of_two_shards(keeper));
    const RunningServer running(server);
    const auto has = [&](const std::set<std::string>& rooms, int own) {
        return comes_true([&] {
            std::promise<bool> same;
            server.post(0, [&] { same.set_value(keeper->rooms == rooms && keeper->own == own); });
            return same.get_future().get();
        });
    };
    std::list<Peer> peers;
    for (int i = 0; i < 6; ++i) peers.emplace_back(server);
    EXPECT_TRUE(has({}, 6));
    for (int i = 0; i < 50; ++i) {
        server.sockets_join({"red", "blue"});
        server.sockets_leave({"red"});
    }
    EXPECT_TRUE(has({"blue"}, 6));
    peers.pop_front();
    EXPECT_TRUE(has({"blue"}, 5));
    server.disconnect_sockets();
    EXPECT_TRUE(has({}, 0));
}

}  // namespace
}  // namespace socketio
