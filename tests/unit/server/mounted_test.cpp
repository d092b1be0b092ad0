// A server on an io_context of the application's: who runs what where, and how it ends.
#include "socketio/server.hpp"
#include "support/http_peer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::HttpPeer;
using testing::HasSubstr;

Options mounted_options() {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    return options;
}

/// The application's one thread, until nothing waits in its loop or it is stopped.
class LoopThread {
public:
    explicit LoopThread(boost::asio::io_context& context)
        : context_(context), thread_([&context] { context.run(); }) {}
    ~LoopThread() { end(); }
    void end() {
        context_.stop();
        if (thread_.joinable()) thread_.join();
    }
    /// By itself.
    void wait() { thread_.join(); }
    [[nodiscard]] std::thread::id id() const { return thread_.get_id(); }

private:
    boost::asio::io_context& context_;
    std::thread thread_;
};

constexpr std::string_view mounted_get = "GET /here HTTP/1.1\r\nHost: h\r\n\r\n";

/// A polling client of the root namespace, over connections that are kept.
class PollingPeer {
public:
    explicit PollingPeer(std::uint16_t port) {
        poller.connect(port);
        sender.connect(port);
        const auto opened = ask(poller, "GET", "");
        const auto begin = opened.find(R"("sid":")") + 7;
        sid_ = opened.substr(begin, 20);
        post("40");
    }

    void post(const std::string& body) { EXPECT_THAT(ask(sender, "POST", body), HasSubstr("ok")); }
    /// Sends a GET without waiting for its answer.
    void begin_poll() { poller.send(request("GET", "")); }
    std::string end_poll() { return poller.read_until("\r\n\r\n4"); }
    /// What is read on a connection of its own; `text` is waited for.
    std::string poll_until(const std::string& text) {
        std::string all;
        while (all.find(text) == std::string::npos) {
            begin_poll();
            const auto answer = read_answer(poller);
            if (answer.empty()) break;
            all += answer;
        }
        return all;
    }

    HttpPeer poller;
    HttpPeer sender;

private:
    std::string request(const std::string& method, const std::string& body) const {
        return method + " /socket.io/?EIO=4&transport=polling" +
               (sid_.empty() ? "" : "&sid=" + sid_) +
               " HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    std::string ask(HttpPeer& peer, const std::string& method, const std::string& body) {
        peer.send(request(method, body));
        return read_answer(peer);
    }
    /// Head and body. Our answers come in one write, and are short.
    static std::string read_answer(HttpPeer& peer) {
        auto answer = peer.read_until("\r\n\r\n");
        const auto field = answer.find("Content-Length: ");
        if (field == std::string::npos) return answer;
        const auto length = std::stoul(answer.substr(field + 16));
        const auto head = answer.find("\r\n\r\n") + 4;
        EXPECT_EQ(answer.size() - head, length);
        return answer;
    }

    std::string sid_;
};

TEST(MountedServer, ServesOnTheApplicationsThreadUntilItStops) {
    boost::asio::io_context context;
    Server server(context, mounted_options());
    std::promise<std::thread::id> handled;
    server.on_http("GET", "/here", [&](const HttpRequest&, const HttpReply& reply) {
        EXPECT_EQ(server.current_shard(), 0U);
        handled.set_value(std::this_thread::get_id());
        reply.send(HttpResponse::text(200, "hello"));
    });
    int stopped = 0;
    std::thread::id stopped_on;
    server.on_stopped([&] {
        ++stopped;
        stopped_on = std::this_thread::get_id();
    });
    server.start();
    EXPECT_EQ(&server.context(), &context);
    LoopThread loop(context);
    const auto thread = loop.id();
    HttpPeer peer;
    peer.connect(server.port()).send(mounted_get);
    EXPECT_THAT(peer.read_until("hello"), HasSubstr("200 OK"));
    EXPECT_EQ(handled.get_future().get(), thread);
    EXPECT_EQ(server.current_shard(), server.shards()) << "this is another thread";
    server.stop();
    EXPECT_EQ(peer.read_to_end(), "");
    peer.close();
    loop.wait();  // run() returns: nothing of the server waits in it.
    EXPECT_EQ(stopped, 1);
    EXPECT_EQ(stopped_on, thread);
    // What is emitted now reaches nobody.
    server.emit("late", 1);
    context.restart();
    EXPECT_EQ(context.run(), 0U) << "it still has something to do";
}

