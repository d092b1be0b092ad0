// Who gets in: several addresses, too many connections, too few descriptors, too fast.
#include "socketio/server.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"
#include "support/temporary_folder.hpp"

#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::HttpPeer;
using test::RunningServer;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view get_last = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

Options listening_options() {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    return options;
}

void greet(Server& server) {
    server.on_http("GET", "/", [](const HttpRequest&, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, "hello"));
    });
}

/// What the server logs, to be waited for.
class LogBook {
public:
    std::function<void(const LogEvent&)> writer() {
        return [this](const LogEvent& event) {
            const std::lock_guard lock(mutex_);
            events_.emplace_back(event.event);
            changed_.notify_all();
        };
    }
    bool wait_for(const std::string& event, std::chrono::milliseconds time = 20s) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [&] { return count_of(event) > 0; });
    }
    std::ptrdiff_t count(const std::string& event) {
        const std::lock_guard lock(mutex_);
        return count_of(event);
    }

private:
    std::ptrdiff_t count_of(const std::string& event) const {
        return std::count(events_.begin(), events_.end(), event);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> events_;
};

TEST(Listening, ServesEveryAddress) {
    auto options = listening_options();
    options.further_addresses = {{"127.0.0.2", 0}, {"127.0.0.3", 0}};
    Server server(options);
    EXPECT_TRUE(server.addresses().empty());
    greet(server);
    const RunningServer running(server);
    const auto addresses = server.addresses();
    ASSERT_EQ(addresses.size(), 3U);
    EXPECT_EQ(addresses[0].port, server.port());
    for (const auto& bound : addresses) {
        HttpPeer peer;
        peer.connect(bound.port, bound.address.c_str()).send(get_last);
        EXPECT_THAT(peer.read_to_end(), HasSubstr("hello")) << bound.address;
    }
}

TEST(Listening, NamesTheAddressThatFails) {
    Server first(listening_options());
    first.listen();
    auto options = listening_options();
    options.further_addresses = {{"127.0.0.2", 0}, {"127.0.0.1", first.port()}};
    Server second(options);
    try {
        second.listen();
        FAIL() << "listened twice on one port";
    } catch (const boost::system::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("127.0.0.1 port " + std::to_string(first.port())));
    }
    EXPECT_TRUE(second.addresses().empty());
    options.further_addresses = {{"localhost", 80}};
    EXPECT_THROW(Server(options).listen(), boost::system::system_error);
    options.further_addresses = {{"", 80}};
    EXPECT_THROW(Server{options}, std::invalid_argument);
}

TEST(Listening, TakesBothFamiliesOnOnePort) {
    auto options = listening_options();
    Server probe(options);
    probe.listen();
    const auto port = probe.port();
    options.address = "0.0.0.0";
    options.port = port;
    options.further_addresses = {{"::", port}};
    Server server(options);
    try {
        server.listen();
        FAIL() << "the port was taken";
    } catch (const boost::system::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("0.0.0.0")) << "not the second one";
    }
    options.address = "127.0.0.2";  // Free, though the port is taken at 127.0.0.1.
    options.further_addresses = {{"::1", port}};
    Server both(options);
    try {
        both.listen();
        EXPECT_EQ(both.addresses().size(), 2U);
    } catch (const boost::system::system_error& error) {
        GTEST_SKIP() << "no IPv6 here: " << error.what();
    }
}

TEST(Listening, RefusesABurstOfConnectionsWithOneLine) {
    LogBook log;
    auto options = listening_options();
    options.connections_max = 2;
    options.logger = log.writer();
    Server server(options);
    greet(server);
    const RunningServer running(server);
    std::list<HttpPeer> inside(2);
    for (auto& peer : inside) {
        peer.connect(server.port()).send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_THAT(peer.read_until("hello"), HasSubstr("hello"));
    }
    for (int i = 0; i < 20; ++i) {
        HttpPeer peer;
        EXPECT_EQ(peer.connect(server.port()).read_to_end(), "");
    }
    EXPECT_EQ(log.count("connection refused"), 1);
    // One leaves, one comes in.
    inside.front().send(get_last);
    inside.front().read_to_end();
    inside.front().close();
    std::string answer;
    while (answer.empty()) {
        HttpPeer peer;
        peer.connect(server.port()).send(get_last);
        answer = peer.read_to_end();
    }
    EXPECT_THAT(answer, HasSubstr("hello"));
    EXPECT_EQ(log.count("connection refused"), 1);
}

TEST(Listening, LetsNewConnectionsWaitWhileThereAreNoDescriptors) {
    LogBook log;
    auto options = listening_options();
    options.logger = log.writer();
    Server server(options);
    greet(server);
    const RunningServer running(server);
    HttpPeer before;
    before.connect(server.port()).send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    before.read_until("hello");
    std::list<HttpPeer> waiting(3);

    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    rlimit low = usual;
    low.rlim_cur = 200;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    std::vector<int> fillers;
    for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) {
        fillers.push_back(fd);
    }
    for (auto& peer : waiting) peer.connect(server.port()).send(get_last);
    EXPECT_TRUE(log.wait_for("cannot accept connections"));
    // Several pauses later: still one line, and those inside notice nothing.
    EXPECT_FALSE(log.wait_for("accepting connections again", 350ms));
    EXPECT_EQ(log.count("cannot accept connections"), 1);
    before.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(before.read_until("hello"), HasSubstr("200 OK"));

    for (const int fd : fillers) ::close(fd);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
    EXPECT_TRUE(log.wait_for("accepting connections again"));
    for (auto& peer : waiting) EXPECT_THAT(peer.read_to_end(), HasSubstr("hello"));
    EXPECT_EQ(log.count("accepting connections again"), 1);
}

