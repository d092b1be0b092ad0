// Connections that somebody else accepted.
#include "socketio/server.hpp"
#include "support/front_door.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <list>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace socketio {
namespace {

using test::FrontDoor;
using test::HttpPeer;
using test::RunningServer;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view adopted_get = "GET /shard HTTP/1.1\r\nHost: h\r\n\r\n";

/// Without a port of its own.
Options adopting_options(unsigned shards = 1) {
    Options options;
    options.address.clear();
    options.shards = shards;
    return options;
}

/// GET /shard says which one answers.
void tell_shard(Server& server) {
    server.on_http("GET", "/shard", [&server](const HttpRequest&, const HttpReply& reply) {
        reply.send(
            HttpResponse::text(200, "shard " + std::to_string(server.current_shard()) + '!'));
    });
}

/// A server that runs without a port, and the way to it.
struct AdoptingWorld {
    explicit AdoptingWorld(Options options = adopting_options()) : server(std::move(options)) {
        tell_shard(server);
        running.emplace(server);
    }

    /// A peer whose connection is the server's.
    HttpPeer& connect(std::string read_already = {}, Tenure tenure = Tenure::for_good) {
        auto& peer = peers.emplace_back();
        peer.connect(door.port());
        EXPECT_EQ(server.adopt(door.accept(), std::move(read_already), tenure), Adoption::taken);
        return peer;
    }

