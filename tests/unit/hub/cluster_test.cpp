// What other servers ask of one shard: answers as they come, rooms, and which rooms an adapter is told of.

#include "hub/answer_count.hpp"
#include "socketio/adapter.hpp"
#include "unit/hub/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace socketio::hub {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// Wants to know of rooms, and nothing else.
class RoomFollower final : public Adapter {
public:
    void start(AdapterHost&) override {}
    void stop() override {}
    void publish(const ClusterBroadcast&) override {}
    [[nodiscard]] bool follows_rooms() const noexcept override { return true; }
};

class HubInACluster : public testing::Test {
protected:
    HubInACluster() {
        world.root().on_connection([this](Socket& connected) { socket = &connected; });
    }
    AnswerStream record() {
        return {
            [this](std::size_t sockets) { heard.push_back(std::to_string(sockets) + " asked"); },
            [this](boost::system::error_code ec, const Value& answer) {
                heard.push_back(ec ? ec.message() : answer.as_string());
            }};
    }
    void ask() { world.hub().ask({"/", {}, {}, "ask", {}, 200ms}, record()); }

    World world;
    Socket* socket = nullptr;
    Texts heard;
};

// ---- Answers as they come ----------------------------------------------------------------------

TEST_F(HubInACluster, TellsHowManyItAskedAndThenEachAnswer) {
    auto& one = world.connect();
    auto& two = world.connect();
    ask();
    EXPECT_THAT(heard, ElementsAre("2 asked"));
    two.send("30[\"two\",\"more\"]");
    EXPECT_THAT(heard, ElementsAre("2 asked", "two"));
    one.send("30[\"one\"]");
    EXPECT_THAT(heard, ElementsAre("2 asked", "two", "one"));
}

TEST_F(HubInACluster, TellsOfThoseWhoDoNotAnswer) {
    auto& one = world.connect();
    world.connect();
    ask();
    one.send("1");
    world.pass(250ms);
    EXPECT_THAT(heard, ElementsAre("2 asked", make_error_code(errc::disconnected).message(),
                                   "operation has timed out"));
}

TEST_F(HubInACluster, TellsThatNobodyIsThere) {
    ask();
    world.hub().ask({"/unknown", {}, {}, "ask", {}, 200ms}, record());
    EXPECT_THAT(heard, ElementsAre("0 asked", "0 asked"));
}

// ---- Rooms -------------------------------------------------------------------------------------

TEST_F(HubInACluster, NamesAllRooms) {
    world.connect();
    const std::string one(socket->id());
    socket->join("red");
    world.connect();
    const std::string two(socket->id());
    socket->join("red");
    socket->join("blue");
    socket->leave(two);
    EXPECT_THAT(world.hub().room_names("/"), UnorderedElementsAre(one, "red", "blue"));
    EXPECT_THAT(world.hub().room_names("/unknown"), IsEmpty());
}

TEST_F(HubInACluster, TellsNoAdapterThatDoesNotFollow) {
    world.connect();
    socket->join("red");
    EXPECT_THAT(world.followed_rooms, IsEmpty());
}

TEST(RoomsThatAnAdapterFollows, AreToldOfWhenTheyAreMadeAndWhenTheyEnd) {
    World world;
    world.options.adapter = std::make_shared<RoomFollower>();
    Socket* socket = nullptr;
    world.root().on_connection([&](Socket& connected) { socket = &connected; });
    auto& one = world.connect();
    const std::string first(socket->id());
    socket->join("red");
    auto& two = world.connect();
    const std::string second(socket->id());
    socket->join("red");
    socket->join(first);
    EXPECT_THAT(world.followed_rooms,
                ElementsAre("/ " + first + " made, own", "/ red made", "/ " + second + " made, own",
                            "/ " + first + " made"));
    world.followed_rooms.clear();
    one.send("1");
    EXPECT_THAT(world.followed_rooms, ElementsAre("/ " + first + " ended, own"));
    world.followed_rooms.clear();
    two.send("1");
    EXPECT_THAT(world.followed_rooms, UnorderedElementsAre("/ " + second + " ended, own",
                                                           "/ red ended", "/ " + first + " ended"));
}

}  // namespace
}  // namespace socketio::hub