TEST(Listening, TakesNewConnectionsNoFasterThanItIsTold) {
    auto options = listening_options();
    options.connects_per_second_max = 10;
    options.further_addresses = {{"127.0.0.2", 0}};
    Server server(options);
    greet(server);
    const RunningServer running(server);
    const auto began = std::chrono::steady_clock::now();
    std::list<HttpPeer> peers(16);
    const auto addresses = server.addresses();
    std::size_t number = 0;
    for (auto& peer : peers) {
        const auto& to = addresses[number++ % 2];
        peer.connect(to.port, to.address.c_str()).send(get_last);
    }
    for (auto& peer : peers) EXPECT_THAT(peer.read_to_end(), HasSubstr("hello"));
    // Ten at once, six at ten a second.
    EXPECT_GE(std::chrono::steady_clock::now() - began, 500ms);
}

// ---- Unix sockets ------------------------------------------------------------------------------------

class UnixSockets : public testing::Test {
protected:
    [[nodiscard]] Options options() const {
        Options options;
        options.address.clear();
        auto& listen = options.further_addresses.emplace_back();
        listen.unix_path = path;
        listen.unix_mode = 0600;
        return options;
    }
    [[nodiscard]] static std::string answer_at(const std::string& path) {
        HttpPeer peer(0, AF_UNIX);
        if (!peer.connect_unix(path)) return "nobody";
        peer.send(get_last);
        return peer.read_to_end();
    }
    [[nodiscard]] std::string error_of_listening() const {
        try {
            Server(options()).listen();
            return "none";
        } catch (const boost::system::system_error& error) {
            return error.what();
        }
    }

    const support::TemporaryFolder folder;
    const std::string path = folder.file("server.sock");
};

TEST_F(UnixSockets, AreServedAndGoWithTheServer) {
    Server server(options());
    server.on_http("GET", "/", [](const HttpRequest& request, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, "from <" + request.address + ">"));
    });
    {
        const RunningServer running(server);
        EXPECT_EQ(server.port(), 0);
        EXPECT_EQ(server.addresses().at(0).unix_path, path);
        EXPECT_THAT(answer_at(path), HasSubstr("from <>"));
        struct stat file{};
        ASSERT_EQ(::stat(path.c_str(), &file), 0);
        EXPECT_EQ(file.st_mode & 0777, 0600U);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(UnixSockets, ThatADeadServerLeftAreReplaced) {
    {
        // It has no chance to take its socket away.
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::listen(dead, 1), 0);
        ::close(dead);
    }
    ASSERT_TRUE(std::filesystem::exists(path));
    Server server(options());
    greet(server);
    const RunningServer running(server);
    EXPECT_THAT(answer_at(path), HasSubstr("hello"));
}

TEST_F(UnixSockets, ThatSomebodyListensOnAreNot) {
    Server first(options());
    greet(first);
    const RunningServer running(first);
    EXPECT_THAT(error_of_listening(), AllOf(HasSubstr(path), HasSubstr("in use")));
    EXPECT_THAT(answer_at(path), HasSubstr("hello"));
}

TEST_F(UnixSockets, TakeNobodysFile) {
    std::ofstream(path) << "precious";
    EXPECT_THAT(error_of_listening(), AllOf(HasSubstr(path), HasSubstr("in use")));
    EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST_F(UnixSockets, LeaveASuccessorsAlone) {
    Server server(options());
    greet(server);
    std::optional<RunningServer> running(server);
    ASSERT_TRUE(std::filesystem::remove(path));
    Server successor(options());
    greet(successor);
    const RunningServer running_successor(successor);
    running.reset();
    EXPECT_THAT(answer_at(path), HasSubstr("hello"));
}

TEST_F(UnixSockets, AreLimitedByNoAddress) {
    auto limited = options();
    limited.address_connections_max = 1;
    limited.address_connects_per_second_max = 1;
    Server server(limited);
    greet(server);
    const RunningServer running(server);
    std::list<HttpPeer> peers;
    for (int i = 0; i < 5; ++i) {
        auto& peer = peers.emplace_back(0, AF_UNIX);
        ASSERT_TRUE(peer.connect_unix(path));
        peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_THAT(peer.read_until("hello"), HasSubstr("hello"));
    }
    EXPECT_EQ(server.counters().addresses_refused, 0U);
}

TEST_F(UnixSockets, HaveAPathThatFits) {
    Options options;
    auto& listen = options.further_addresses.emplace_back();
    listen.unix_path = folder.file(std::string(108, 'x'));
    options.address.clear();
    try {
        Server(options).listen();
        FAIL() << "the path was cut";
    } catch (const boost::system::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("too long"));
    }
}

}  // namespace
}  // namespace socketio
