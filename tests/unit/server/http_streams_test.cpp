// Answers in pieces, over real sockets: docs/races.md, "Races of one body".
#include "socketio/server.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::HttpPeer;
using test::RunningServer;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view get_events = "GET /events HTTP/1.1\r\nHost: h\r\n\r\n";

HttpResponse events() {
    HttpResponse head;
    head.headers.add("Content-Type", "text/event-stream");
    return head;
}

/// Writes that piece until neither the kernel nor the stream takes it; returns how often.
std::size_t fill(const HttpStream& out, const std::string& piece) {
    for (std::size_t written = 0;;) {
        while (out.write(piece)) ++written;
        const auto drained = std::make_shared<std::promise<void>>();
        out.on_drain([drained] { drained->set_value(); });
        if (drained->get_future().wait_for(100ms) == std::future_status::timeout) return written;
    }
}

/// A server whose /events is a stream that the test holds.
class Streams : public testing::Test {
protected:
    void serve(Options options = {}) {
        options.address = "127.0.0.1";
        options.port = 0;
        server.emplace(options);
        server->on_http("GET", "/events", [this](const HttpRequest&, const HttpReply& reply) {
            auto opened = reply.stream(events());
            opened.on_close([this](HttpEnd why) { ended.set_value(why); });
            opening.set_value(std::move(opened));
        });
        running.emplace(*server);
    }
    HttpStream stream() { return opening.get_future().get(); }
    HttpEnd end() { return ended.get_future().get(); }

    std::promise<HttpStream> opening;
    std::promise<HttpEnd> ended;
    std::optional<Server> server;
    std::optional<RunningServer> running;
    HttpPeer peer;
};

