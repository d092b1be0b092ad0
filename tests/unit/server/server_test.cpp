// The façade over real shards on loopback, with no client but plain HTTP.
#include "socketio/server.hpp"

#include "socketio/per_shard.hpp"
#include "support/http_peer.hpp"
#include "support/running_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace socketio {
namespace {

using namespace std::chrono_literals;
using test::RunningServer;
using testing::HasSubstr;

Options loopback(unsigned shards = 1) {
    Options options;
    options.address = "127.0.0.1";
    options.port = 0;
    options.shards = shards;
    return options;
}

std::string ask(const Server& server, const std::string& request) {
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket socket(context);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server.port()});
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer;
    boost::system::error_code ec;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ec);
    return answer;
}

std::string get(const Server& server, const std::string& path) {
    return ask(server, "GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
}

TEST(Server, NamesTheOptionThatIsOutOfRange) {
    Options options;
    options.shards = 300;
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.per_message_deflate->level = 10;
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options.per_message_deflate->level = 0;
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.keep_request = static_cast<KeepRequest>(3);
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.parser = static_cast<Parser>(3);
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.backlog_bytes = options.send_queue_bytes_max;
    EXPECT_THROW(Server{options}, std::invalid_argument);
    for (const auto* origin : {"*", "", "https://a.example/"}) {
        options = {};
        options.allowed_origins = {origin};
        EXPECT_THROW(Server{options}, std::invalid_argument) << origin;
    }
    options = {};
    options.events_burst_max = 1;
    EXPECT_THROW(Server{options}, std::invalid_argument) << "without a rate";
    options = {};
    options.event_rate_action = static_cast<EventRateAction>(2);
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.drain_window = std::chrono::milliseconds(-1);
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.admission_timeout = {};
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.attachment_timeout = {};
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.cluster_request_timeout = {};
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.cluster_answer_bytes_max = 0;
    EXPECT_THROW(Server{options}, std::invalid_argument);
    options = {};
    options.address_connects_per_second_max = 1'000'001;
    EXPECT_THROW(Server{options}, std::invalid_argument);
    for (const auto& recovery :
         {RecoveryOptions{.max_disconnection_duration = std::chrono::milliseconds(0)},
          RecoveryOptions{.sessions_max = 0}, RecoveryOptions{.session_bytes_max = 0},
          RecoveryOptions{.packets_max = 0}, RecoveryOptions{.packet_bytes_max = 0},
          RecoveryOptions{.restore_timeout = std::chrono::milliseconds(0)}}) {
        options = {};
        options.connection_state_recovery = recovery;
        EXPECT_THROW(Server{options}, std::invalid_argument);
    }
    options = {};
    options.path = "no-slash";
    try {
        Server server(options);
        FAIL() << "was accepted";
    } catch (const std::invalid_argument& error) {
        EXPECT_THAT(error.what(), HasSubstr("path must begin with '/'"));
    }
}

TEST(Server, NamesThePortThatIsTaken) {
    Server first(loopback());
    first.listen();
    auto options = loopback();
    options.port = first.port();
    Server second(options);
    try {
        second.listen();
        FAIL() << "listened twice on one port";
    } catch (const boost::system::system_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("127.0.0.1 port " + std::to_string(first.port())));
    }
}