    FrontDoor door;
    Server server;
    std::list<HttpPeer> peers;
    std::optional<RunningServer> running;
};

bool is_closed(int fd) {
    return ::fcntl(fd, F_GETFD) == -1;
}

TEST(Adopt, ServesWithoutAPort) {
    AdoptingWorld world;
    EXPECT_EQ(world.server.port(), 0);
    EXPECT_TRUE(world.server.addresses().empty());
    auto& peer = world.connect();
    peer.send(adopted_get);
    EXPECT_THAT(peer.read_until("!"), AllOf(HasSubstr("200 OK"), EndsWith("shard 0!")));
}

TEST(Adopt, GoesOnWhereItsReaderStopped) {
    AdoptingWorld world;
    // Cut anywhere, also at no byte and behind the last one, and in the next request.
    const auto twice = std::string(adopted_get) + std::string(adopted_get);
    for (std::size_t cut = 0; cut <= twice.size(); cut += 7) {
        auto& peer = world.connect(twice.substr(0, cut));
        peer.send(std::string_view(twice).substr(cut));
        std::string answers;
        while (std::count(answers.begin(), answers.end(), '!') < 2 &&
               !testing::Test::HasFailure()) {
            answers += peer.read_until("!");
        }
        EXPECT_THAT(answers, HasSubstr("200 OK")) << cut;
        peer.send(adopted_get);  // The connection stays.
        peer.end();
        const auto rest = peer.read_to_end();
        EXPECT_THAT(rest, EndsWith("shard 0!")) << cut;
    }
}

TEST(Adopt, KeepsAConnectionForOneRequestWhenItIsTold) {
    AdoptingWorld world;
    auto& peer = world.connect(std::string(adopted_get), Tenure::one_request);
    EXPECT_THAT(peer.read_to_end(), AllOf(HasSubstr("Connection: close"), EndsWith("shard 0!")));
}

TEST(Adopt, GivesConnectionsToTheShardThatHasTheFewest) {
    AdoptingWorld world(adopting_options(2));
    std::vector<std::string> answers;
    for (int i = 0; i < 4; ++i) {
        auto& peer = world.connect(std::string(adopted_get));
        const auto answer = peer.read_until("!");
        answers.push_back(answer.substr(answer.size() - 2));
    }
    EXPECT_EQ(answers, (std::vector<std::string>{"0!", "1!", "0!", "1!"}));
    EXPECT_EQ(world.server.counters().connections, 4U);
}

TEST(Adopt, TakesAsioSocketsAndUnixSockets) {
    AdoptingWorld world;
    boost::asio::io_context context;
    HttpPeer peer;
    peer.connect(world.door.port());
    boost::asio::ip::tcp::socket socket(context, boost::asio::ip::tcp::v4(), world.door.accept());
    EXPECT_EQ(world.server.adopt(std::move(socket)), Adoption::taken);
    peer.send(adopted_get);
    EXPECT_THAT(peer.read_until("!"), HasSubstr("200 OK"));
    EXPECT_EQ(world.server.adopt(boost::asio::ip::tcp::socket(context)), Adoption::not_a_socket);

    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    EXPECT_EQ(world.server.adopt(pair[0], std::string(adopted_get)), Adoption::taken);
    std::array<char, 1024> answer{};
    std::string all;
    while (!all.ends_with('!')) {
        const auto got = ::recv(pair[1], answer.data(), answer.size(), 0);
        ASSERT_GT(got, 0) << all;
        all.append(answer.data(), static_cast<std::size_t>(got));
    }
    EXPECT_THAT(all, HasSubstr("200 OK"));
    ::close(pair[1]);
}

TEST(Adopt, ClosesWhatIsNoConnection) {
    Server server(adopting_options());
    EXPECT_EQ(server.adopt(-1), Adoption::not_a_socket);
    const FrontDoor door;
    const std::vector<int> wrong = {
        ::open("/dev/null", O_RDONLY),          // No socket.
        ::socket(AF_INET, SOCK_DGRAM, 0),       // No stream.
        ::socket(AF_INET, SOCK_STREAM, 0),      // Not connected.
        ::fcntl(door.fd(), F_DUPFD_CLOEXEC, 0)  // One that listens.
    };
    for (const int fd : wrong) {
        EXPECT_EQ(server.adopt(fd), Adoption::not_a_socket);
        EXPECT_TRUE(is_closed(fd));
    }
    EXPECT_EQ(to_string(Adoption::not_a_socket), "not a socket");
}

TEST(Adopt, RefusesMoreBytesThanAHeadMayHave) {
    AdoptingWorld world;
    const auto bound = world.server.options().http_header_bytes_max;
    HttpPeer peer;
    peer.connect(world.door.port());
    EXPECT_EQ(world.server.adopt(world.door.accept(), std::string(bound + 1, 'x')),
              Adoption::bytes_too_long);
    EXPECT_EQ(peer.read_to_end(), "");
    // As many are read, and judged.
    EXPECT_THAT(world.connect(std::string(bound, 'x')).read_to_end(), HasSubstr("HTTP/1.1 4"));
}

TEST(Adopt, RefusesMoreThanThereMayBe) {
    auto options = adopting_options();
    options.connections_max = 1;
    AdoptingWorld world(std::move(options));
    auto& inside = world.connect(std::string(adopted_get));
    EXPECT_THAT(inside.read_until("!"), HasSubstr("200 OK"));
    HttpPeer peer;
    peer.connect(world.door.port());
    EXPECT_EQ(world.server.adopt(world.door.accept()), Adoption::too_many);
    EXPECT_EQ(peer.read_to_end(), "");
    // Told at the end of a turn. The test's own time ends it.
    while (world.server.counters().connections_refused == 0) std::this_thread::yield();
    EXPECT_EQ(world.server.counters().connections_refused, 1U);
}

TEST(Adopt, LetsThemWaitForTheServerToRun) {
    const FrontDoor door;
    Server server(adopting_options(2));
    tell_shard(server);
    HttpPeer early;
    early.connect(door.port());
    EXPECT_EQ(server.adopt(door.accept(), std::string(adopted_get)), Adoption::taken);
    const RunningServer running(server);
    EXPECT_THAT(early.read_until("!"), HasSubstr("200 OK"));
}

TEST(Adopt, RefusesWhenTheServerHasEnded) {
    AdoptingWorld world;
    auto& inside = world.connect(std::string(adopted_get));
    EXPECT_THAT(inside.read_until("!"), HasSubstr("200 OK"));
    world.running.reset();
    EXPECT_EQ(inside.read_to_end(), "");
    HttpPeer peer;
    peer.connect(world.door.port());
    EXPECT_EQ(world.server.adopt(world.door.accept(), std::string(adopted_get)),
              Adoption::draining);
    EXPECT_EQ(peer.read_to_end(), "");
}

TEST(Adopt, AnswersOrClosesWhateverComesWhileTheServerEnds) {
    constexpr int connections_of_each = 60;
    AdoptingWorld world(adopting_options(2));
    std::atomic<int> begun = 0;
    std::atomic<int> answered = 0;
    std::atomic<int> ended = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            const FrontDoor door;
            for (int n = 0; n < connections_of_each; ++n) {
                HttpPeer peer;
                peer.connect(door.port());
                ++begun;
                (void)world.server.adopt(door.accept(), std::string(adopted_get),
                                         Tenure::one_request);
                // The end comes in any case.
                const auto all = peer.read_to_end();
                if (all.find("shard ") != std::string::npos) ++answered;
                ++ended;
            }
        });
    }
    while (begun < connections_of_each) std::this_thread::yield();
    world.running.reset();
    threads.clear();
    EXPECT_EQ(ended, 3 * connections_of_each);
    EXPECT_GT(answered, 0);
    EXPECT_LT(answered, 3 * connections_of_each) << "it ended too late to show anything";
}

}  // namespace
}  // namespace socketio