TEST_F(Streams, LeaveInChunksAndTheConnectionGoesOn) {
    serve();
    peer.connect(server->port()).send(get_events);
    {
        const auto out = stream();
        EXPECT_TRUE(out.is_open());
        EXPECT_TRUE(out.write("data: 1\n\n"));
        EXPECT_TRUE(out.write(""));
        const auto head = peer.read_until("\r\n9\r\ndata: 1\n\n\r\n");
        EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"),
                                HasSubstr("Transfer-Encoding: chunked\r\n"),
                                HasSubstr("Content-Type: text/event-stream\r\n"),
                                Not(HasSubstr("Content-Length"))));
        EXPECT_TRUE(out.write(std::string(100'000, 'x')));
        EXPECT_TRUE(out.write("end"));
        out.finish();
        EXPECT_FALSE(out.write("too late"));
        EXPECT_EQ(peer.read_until("0\r\n\r\n"),
                  "186a0\r\n" + std::string(100'000, 'x') + "\r\n3\r\nend\r\n0\r\n\r\n");
        EXPECT_EQ(end(), HttpEnd::finished);
        EXPECT_FALSE(out.is_open());
        EXPECT_EQ(out.queued_bytes(), 0U);
    }
    peer.send("GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(peer.read_until("not found\n"), StartsWith("HTTP/1.1 404"));
}

TEST_F(Streams, EndWithTheConnectionForHttp10) {
    serve();
    peer.connect(server->port()).send("GET /events HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto out = stream();
    EXPECT_TRUE(out.write("one"));
    EXPECT_TRUE(out.write("two"));
    out.finish();
    EXPECT_THAT(peer.read_to_end(), AllOf(HasSubstr("Connection: close\r\n"),
                                          EndsWith("\r\nonetwo"), Not(HasSubstr("chunked"))));
}

TEST_F(Streams, EndForHttp10AlsoWhenAllWasWrittenBefore) {
    serve();
    peer.connect(server->port()).send("GET /events HTTP/1.0\r\n\r\n");
    const auto out = stream();
    EXPECT_TRUE(out.write("one"));
    EXPECT_THAT(peer.read_until("one"), EndsWith("\r\n\r\none"));
    out.finish();
    EXPECT_EQ(end(), HttpEnd::finished);
    EXPECT_EQ(peer.read_to_end(), "");
}

TEST_F(Streams, AreAHeadForAHeadRequest) {
    serve();
    peer.connect(server->port()).send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto out = stream();
    EXPECT_EQ(end(), HttpEnd::finished);
    EXPECT_FALSE(out.write("x"));
    peer.send("GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(peer.read_to_end(),
                AllOf(HasSubstr("chunked\r\n"), HasSubstr("\r\n\r\nHTTP/1.1 404")));
}

TEST_F(Streams, RefuseWhatIsOverTheirBoundAndTellWhenThereIsRoom) {
    Options options;
    options.http_stream_bytes_max = 200'000;
    serve(options);
    HttpPeer slow(4'096);
    slow.connect(server->port()).send(get_events);
    const auto out = stream();
    const std::string piece(50'000, 'z');
    const auto written = fill(out, piece);
    EXPECT_GT(out.queued_bytes(), 0U);
    EXPECT_LE(out.queued_bytes(), 200'000U);
    std::promise<void> drained;
    out.on_drain([&] { drained.set_value(); });
    auto room = drained.get_future();
    std::string received;
    while (room.wait_for(0s) != std::future_status::ready) received += slow.read_until("z");
    EXPECT_EQ(out.queued_bytes(), 0U);
    EXPECT_TRUE(out.write(std::string(300'000, 'q'))) << "into an empty queue all goes";
    out.finish();
    received += slow.read_until("\r\n0\r\n\r\n");
    EXPECT_EQ(std::count(received.begin(), received.end(), 'z'),
              static_cast<std::ptrdiff_t>(written * piece.size()));
}

TEST_F(Streams, TellAtOnceThatNothingIsUnsent) {
    serve();
    peer.connect(server->port()).send(get_events);
    const auto out = stream();
    for (int i = 0; i < 3; ++i) {
        std::promise<void> drained;
        out.on_drain([&] { drained.set_value(); });
        drained.get_future().wait();
    }
}

TEST_F(Streams, HearThatTheirPeerHasGone) {
    serve();
    peer.connect(server->port()).send(get_events);
    const auto out = stream();
    EXPECT_TRUE(out.write("x"));
    peer.read_until("x\r\n");
    peer.close();
    EXPECT_EQ(end(), HttpEnd::peer_gone);
    EXPECT_FALSE(out.write("y"));
    std::promise<HttpEnd> late;
    out.on_close([&](HttpEnd why) { late.set_value(why); });
    EXPECT_EQ(late.get_future().get(), HttpEnd::peer_gone);
}

TEST_F(Streams, WrittenAfterAResetHearOfIt) {
    serve();
    peer.connect(server->port()).send(get_events);
    const auto out = stream();
    peer.reset();
    while (out.write("x")) std::this_thread::yield();
    EXPECT_EQ(end(), HttpEnd::peer_gone);
}

TEST_F(Streams, OfAPeerThatDoesNotReadEnd) {
    Options options;
    options.http_request_timeout = 300ms;
    serve(options);
    HttpPeer slow(4'096);
    slow.connect(server->port()).send(get_events);
    const auto out = stream();
    fill(out, std::string(500'000, 'x'));
    EXPECT_EQ(end(), HttpEnd::timeout);
}

TEST_F(Streams, MayBeSilentAsLongAsTheyLike) {
    Options options;
    options.http_request_timeout = 30ms;
    options.http_keep_alive_timeout = 30ms;
    serve(options);
    peer.connect(server->port()).send(get_events);
    const auto out = stream();
    EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("200 OK"));
    EXPECT_FALSE(peer.readable(200ms));
    EXPECT_TRUE(out.write("still here"));
    EXPECT_EQ(peer.read_until("here\r\n"), "a\r\nstill here\r\n");
}

TEST_F(Streams, BreakOffWhenTheServerStops) {
    serve();
    peer.connect(server->port()).send(get_events);
    const auto out = stream();
    EXPECT_TRUE(out.write("last"));
    running.reset();
    EXPECT_EQ(end(), HttpEnd::shutdown);
    EXPECT_FALSE(out.write("later"));
    EXPECT_THAT(peer.read_to_end(), EndsWith("4\r\nlast\r\n")) << "without the end of the body";
}

TEST_F(Streams, OfAPeerThatDoesNotReadDoNotHoldUpAServerThatStops) {
    serve();
    HttpPeer slow(4'096);
    slow.connect(server->port()).send(get_events);
    const auto out = stream();
    fill(out, std::string(500'000, 'x'));
    const auto began = std::chrono::steady_clock::now();
    running.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
    EXPECT_EQ(end(), HttpEnd::shutdown);
}

TEST_F(Streams, BreakOffWhenTheLastCopyGoes) {
    serve();
    peer.connect(server->port()).send(get_events);
    {
        const auto out = stream();
        EXPECT_TRUE(out.write("half"));
        opening = {};  // The handler's own.
    }
    EXPECT_EQ(end(), HttpEnd::abandoned);
    EXPECT_THAT(peer.read_to_end(), EndsWith("4\r\nhalf\r\n"));
}

TEST_F(Streams, TakePiecesOfManyThreads) {
    constexpr int threads = 4;
    constexpr int pieces = 2'000;
    Options options;
    options.http_stream_bytes_max = 64 * 1024 * 1024;
    serve(options);
    peer.connect(server->port()).send(get_events);
    const auto out = stream();
    {
        std::vector<std::jthread> writers;
        for (int t = 0; t < threads; ++t) {
            writers.emplace_back([out, t] {
                for (int i = 0; i < pieces; ++i) {
                    EXPECT_TRUE(out.write(std::string(1, static_cast<char>('a' + t))));
                }
            });
        }
    }
    out.finish();
    const auto answer = peer.read_until("\r\n0\r\n\r\n");
    for (int t = 0; t < threads; ++t) {
        const auto chunk = std::string("\r\n1\r\n") + static_cast<char>('a' + t);
        int found = 0;
        for (auto at = answer.find(chunk); at != std::string::npos;
             at = answer.find(chunk, at + 1)) {
            ++found;
        }
        EXPECT_EQ(found, pieces);
    }
}

TEST(Stream, OfARequestThatHasItsAnswerHasEnded) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    Server server(options);
    std::promise<HttpEnd> ended;
    server.on_http("GET", "/twice", [&](const HttpRequest&, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, "first"));
        const auto second = reply.stream({});
        EXPECT_FALSE(second.write("second"));
        second.on_close([&](HttpEnd why) { ended.set_value(why); });
    });
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send("GET /twice HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(peer.read_to_end(), EndsWith("first"));
    ended.get_future().wait();
    EXPECT_FALSE(HttpStream().write("x"));
}

TEST(Stream, ThatBeginsAfterItsPeerHasGoneHasEnded) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    Server server(options);
    std::promise<HttpReply> asked;
    server.on_http("GET", "/",
                   [&](const HttpRequest&, HttpReply reply) { asked.set_value(std::move(reply)); });
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto reply = asked.get_future().get();
    peer.end();
    // What another peer asks for later is answered later.
    HttpPeer other;
    other.connect(server.port()).send("GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(other.read_to_end(), HasSubstr("404"));
    std::promise<HttpEnd> ended;
    const auto out = reply.stream(events());
    out.on_close([&](HttpEnd why) { ended.set_value(why); });
    EXPECT_EQ(ended.get_future().get(), HttpEnd::peer_gone);
}

TEST(Stream, SaysOnceWhereItsBodyEnds) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    Server server(options);
    server.on_http("GET", "/", [&](const HttpRequest&, const HttpReply& reply) {
        HttpResponse head = HttpResponse::text(200, "first piece");
        head.headers.add("Content-Length", "3");
        reply.stream(std::move(head)).finish();
    });
    const RunningServer running(server);
    HttpPeer peer;
    peer.connect(server.port()).send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(peer.read_to_end(),
                AllOf(Not(HasSubstr("Content-Length")), EndsWith("b\r\nfirst piece\r\n0\r\n\r\n")));
}

}  // namespace
}  // namespace socketio