TEST(Server, AnswersRoutesAtOnceAndLaterAndRefusesOthers) {
    Server server(loopback(2));
    server.on_http("GET", "/now", [](const HttpRequest&, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, "now"));
    });
    std::jthread answers;
    server.on_http("GET", "/later", [&](const HttpRequest&, const HttpReply& reply) {
        answers = std::jthread([reply] { reply.send(HttpResponse::text(200, "later")); });
    });
    server.on_http("GET", "/never", [](const HttpRequest&, const HttpReply&) {});
    server.on_http("GET", "/throws", [](const HttpRequest&, const HttpReply&) {
        throw std::runtime_error("secret");
    });
    const RunningServer running(server);
    EXPECT_THAT(get(server, "/now"), HasSubstr("\r\n\r\nnow"));
    EXPECT_THAT(get(server, "/later"), HasSubstr("\r\n\r\nlater"));
    EXPECT_THAT(get(server, "/never"), HasSubstr("500 Internal Server Error"));
    const auto thrown = get(server, "/throws");
    EXPECT_THAT(thrown, HasSubstr("500 Internal Server Error"));
    EXPECT_THAT(thrown, testing::Not(HasSubstr("secret")));
    EXPECT_THAT(get(server, "/missing"), HasSubstr("404 Not Found"));
    EXPECT_THAT(ask(server, "DELETE /now HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
                HasSubstr("Allow: GET"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    Server server(loopback());
    server.on_http([](const HttpRequest& request, const HttpReply& reply) {
        reply.send(HttpResponse::text(200, "<" + request.path + ">"));
    });
    const RunningServer running(server);
    const auto answer = ask(server,
                            "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                            "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
                            "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    const auto first = answer.find("</1>");
    const auto second = answer.find("</2>");
    const auto third = answer.find("</3>");
    ASSERT_NE(third, std::string::npos) << answer;
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
}

TEST(Server, ReadsPostsOfEveryShardInOrder) {
    constexpr int count = 1'000;
    Server server(loopback(2));
    PerShard<std::vector<int>> numbers(server);
    std::promise<void> done;
    {
        const RunningServer running(server);
        for (int number = 0; number < count; ++number) {
            server.post(1, [&, number] {
                EXPECT_EQ(server.current_shard(), 1U);
                numbers.local().push_back(number);
                if (number == count - 1) done.set_value();
            });
        }
        done.get_future().wait();
        EXPECT_EQ(server.current_shard(), server.shards());
    }
    ASSERT_EQ(numbers.at(1).size(), static_cast<std::size_t>(count));
    for (int number = 0; number < count; ++number) {
        ASSERT_EQ(numbers.at(1)[static_cast<std::size_t>(number)], number);
    }
    EXPECT_THROW(server.post(2, [] {}), std::out_of_range);
}

TEST(Server, RefusesSettingUpWhileItRuns) {
    Server server(loopback());
    const RunningServer running(server);
    std::promise<void> ready;
    server.post(0, [&] { ready.set_value(); });
    ready.get_future().wait();
    EXPECT_THROW(server.of("/late"), std::logic_error);
    EXPECT_THROW(server.on_http([](const HttpRequest&, const HttpReply&) {}), std::logic_error);
    EXPECT_THROW(server.on_connection([](Socket&) {}), std::logic_error);
}

TEST(Server, CountsSessionsAndWhatItRefuses) {
    auto options = loopback();
    options.allow_request = [](const HttpRequest& request, const AdmissionReply& reply) {
        if (request.query.get("let-in") == "1") return reply.allow();
        reply.refuse();
    };
    Server server(options);
    const RunningServer running(server);
    const std::string handshake = "/socket.io/?EIO=4&transport=polling";
    EXPECT_THAT(get(server, handshake), HasSubstr("403 Forbidden"));
    EXPECT_THAT(get(server, "/socket.io/?EIO=3&transport=polling&let-in=1"), HasSubstr("400"));
    EXPECT_THAT(get(server, handshake + "&let-in=1"), HasSubstr("200 OK"));
    // Counters are those of turns that have ended.
    std::promise<void> read;
    server.post(0, [&] { server.post(0, [&] { read.set_value(); }); });
    read.get_future().wait();
    const auto counters = server.counters();
    EXPECT_EQ(counters.handshakes_refused, 2U);
    EXPECT_EQ(counters.handshakes, 1U);
    EXPECT_EQ(counters.polling_sessions, 1U);
    EXPECT_EQ(counters.websocket_sessions, 0U);
    EXPECT_GT(counters.http_bytes_written, 100U);
    EXPECT_EQ(counters.http_bytes_written, counters.bytes_written);
    EXPECT_EQ(counters.websocket_bytes_written, 0U);
}

// ---- The end -----------------------------------------------------------------------------------

TEST(Server, DrainsOverItsWindow) {
    Server server(loopback(2));
    server.listen();
    std::jthread thread([&] { server.run(false); });
    EXPECT_THAT(get(server, "/socket.io/?EIO=4&transport=polling"), HasSubstr("200 OK"));
    const auto began = std::chrono::steady_clock::now();
    server.drain(300ms);
    server.drain(1h);  // It drains already.
    thread.join();
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, 300ms);
    EXPECT_LT(took, 20s);
}

TEST(Server, StopsAtOnceInTheMiddleOfAWindow) {
    Server server(loopback(2));
    server.listen();
    std::jthread thread([&] { server.run(false); });
    EXPECT_THAT(get(server, "/socket.io/?EIO=4&transport=polling"), HasSubstr("200 OK"));
    server.drain(1h);
    server.stop();
    thread.join();
}

TEST(Server, SendsWhatIsQueuedBeforeItStops) {
    Server server(loopback());
    test::HttpPeer peer(65'536);
    const std::string large(1'500'000, 'x');
    {
        const RunningServer running(server);
        peer.connect(server.port())
            .send(
                "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        peer.read_until("maxPayload");
        // Masked with zeros.
        peer.send(
            std::string_view("\x81\x82\0\0\0\0"
                             "40",
                             8));
        peer.read_until("40{\"sid\"");
        server.post(0, [&] {
            server.emit("first", large);
            server.emit("second", large);
            server.stop();
        });
        const auto rest = peer.read_to_end();
        const auto first = rest.find("[\"first\"");
        const auto second = rest.find("[\"second\"");
        ASSERT_NE(second, std::string::npos);
        EXPECT_LT(first, second);
        EXPECT_EQ(std::count(rest.begin() + static_cast<std::ptrdiff_t>(second), rest.end(), 'x'),
                  1'500'000);
        EXPECT_TRUE(rest.ends_with(std::string_view("\"]\x88\0", 4)))
            << "a close frame without a code, behind all of it";
    }
}

TEST(Server, GivesTheSameNamespaceForAName) {
    Server server(loopback());
    EXPECT_EQ(&server.of("chat"), &server.of("/chat"));
    EXPECT_EQ(server.of("chat").name(), "/chat");
}

}  // namespace
}  // namespace socketio