TEST(MountedServer, SharesItsLoopWithAnother) {
    boost::asio::io_context context;
    Server one(context, mounted_options());
    Server two(context, mounted_options());
    for (auto* server : {&one, &two}) {
        server->on_http("GET", "/here", [server](const HttpRequest&, const HttpReply& reply) {
            EXPECT_EQ(server->current_shard(), 0U);
            reply.send(HttpResponse::text(200, "port " + std::to_string(server->port()) + '!'));
        });
        server->start();
    }
    LoopThread loop(context);
    for (auto* server : {&one, &two}) {
        HttpPeer peer;
        peer.connect(server->port()).send(mounted_get);
        EXPECT_THAT(peer.read_until("!"), HasSubstr("port " + std::to_string(server->port())));
    }
    one.stop();
    HttpPeer peer;
    peer.connect(two.port()).send(mounted_get);
    EXPECT_THAT(peer.read_until("!"), HasSubstr("200 OK"));
    two.stop();
    loop.wait();
}

TEST(MountedServer, IsStartedAndAnotherIsRun) {
    boost::asio::io_context context;
    auto options = mounted_options();
    options.shards = 2;
    EXPECT_THROW(Server(context, options), std::invalid_argument);
    options.shards = 1;
    Server server(context, options);
    EXPECT_THROW(server.run(), std::logic_error);
    server.start();
    EXPECT_THROW(server.start(), std::logic_error);
    EXPECT_THROW(server.on_stopped([] {}), std::logic_error);
    EXPECT_THROW(server.on_connection([](Socket&) {}), std::logic_error);
    Server other(mounted_options());
    EXPECT_THROW(other.start(), std::logic_error);
    EXPECT_THROW(other.on_stopped([] {}), std::logic_error);
    auto taken = mounted_options();
    taken.port = server.port();
    Server third(context, taken);
    EXPECT_THROW(third.start(), boost::system::system_error);
}

TEST(MountedServer, SendsWhatHandlersOfTheApplicationsEmit) {
    boost::asio::io_context context;
    Server server(context, mounted_options());
    std::promise<Socket*> connected;
    server.on_connection([&](Socket& socket) { connected.set_value(&socket); });
    server.start();
    LoopThread loop(context);
    PollingPeer peer(server.port());
    auto* socket = connected.get_future().get();
    EXPECT_THAT(peer.poll_until("40{"), HasSubstr("sid"));
    peer.begin_poll();
    // None of the server's own handlers: a timer's, a database's.
    boost::asio::post(context, [&] {
        socket->emit("one");
        server.emit("two");
        socket->emit("three");
    });
    const auto answer = peer.end_poll();
    const auto first = answer.find(R"(42["one"])");
    const auto second = answer.find(R"(42["two"])");
    const auto third = answer.find(R"(42["three"])");
    ASSERT_NE(third, std::string::npos) << answer;
    EXPECT_LT(first, second);
    EXPECT_LT(second, third) << "in the order in which they were emitted";
}

TEST(MountedServer, CountsTheTimeOfAQuestionFromWhenItIsAsked) {
    boost::asio::io_context context;
    Server server(context, mounted_options());
    std::promise<Socket*> connected;
    server.on_connection([&](Socket& socket) { connected.set_value(&socket); });
    server.start();
    LoopThread loop(context);
    const PollingPeer peer(server.port());
    auto* socket = connected.get_future().get();
    std::promise<std::chrono::steady_clock::duration> waited;
    boost::asio::steady_timer timer(context, 150ms);
    timer.async_wait([&](boost::system::error_code) {
        // Nothing has told the server the time for a while.
        const auto asked = std::chrono::steady_clock::now();
        socket->emit_with_ack("who", {}, 100ms, [&, asked](boost::system::error_code, const Args&) {
            waited.set_value(std::chrono::steady_clock::now() - asked);
        });
    });
    EXPECT_GE(waited.get_future().get(), 100ms);
}

TEST(MountedServer, IsServedByPollingTheLoop) {
    boost::asio::io_context context;
    Server server(context, mounted_options());
    server.on_http("GET", "/here", [](const HttpRequest&, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, "hello"));
    });
    server.start();
    auto answer = std::async(std::launch::async, [port = server.port()] {
        HttpPeer peer;
        peer.connect(port).send(mounted_get);
        return peer.read_until("hello");
    });
    // As a game does, between two frames.
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (answer.wait_for(0s) != std::future_status::ready &&
           std::chrono::steady_clock::now() < until) {
        context.poll();
    }
    EXPECT_THAT(answer.get(), HasSubstr("200 OK"));
}

TEST(MountedServer, MayBeDestroyedWhileItServes) {
    boost::asio::io_context context;
    std::vector<std::string> reasons;
    std::optional<Server> server(std::in_place, context, mounted_options());
    std::promise<void> connected;
    server->on_connection([&](Socket& socket) {
        socket.on_disconnect(
            [&](Socket&, DisconnectReason reason) { reasons.emplace_back(to_string(reason)); });
        connected.set_value();
    });
    server->start();
    std::optional<LoopThread> loop(context);
    PollingPeer peer(server->port());
    connected.get_future().wait();
    EXPECT_THAT(peer.poll_until("40{"), HasSubstr("sid"));
    peer.begin_poll();
    HttpPeer idle;
    idle.connect(server->port()).send("GET /never HTTP/1.1\r\n");
    loop->end();
    server.reset();
    EXPECT_EQ(reasons, std::vector<std::string>{"server shutting down"});
    peer.poller.read_to_end();
    idle.read_to_end();
    // What was under way in the loop finds nobody.
    context.restart();
    context.run();
}

TEST(MountedServer, IsOutlivedByReplies) {
    boost::asio::io_context context;
    std::optional<Server> server(std::in_place, context, mounted_options());
    std::vector<HttpReply> kept;
    std::promise<void> asked;
    server->on_http("GET", "/here", [&](const HttpRequest&, const HttpReply& reply) {
        kept.push_back(reply);
        if (kept.size() == 3) asked.set_value();
    });
    server->start();
    std::optional<LoopThread> loop(context);
    std::list<HttpPeer> peers(3);
    for (auto& peer : peers) peer.connect(server->port()).send(mounted_get);
    asked.get_future().wait();
    loop->end();
    server.reset();
    for (auto& peer : peers) EXPECT_EQ(peer.read_to_end(), "");
    kept[0].send(HttpResponse::text(200, "late"));
    EXPECT_FALSE(kept[1].stream(HttpResponse::text(200, "late")).is_open());
    kept.clear();
}

TEST(MountedServer, MayBeDestroyedByWhoHearsOfItsEnd) {
    boost::asio::io_context context;
    std::optional<Server> server(std::in_place, context, mounted_options());
    bool stopped = false;
    server->on_stopped([&] {
        server.reset();
        stopped = true;
    });
    server->start();
    server->stop();
    context.run();
    EXPECT_TRUE(stopped);
    EXPECT_FALSE(server);
}

TEST(MountedServer, MayBeDestroyedBeforeItsLoopRuns) {
    boost::asio::io_context context;
    {
        Server never_started(context, mounted_options());
        never_started.post(0, [] { ADD_FAILURE() << "it never ran"; });
        Server server(context, mounted_options());
        server.start();
        server.post(0, [] { ADD_FAILURE() << "it never ran"; });
    }
    context.run();
}

}  // namespace
}  // namespace socketio
